"""Everything that the pages do, for programs: JSON under /api/v1, by tokens alone, so that no cookie can be abused.

Lists come in pages of at most 200 with their count; every answer has an ETag; a token may ask so often as TAWTHIQ_API_RATE says
(600 times a minute when left out) and is told with 429 when it asks more often. `openapi.json` describes it and is open to all.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from ninja import NinjaAPI, Query, Schema, Status
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle
from pydantic import Field, JsonValue

from tawthiq import __version__
from tawthiq.link.explain import Explanation
from tawthiq.model import Claim, Decision, Incident, Report, Span
from tawthiq.workspace import coding, deciding, people, reading
from tawthiq.workspace import search as searching
from tawthiq.workspace.access import bearer, me_of, page_context
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import AuditEntry, ClaimRow, CodingSet, DecisionRow, IncidentRow, Person, Token
from tawthiq.workspace.suggestions import Suggestion, suggest
from tawthiq.workspace.views.incidents import explained
from tawthiq.workspace.views.reports import acquisition_about, download

MOST = 200
Number = Annotated[int, Field(ge=1, le=100_000)]
Size = Annotated[int, Field(ge=1, le=MOST)]
Text = Annotated[str, Field(max_length=500)]
Many = Annotated[list[str], Field(default_factory=list, max_length=50)]


class TokenAuth(HttpBearer):
    """The token that the access table let in."""

    def __call__(self, request: HttpRequest) -> Token | None:
        """Return the token of a request."""
        found = getattr(request, "token", None)
        return found if isinstance(found, Token) else bearer(request)

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """Return the token of a request."""
        return bearer(request)


class Throttle(AuthRateThrottle):
    """So often may one token ask."""

    def get_cache_key(self, request: HttpRequest) -> str:
        """Count each token for itself."""
        token = getattr(request, "auth", None)
        return f"api-{token.pk if isinstance(token, Token) else ''}"


class Error(Schema):
    """What is wrong, in one line."""

    detail: str


class Wrong(Schema):
    """What is wrong with the fields of a request."""

    detail: list[dict[str, JsonValue]]


ERRORS: dict[int, Any] = {400: Error, 401: Error, 403: Error, 404: Error, 405: Error, 422: Wrong, 429: Error}
api = NinjaAPI(
    title="Tawthiq",
    version=__version__,
    description="Reports, claims, incidents and decisions of a workspace. Tokens are made on the page of one's account.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=TokenAuth(),
    throttle=[Throttle(settings.API_RATE)],
)


@api.exception_handler(Gone)
def gone(request: HttpRequest, error: Gone) -> JsonResponse:
    """Answer what is not there with 404."""
    return JsonResponse({"detail": f"not here: {error}"}, status=404)


@api.exception_handler(ValueError)
def unusable(request: HttpRequest, error: ValueError) -> JsonResponse:
    """Answer what cannot be used with 400 and the line that says why."""
    return JsonResponse({"detail": str(error)}, status=400)


# --- reading ----------------------------------------------------------------------------------------------------------


class Me(Schema):
    """Whose token it is, and what it may."""

    login: str
    role: str
    scopes: list[str]


@api.get("/whoami", response={200: Me, **ERRORS}, tags=["people"])
def whoami(request: HttpRequest) -> Any:
    """Return whose token it is, and what it may."""
    token = bearer(request)
    return {"login": me_of(request).login, "role": me_of(request).role, "scopes": token.scopes.split() if token else []}


class Tally(Schema):
    """A day or month with a type and how many incidents."""

    at: str
    type: str
    incidents: int


class Spot(Schema):
    """A place with its incidents: degrees WGS 84, how exact it is told, and how many of them are contested."""

    place: str
    name: str
    lat: float
    lon: float
    level: str
    count: int
    contested: int


class WeekAnswer(Schema):
    """A week at a glance."""

    start: date
    end: date
    incidents: int
    contested: int
    corroborated: int
    unplaced: int
    new_claims: int
    new_reports: int
    to_check: int
    open: int
    days: list[Tally]
    places: list[Spot]


@api.get("/overview", response={200: WeekAnswer, **ERRORS}, tags=["reading"])
def overview(request: HttpRequest, week: date | None = None) -> Any:
    """Return the figures of the week of a day; of the last week of the record when left out."""
    if week is not None and not 1900 <= week.year <= 2200:
        raise ValueError("week: a day between 1900 and 2200 is expected")
    found = reading.week(reading.monday(week) if week else reading.latest_week())
    return {
        **{name: getattr(found, name) for name in WeekAnswer.model_fields if name not in ("days", "places")},
        "days": [{"at": at, "type": type_, "incidents": n} for at, type_, n in found.days],
        "places": [_spot(one) for one in found.spots],
    }


def _spot(one: searching.Spot) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Spot.model_fields}


class Wanted(Schema):
    """What is searched for: of several values of one facet an incident has one; all that is given has to hold."""

    q: Annotated[str, Field(max_length=300)] = ""
    type: Many
    actor: Many
    admin1: Many
    place: Many
    source: Many
    corroboration: Many
    review: Many
    start: str = ""
    end: str = ""
    sort: str = "latest"


def _query(wanted: Wanted) -> searching.Query:
    return searching.read_query({k: v for k, v in wanted.model_dump().items() if v})


class Incidents(Schema):
    """A page of incidents."""

    items: list[Incident]
    count: int
    page: int
    pages: int


@api.get("/incidents", response={200: Incidents, **ERRORS}, tags=["incidents"])
def search(request: HttpRequest, wanted: Query[Wanted], page: Number = 1, size: Size = 50) -> Any:
    """Return a page of what a query finds."""
    query = _query(wanted)
    count = searching.incidents(query).count()
    return {"items": searching.page(query, page, size), "count": count, "page": page, "pages": max(1, -(-count // size))}


class FacetAnswer(Schema):
    """How what is found falls into facets: the most frequent values of each."""

    count: int
    facets: dict[str, dict[str, int]]
    unit: str
    timeline: list[Tally]


@api.get("/facets", response={200: FacetAnswer, **ERRORS}, tags=["incidents"])
def facets(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """Return how what a query finds falls into facets, and over time."""
    query = _query(wanted)
    count, found = searching.facets(query)
    unit, rows = searching.timeline(query)
    return {
        "count": count,
        "facets": {facet.field: dict(facet.values) for facet in found},
        "unit": unit,
        "timeline": [{"at": at, "type": type_, "incidents": n} for at, type_, n in rows],
    }


class Places(Schema):
    """The places of what is found, and how many incidents have none that is known."""

    items: list[Spot]
    unplaced: int


@api.get("/places", response={200: Places, **ERRORS}, tags=["incidents"])
def places(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """Return the places of what a query finds."""
    found, unplaced = searching.spots(_query(wanted))
    return {"items": [_spot(one) for one in found], "unplaced": unplaced}


@api.get("/export", response={200: None, **ERRORS}, tags=["incidents"])
def export(request: HttpRequest, wanted: Query[Wanted], format: str = "csv") -> HttpResponseBase:
    """Return all that a query finds as CSV or JSON Lines."""
    query = _query(wanted)
    rows = searching.export(query, format)
    request.noted = f"{format} {query.link()}"  # type: ignore[attr-defined]
    kind = "text/csv; charset=utf-8" if format == "csv" else "application/x-ndjson"
    return StreamingHttpResponse(rows, content_type=kind)


class Custody(Schema):
    """The file that a report was read from: its hash, and how it was got."""

    number: int
    sha256: str
    name: str
    method: str
    size: int
    acquired_at: str
    tool: str


class ReportAnswer(Schema):
    """A report as it was read, the file it was read from, its versions, and the ids of its claims."""

    report: Report
    version: int
    current: bool
    copy_of: str | None
    acquisition: Custody
    versions: list[dict[str, JsonValue]]
    claims: list[str]


class Reports(Schema):
    """A page of reports: ids, sources, days of publication."""

    items: list[dict[str, str]]
    count: int
    page: int
    pages: int


@api.get("/reports", response={200: Reports, **ERRORS}, tags=["reports"])
def reports(request: HttpRequest, q: Text = "", source: Text = "", page: Number = 1, size: Size = 50) -> Any:
    """Return a page of the current reports, the latest first, of words and of a source."""
    return _paged(reading.report_rows(q, source).values("report", "source", "published"), page, size)


def _paged(rows: Any, page: int, size: int) -> dict[str, Any]:
    count = rows.count()
    return {
        "items": list(rows[(page - 1) * size : page * size]),
        "count": count,
        "page": page,
        "pages": max(1, -(-count // size)),
    }


@api.get("/reports/{path:name}/original", response={200: None, **ERRORS}, tags=["reports"])
def original(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return the original file of a report, byte for byte."""
    return download(reading.report_row(name))


class Added(Schema):
    """A statement that was missed: its kind, type and words as spans of the text, and those of its slots that are known."""

    kind: str
    type: str
    evidence: Annotated[list[Span], Field(min_length=1, max_length=20)]
    slots: Annotated[dict[str, JsonValue], Field(default_factory=dict)]


class DecisionAnswer(Schema):
    """A decision as it stands in the ledger, and the claim as it is now."""

    decision: Decision
    claim: Claim | None = None
    state: str = ""


@api.post("/reports/{path:name}/claims", response={201: DecisionAnswer, **ERRORS}, tags=["deciding"])
def add_claim(request: HttpRequest, name: str, added: Added) -> Any:
    """Add a statement that was missed."""
    report = Report.model_validate(reading.report_row(name).data)
    made = deciding.add_claim(me_of(request), report, added.kind, added.type, added.evidence, dict(added.slots))
    return Status(201, _decided(made, f"{report.report}.{made.id}"))


def _decided(made: Decision, key: str) -> dict[str, Any]:
    row = ClaimRow.objects.filter(key=key, report__current=True).first()
    return {"decision": made, "claim": reading.shown_claim(row) if row else None, "state": row.state if row else ""}


@api.get("/reports/{path:name}", response={200: ReportAnswer, **ERRORS}, tags=["reports"])
def report(request: HttpRequest, name: str, version: Number | None = None) -> Any:
    """Return a report, as it is now or in one of its versions."""
    row = reading.report_row(name, version)
    about = reading.report_about(row)
    return {
        "report": Report.model_validate(row.data),
        "version": row.version,
        "current": row.current,
        "copy_of": row.copy_of.report if row.copy_of else None,
        "acquisition": acquisition_about(row.acquisition),
        "versions": about["versions"],
        "claims": [one.key for one in about["claims"]],
    }


class ClaimAnswer(Schema):
    """A claim as it stands: `state` is "accepted", "rejected", "open" or "" for not decided; `machine` what was extracted."""

    key: str
    report: str
    source: str | None
    published: str | None
    state: str
    incident: str | None
    waiting: bool
    added: bool
    claim: Claim
    machine: Claim


class Claims(Schema):
    """A page of claims."""

    items: list[ClaimAnswer]
    count: int
    page: int
    pages: int


def _claim(row: ClaimRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "report": row.report.report,
        "source": row.report.source or None,
        "published": row.report.published or None,
        "state": row.state,
        "incident": row.incident or None,
        "waiting": row.rank is not None,
        "added": row.added,
        "claim": reading.shown_claim(row),
        "machine": Claim.model_validate(row.data),
    }


@api.get("/claims", response={200: Claims, **ERRORS}, tags=["claims"])
def claims(
    request: HttpRequest,
    state: str = "",
    kind: str = "",
    since: date | None = None,
    until: date | None = None,
    page: Number = 1,
    size: Size = 50,
) -> Any:
    """Return a page of claims: "waiting", "accepted", "rejected" or "open" ones, of a kind, whose reports came in these days."""
    if state and state not in reading.STATES:
        raise ValueError(f"state: one of {', '.join(reading.STATES)}, not {state!r}")
    if any(day is not None and not 1900 <= day.year <= 2200 for day in (since, until)):
        raise ValueError("since, until: a day between 1900 and 2200 is expected")
    found = _paged(reading.claim_rows(state, kind, since, until), page, size)
    return {**found, "items": [_claim(row) for row in found["items"]]}


@api.get("/claims/{path:key}/suggestions", response={200: list[Suggestion], **ERRORS}, tags=["deciding"])
def suggestions(
    request: HttpRequest, key: str, slot: str, start: int | None = None, end: int | None = None, typed: Text = ""
) -> Any:
    """Return what a slot of a claim may be set to, from words of the text, from what is typed, or from what stands nearby."""
    row = deciding.claim_row(key)
    span = (start, end) if start is not None and end is not None else None
    report_ = Report.model_validate(row.report.data)
    words = page_context(request)["w"]
    return suggest(slot, report_, reading.shown_claim(row), reading.neighbours(row), words, span=span, typed=typed)


class Decided(Schema):
    """What is decided about a claim: accept, reject, edit, name-actor, pick-place, grade-information, settle-forecast or note."""

    kind: str
    slot: str | None = None
    old: str | None = None
    value: JsonValue = None
    span: Span | None = None
    reason: Text | None = None


@api.post("/claims/{path:key}/decisions", response={201: DecisionAnswer, **ERRORS}, tags=["deciding"])
def decide(request: HttpRequest, key: str, decided: Decided) -> Any:
    """Decide about a claim."""
    row = deciding.claim_row(key)
    made = deciding.decide(me_of(request), row, **decided.model_dump())
    request.noted = f"{key} {decided.kind} {decided.slot or ''} {made.id}"  # type: ignore[attr-defined]
    return Status(201, _decided(made, key))


@api.get("/claims/{path:key}", response={200: ClaimAnswer, **ERRORS}, tags=["claims"])
def claim(request: HttpRequest, key: str) -> Any:
    """Return a claim."""
    return _claim(deciding.claim_row(key))


# --- deciding ---------------------------------------------------------------------------------------------------------


class NextClaim(Schema):
    """The claim that is next in the queue, None when nothing waits, and how many wait."""

    claim: ClaimAnswer | None
    waiting: int


@api.post("/queue/next", response={200: NextClaim, **ERRORS}, tags=["deciding"])
def lease(request: HttpRequest) -> Any:
    """Take the next claim of the queue; nobody else gets it for a quarter of an hour."""
    row = deciding.next_claim(me_of(request))
    return {"claim": _claim(row) if row else None, "waiting": ClaimRow.objects.filter(rank__isnull=False).count()}


@api.post("/queue/skip", response={204: None, **ERRORS}, tags=["deciding"])
def skip(request: HttpRequest) -> Any:
    """Give back the claim that one has."""
    deciding.let_go(me_of(request))
    return Status(204, None)


class Named(Schema):
    """A decision, by its id."""

    decision: Text | None = None
    reason: Text | None = None


@api.post("/undo", response={200: Decision, **ERRORS}, tags=["deciding"])
def undo(request: HttpRequest, named: Named) -> Any:
    """Take back a decision of one's own, the last one when none is named; returns what was taken back."""
    return deciding.undo(me_of(request), named.decision)


@api.post("/settle", response={201: Decision, **ERRORS}, tags=["deciding"])
def settle(request: HttpRequest, named: Named) -> Any:
    """Say which of contradicting decisions holds."""
    return Status(201, deciding.settle(me_of(request), named.decision or "", named.reason))


@api.get("/incidents/{name}", response={200: Incident, **ERRORS}, tags=["incidents"])
def incident(request: HttpRequest, name: str) -> Any:
    """Return an incident; an old id leads to the one that took its claims."""
    return Incident.model_validate(deciding.incident_row(name).data)


@api.get("/explain", response={200: Explanation, **ERRORS}, tags=["incidents"])
def explain(request: HttpRequest, first: Text, second: Text) -> Any:
    """Return what speaks for and against two claims telling one occurrence, in bits."""
    return explained(first, second)


class Review(Schema):
    """How an incident is judged."""

    status: str
    reason: Text | None = None


class Other(Schema):
    """Another incident."""

    other: Text
    reason: Text | None = None


class Parted(Schema):
    """Claims that are parted from the others of their incident."""

    claims: Annotated[list[str], Field(min_length=1, max_length=1000)]
    reason: Text | None = None


def _now(row: IncidentRow) -> Incident:
    return Incident.model_validate(row.data)


@api.post("/incidents/{name}/review", response={200: Incident, **ERRORS}, tags=["deciding"])
def review_incident(request: HttpRequest, name: str, judged: Review) -> Any:
    """Judge an incident."""
    request.noted = f"{name} {judged.status}"  # type: ignore[attr-defined]
    return _now(deciding.review(me_of(request), name, judged.status, judged.reason))


@api.post("/incidents/{name}/merge", response={200: Incident, **ERRORS}, tags=["deciding"])
def merge(request: HttpRequest, name: str, with_: Other) -> Any:
    """Put an incident together with another."""
    request.noted = f"{name} {with_.other}"  # type: ignore[attr-defined]
    return _now(deciding.merge(me_of(request), name, with_.other, with_.reason))


@api.post("/incidents/{name}/split", response={200: Incident, **ERRORS}, tags=["deciding"])
def split(request: HttpRequest, name: str, parted: Parted) -> Any:
    """Part some claims of an incident from its others."""
    request.noted = f"{name} {' '.join(parted.claims)}"  # type: ignore[attr-defined]
    return _now(deciding.split(me_of(request), name, parted.claims, parted.reason))


@api.post("/incidents/{name}/not-the-same", response={200: Incident, **ERRORS}, tags=["deciding"])
def not_the_same(request: HttpRequest, name: str, with_: Other) -> Any:
    """Say that two incidents are two."""
    request.noted = f"{name} {with_.other}"  # type: ignore[attr-defined]
    return _now(deciding.not_the_same(me_of(request), name, with_.other, with_.reason))


class Decisions(Schema):
    """A page of the ledger."""

    items: list[Decision]
    count: int
    page: int
    pages: int


@api.get("/decisions", response={200: Decisions, **ERRORS}, tags=["deciding"])
def decisions(request: HttpRequest, by: Text = "", kind: Text = "", page: Number = 1, size: Size = 50) -> Any:
    """Return a page of the ledger, the latest first."""
    rows = DecisionRow.objects.order_by("-id")
    rows = rows.filter(by=by) if by else rows
    rows = rows.filter(kind=kind) if kind else rows
    return _paged(rows.values_list("data", flat=True), page, size)


# --- learning ---------------------------------------------------------------------------------------------------------


class Code(Schema):
    """A coded statement, as the form of a page gives it: type as "kind/type", actors by id or name, separated by commas."""

    type: Text
    initiators: Text = ""
    targets: Text = ""
    participants: Text = ""
    place: Text = ""
    start: Text = ""
    end: Text = ""
    killed_min: Text = ""
    killed_max: Text = ""
    wounded_min: Text = ""
    wounded_max: Text = ""
    attribution: Text
    modality: Text


class Marks(Schema):
    """Which slots are as gold has them, gold, and why."""

    right: dict[str, bool]
    gold: dict[str, JsonValue]
    why: dict[str, str]


@api.get("/codebook", response={200: dict[str, dict[str, dict[str, str]]], **ERRORS}, tags=["learning"])
def codebook(request: HttpRequest) -> Any:
    """Return the codebook in both languages."""
    return coding.codebook()


def _exercise(number: int) -> dict[str, Any]:
    found = coding.exercises()
    if not 1 <= number <= len(found):
        raise Gone(str(number))
    return found[number - 1]


@api.get("/practice/{int:number}", response={200: dict[str, str], **ERRORS}, url_name="practice", tags=["learning"])
def practice(request: HttpRequest, number: int) -> Any:
    """Return an invented statement to code."""
    return {name: _exercise(number)[name] for name in ("text", "published", "evidence")}


@api.post("/practice/{int:number}", response={200: Marks, **ERRORS}, url_name="practice", tags=["learning"])
def practice_answer(request: HttpRequest, number: int, code: Code) -> Any:
    """Return how a code compares with gold."""
    exercise = _exercise(number)
    marks = coding.right(coding.read_code(code.model_dump()), exercise["gold"])
    return {"right": marks, "gold": exercise["gold"], "why": exercise["why"]}


class NewSet(Schema):
    """A set to be coded blind."""

    name: Text
    size: Annotated[int, Field(ge=1, le=coding.MOST_UNITS)]
    coders: Annotated[list[str], Field(max_length=50)]


class SetAnswer(Schema):
    """A set: how many statements, how far each coder is, and alpha by slot once all have coded all."""

    id: int
    name: str
    by: str
    units: int
    progress: dict[str, int]
    finished: bool
    alpha: dict[str, float | None] | None


def _set(found: CodingSet) -> dict[str, Any]:
    progress = coding.progress(found)
    done = coding.finished(found)
    return {
        "id": found.pk, "name": found.name, "by": found.by, "units": len(found.units), "progress": progress, "finished": done,
        "alpha": coding.agreement(found) if done else None,
    }  # fmt: skip


def _set_of(key: int) -> CodingSet:
    found = CodingSet.objects.filter(pk=key).first() if key < 2**62 else None
    if found is None:
        raise Gone(str(key))
    return found


@api.get("/coding-sets", response={200: list[SetAnswer], **ERRORS}, url_name="coding_sets", tags=["learning"])
def coding_sets(request: HttpRequest) -> Any:
    """Return the sets that are coded blind."""
    return [_set(one) for one in CodingSet.objects.order_by("-made")[:MOST]]


@api.post("/coding-sets", response={201: SetAnswer, **ERRORS}, url_name="coding_sets", tags=["learning"])
def make_coding_set(request: HttpRequest, wanted: NewSet) -> Any:
    """Draw statements by chance for some people to code."""
    made = coding.make_set(me_of(request), wanted.name, wanted.size, wanted.coders)
    request.noted = f"{made.pk} {made.name}"  # type: ignore[attr-defined]
    return Status(201, _set(made))


@api.get("/coding-sets/{int:key}", response={200: SetAnswer, **ERRORS}, tags=["learning"])
def coding_set(request: HttpRequest, key: int) -> Any:
    """Return a set."""
    return _set(_set_of(key))


class Unit(Schema):
    """A statement to code: its number in the set, and what a coder sees of it."""

    unit: int
    text: str
    source: str
    published: str | None
    evidence: list[Span]


class Coded(Code):
    """A coded statement of a set."""

    unit: Annotated[int, Field(ge=0, le=coding.MOST_UNITS)]


@api.get("/coding-sets/{int:key}/unit", response={200: Unit | None, **ERRORS}, url_name="coding_unit", tags=["learning"])
def coding_unit(request: HttpRequest, key: int) -> Any:
    """Return the next statement that one has to code, null when all are coded."""
    found = _set_of(key)
    if me_of(request).login not in found.coders:
        raise ValueError("this set is coded by others")
    number = coding.next_unit(found, me_of(request))
    return None if number is None else {"unit": number, **{k: v for k, v in found.units[number].items() if k != "claim"}}


@api.post("/coding-sets/{int:key}/unit", response={204: None, **ERRORS}, url_name="coding_unit", tags=["learning"])
def put_coding_unit(request: HttpRequest, key: int, coded: Coded) -> Any:
    """Keep how one codes a statement."""
    given = {k: v for k, v in coded.model_dump().items() if k != "unit"}
    coding.put_code(_set_of(key), me_of(request), coded.unit, coding.read_code(given))
    return Status(204, None)


# --- people -----------------------------------------------------------------------------------------------------------


class PersonAnswer(Schema):
    """A person of the workspace."""

    id: int
    login: str
    name: str
    role: str
    is_active: bool


class Invited(Schema):
    """A role to invite somebody to."""

    role: str


class Link(Schema):
    """The path of an invitation, shown this once."""

    path: str


class Changed(Schema):
    """A person's role, and whether the account is open."""

    role: str
    is_active: bool = True


@api.get("/people", response={200: list[PersonAnswer], **ERRORS}, url_name="people", tags=["people"])
def all_people(request: HttpRequest) -> Any:
    """Return the people."""
    return list(Person.objects.order_by("login").values(*PersonAnswer.model_fields))


@api.post("/people", response={201: Link, **ERRORS}, url_name="people", tags=["people"])
def invite(request: HttpRequest, invited: Invited) -> Any:
    """Make an invitation."""
    request.noted = f"invited {invited.role}"  # type: ignore[attr-defined]
    return Status(201, {"path": f"/invitation/{people.invite(invited.role)}/"})


@api.post("/people/{int:key}", response={200: PersonAnswer, **ERRORS}, tags=["people"])
def person(request: HttpRequest, key: int, changed: Changed) -> Any:
    """Change a person's role, close or open the account."""
    found = Person.objects.filter(pk=key).first() if key < 2**62 else None
    if found is None:
        raise Gone(str(key))
    people.change_role(found, changed.role, changed.is_active)
    request.noted = f"{found.login} {changed.role} {changed.is_active}"  # type: ignore[attr-defined]
    return Person.objects.values(*PersonAnswer.model_fields).get(pk=key)


class Audited(Schema):
    """An entry of the audit log."""

    at: str
    by: str
    action: str
    what: str


class Audit(Schema):
    """A page of the audit log."""

    items: list[Audited]
    count: int
    page: int
    pages: int


@api.get("/audit", response={200: Audit, **ERRORS}, tags=["people"])
def audit(request: HttpRequest, by: Text = "", page: Number = 1, size: Size = 50) -> Any:
    """Return a page of the audit log, the latest first."""
    rows = AuditEntry.objects.order_by("-id")
    found = _paged(rows.filter(by=by) if by else rows, page, size)
    items = [{"at": row.at.isoformat(), "by": row.by, "action": row.action, "what": row.what} for row in found["items"]]
    return {**found, "items": items}

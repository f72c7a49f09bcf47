"""The API: the queue, decisions about claims and incidents, the ledger."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Schema, Status
from pydantic import Field, JsonValue

from tawthiq.link.explain import Explanation
from tawthiq.model import Claim, Decision, Incident, Report, Span
from tawthiq.workspace import deciding, reading
from tawthiq.workspace.access import me_of, page_context
from tawthiq.workspace.api.base import ERRORS, ClaimAnswer, Number, Size, Text, api, claim_answer, paged
from tawthiq.workspace.models import ClaimRow, DecisionRow, IncidentRow
from tawthiq.workspace.suggestions import Suggestion, suggest
from tawthiq.workspace.views.incidents import explained


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


@api.post("/additions/{path:name}", response={201: DecisionAnswer, **ERRORS}, tags=["deciding"])
def add_claim(request: HttpRequest, name: str, added: Added) -> Any:
    """Add a statement that was missed."""
    report = Report.model_validate(reading.report_row(name).data)
    made = deciding.add_claim(me_of(request), report, added.kind, added.type, added.evidence, dict(added.slots))
    return Status(201, _decided(made, f"{report.report}.{made.id}"))


def _decided(made: Decision, key: str) -> dict[str, Any]:
    row = ClaimRow.objects.filter(key=key, report__current=True).first()
    return {"decision": made, "claim": reading.shown_claim(row) if row else None, "state": row.state if row else ""}


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


class NextClaim(Schema):
    """The claim that is next in the queue, None when nothing waits, and how many wait."""

    claim: ClaimAnswer | None
    waiting: int


@api.post("/queue/next", response={200: NextClaim, **ERRORS}, tags=["deciding"])
def lease(request: HttpRequest) -> Any:
    """Take the next claim of the queue; nobody else gets it for a quarter of an hour."""
    row = deciding.next_claim(me_of(request))
    return {"claim": claim_answer(row) if row else None, "waiting": ClaimRow.objects.filter(rank__isnull=False).count()}


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
    row, went = deciding.split(me_of(request), name, parted.claims, parted.reason)
    request.noted = f"{name} {' '.join(went)}"  # type: ignore[attr-defined]
    return _now(row)


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
    return paged(rows.values_list("data", flat=True), page, size)

"""The API: the week, incidents by a query, reports, claims."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from ninja import Query, Schema
from pydantic import Field, JsonValue

from tawthiq.model import Incident, Report
from tawthiq.workspace import deciding, reading
from tawthiq.workspace import search as searching
from tawthiq.workspace.access import bearer, me_of
from tawthiq.workspace.api.base import ERRORS, ClaimAnswer, Many, Number, Size, Text, api, claim_answer, paged
from tawthiq.workspace.views.reports import acquisition_about, download


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
    result = searching.Result(query)
    count = result.count()
    return {"items": result.page(page, size), "count": count, "page": page, "pages": max(1, -(-count // size))}


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
    result = searching.Result(query)
    count, found = result.facets()
    unit, rows = result.timeline()
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
    found, unplaced = searching.Result(_query(wanted)).spots()
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
    return paged(reading.report_rows(q, source).values("report", "source", "published"), page, size)


@api.get("/originals/{path:name}", response={200: None, **ERRORS}, tags=["reports"])
def original(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return the original file of a report, byte for byte."""
    return download(reading.report_row(name))


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


class Claims(Schema):
    """A page of claims."""

    items: list[ClaimAnswer]
    count: int
    page: int
    pages: int


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
    found = paged(reading.claim_rows(state, kind, since, until), page, size)
    return {**found, "items": [claim_answer(row) for row in found["items"]]}


@api.get("/claims/{path:key}", response={200: ClaimAnswer, **ERRORS}, tags=["claims"])
def claim(request: HttpRequest, key: str) -> Any:
    """Return a claim."""
    return claim_answer(deciding.claim_row(key))

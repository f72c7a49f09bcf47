"""What pages and the API show: the week at a glance, a report, a claim with its words, an incident with all that is behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from tawthiq.link.told import Told
from tawthiq.model import Claim, Decision, Incident, Report, Span
from tawthiq.workspace import derived, fulltext
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import Acquisition, ClaimRow, Edge, IncidentRow, Lease, Observation, ReportRow
from tawthiq.workspace.search import Query, Result

# The slots of a claim in the order of their keys.
SLOTS = ("type", "initiators", "targets", "participants", "place", "time", "losses", "attribution", "modality", "count")
# What a claim can be asked for by.
STATES = ("waiting", "accepted", "rejected", "open")
_SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a report's text: whether it is evidence of the claim, and the slots that were read from it."""

    text: str
    start: int
    evidence: bool
    slots: tuple[str, ...]


def pieces(text: str, claim: Claim | None) -> list[Piece]:
    """Return a text in stretches, each with what was read from it; together they are the text."""
    spans: list[tuple[Span, str]] = []
    if claim is not None:
        spans = [(span, "") for span in claim.evidence]
        spans += [(trace.span, trace.slot) for trace in claim.spans or ()]
    out = []
    for start, end in _stretches(text, [span for span, _ in spans]):
        over = {slot for (a, b), slot in spans if a < end and start < b}
        out.append(Piece(text[start:end], start, "" in over, tuple(slot for slot in SLOTS if slot in over)))
    return out


def marked(text: str, spans: Sequence[Sequence[int]]) -> list[Piece]:
    """Return a text in stretches, those of some spans marked as evidence."""
    return [Piece(text[a:b], a, any(s < b and a < e for s, e in spans), ()) for a, b in _stretches(text, spans)]


def _stretches(text: str, spans: Sequence[Sequence[int]]) -> Iterator[Span]:
    """Yield the text cut at every edge of spans."""
    yield from pairwise(sorted({0, len(text), *(edge for span in spans for edge in span if 0 <= edge <= len(text))}))


def shown_claim(row: ClaimRow) -> Claim:
    """Return a claim as people edited it."""
    return Claim.model_validate(row.edited or row.data)


def told(row: ClaimRow) -> Told:
    """Return a claim with the report that tells it."""
    root = row.report.copy_of
    return Told(Report.model_validate(row.report.data), shown_claim(row), root.source if root is not None else None)


# --- the week ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the record: its days, its figures, and what is drawn of it."""

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
    days: list[tuple[str, str, int]]
    spots: list[Any]
    types: list[tuple[str, int]]
    contested_incidents: list[Incident]

    def query(self) -> Query:
        """Return the search that finds its incidents."""
        return Query(start=self.start.isoformat(), end=self.end.isoformat())


def latest_week() -> date:
    """Return the first day of the last week that has an incident and has begun; of this week when there is none."""
    today = timezone.localdate()
    last = IncidentRow.objects.filter(start__lte=today).aggregate(last=Max("start"))["last"] or today
    return monday(last)


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week(start: date) -> Week:
    """Return a week's figures; the number of queries does not grow with the record."""
    end = start + timedelta(days=6)
    found = Result(Query(start=start.isoformat(), end=end.isoformat()))
    total, facets = found.facets()
    by = {facet.field: dict(facet.values) for facet in facets}
    places, unplaced = found.spots()
    _, days = found.timeline("day")
    zone = timezone.get_default_timezone()
    since = datetime.combine(start, datetime.min.time(), zone)
    until = since + timedelta(days=7)
    arrived = Acquisition.objects.filter(acquired_at__gte=since, acquired_at__lt=until).order_by().values("pk")
    reports = ReportRow.objects.filter(acquisition__in=arrived)
    # Versions that were replaced are few, and looked for apart.
    replaced = reports.filter(current=False)
    contested = IncidentRow.objects.filter(start__lte=end, end__gte=start, corroboration="contested").order_by("-start", "id")
    return Week(
        start=start,
        end=end,
        incidents=total,
        contested=by["corroboration"].get("contested", 0),
        corroborated=by["corroboration"].get("corroborated", 0),
        unplaced=unplaced,
        new_claims=ClaimRow.objects.filter(report__in=reports.values("pk")).count()
        - ClaimRow.objects.filter(report__in=replaced.values("pk")).count(),
        new_reports=reports.count() - replaced.count(),
        to_check=ClaimRow.objects.filter(rank__isnull=False).count(),
        open=ClaimRow.objects.filter(state="open", report__current=True).count(),
        days=[row for row in days if start.isoformat() <= row[0] <= end.isoformat()],
        spots=places,
        types=sorted(by["type"].items(), key=lambda i: (-i[1], i[0])),
        contested_incidents=[Incident.model_validate(row) for row in contested.values_list("data", flat=True)[:6]],
    )


# --- reports and claims -----------------------------------------------------------------------------------------------


def report_rows(q: str = "", source: str = "") -> QuerySet[ReportRow]:
    """Return the current reports, the latest first, of words and of a source."""
    rows = ReportRow.objects.filter(current=True)
    if source:
        rows = rows.filter(source=source)
    if q:
        from django.db.models.expressions import RawSQL

        found = fulltext.condition(fulltext.REPORTS, q)
        if found is None:
            return rows.none()
        rows = rows.filter(id__in=RawSQL(*found))  # noqa: S611 - made of quoted terms alone
    return rows.order_by("-id")


def report_row(name: str, version: int | None = None) -> ReportRow:
    """Return a report by its id, as it is now or in one of its versions; raises Gone."""
    rows = ReportRow.objects.select_related("acquisition", "copy_of").filter(report=name)
    row = (rows.filter(version=version) if version else rows.filter(current=True)).first() or (
        rows.order_by("-version").first() if not version else None
    )
    if row is None:
        raise Gone(name)
    return row


def report_about(row: ReportRow) -> dict[str, Any]:
    """Return what is known of a report: custody, versions, copies, observations, claims."""
    versions = ReportRow.objects.filter(report=row.report).order_by("version")
    copies = ReportRow.objects.filter(Q(copy_of=row) | Q(copy_of=row.copy_of_id or -1), current=True).exclude(pk=row.pk)
    return {
        "versions": list(versions.values("version", "current", "edited", "digest", "reader")),
        "copies": list(copies.values("report", "source", "published")[:20]),
        "observed": list(Observation.objects.filter(what=row.report).order_by("id").values("at", "kind", "note")),
        "claims": list(row.claims.select_related("report", "report__copy_of").order_by("number")),
    }


def claim_rows(state: str = "", kind: str = "", since: date | None = None, until: date | None = None) -> QuerySet[ClaimRow]:
    """Return current claims: "waiting", "accepted", "rejected" or "open" ones, of a kind, whose reports came in these days."""
    rows = ClaimRow.objects.filter(report__current=True).select_related("report", "report__copy_of")
    if state == "waiting":
        rows = ClaimRow.objects.filter(rank__isnull=False).select_related("report", "report__copy_of").order_by("rank", "id")
    elif state:
        rows = rows.filter(state=state).order_by("-id")
    else:
        rows = rows.order_by("-id")
    if kind:
        rows = rows.filter(kind=kind)
    zone = timezone.get_default_timezone()
    if since is not None:
        rows = rows.filter(report__acquisition__acquired_at__gte=datetime.combine(since, datetime.min.time(), zone))
    if until is not None:
        rows = rows.filter(
            report__acquisition__acquired_at__lt=datetime.combine(until + timedelta(days=1), datetime.min.time(), zone)
        )
    return rows


class Counted(Paginator):  # type: ignore[type-arg]
    """Pages of rows whose number is known without asking for all of them."""

    def __init__(self, rows: QuerySet[Any], size: int, count: int) -> None:
        super().__init__(rows, size)
        self.__dict__["count"] = count


def claim_count() -> int:
    """Return how many claims of current reports there are: all but those of reports that another version replaced."""
    return ClaimRow.objects.count() - ClaimRow.objects.filter(report__current=False).count()


def neighbours(row: ClaimRow) -> list[Claim]:
    """Return the other claims of a claim's report, as people edited them."""
    return [shown_claim(other) for other in row.report.claims.exclude(pk=row.pk).exclude(state="rejected").order_by("number")]


def decided(rows: Sequence[ClaimRow]) -> list[Decision]:
    """Return what was decided about some claims, the earliest first, with what was undone and settled."""
    ruling = derived.ruling_of(sorted({row.report.report for row in rows}))
    ledger = derived.decisions_about({row.report.report for row in rows})
    wanted = {d for row in rows for d in ruling.about.get(row.key, ())}
    # What was undone is history as well: it is about the claims whose anchors it names.
    starts = {(row.report.report, str(row.kind), span[0]) for row in rows for span in Claim.model_validate(row.data).evidence}
    for decision in ledger:
        if any((a.report, str(a.kind), a.evidence[0][0] if a.evidence else -1) in starts for a in decision.anchors):
            wanted.add(decision.id)
    return [d for d in ledger if d.id in wanted or (d.kind in ("undo", "settle") and d.value in wanted)]


def contradicting(row: ClaimRow) -> list[str]:
    """Return the decisions about a claim that contradict one another."""
    return derived.ruling_of([row.report.report]).open.get(row.key, []) if row.state == "open" else []


def holder(row: ClaimRow) -> str | None:
    """Return who has a claim before them, None for nobody."""
    lease = Lease.objects.filter(claim=row, until__gt=timezone.now()).select_related("person").first()
    return lease.person.login if lease is not None else None


# --- incidents --------------------------------------------------------------------------------------------------------


def claims_of(incident: Incident) -> list[ClaimRow]:
    """Return the claims of an incident."""
    rows = ClaimRow.objects.filter(incident=incident.id, report__current=True)
    return list(rows.select_related("report", "report__copy_of", "report__acquisition").order_by("report_id", "number"))


@dataclass(frozen=True, slots=True)
class Match:
    """Another incident that may be the same: the two claims that speak most for it, and the weight of theirs in bits."""

    incident: Incident
    mine: str
    other: str
    weight: float


def matches(incident: Incident, rows: Sequence[ClaimRow]) -> list[Match]:
    """Return the incidents that may be the same as one, the likeliest first; three queries."""
    mine = {row.pk: row.key for row in rows}
    edges = Edge.objects.filter(Q(first__in=mine) | Q(second__in=mine)).values_list("first_id", "second_id", "weight")
    best: dict[int, tuple[float, str]] = {}
    for first, second, weight in edges:
        for here, there in ((first, second), (second, first)):
            if here in mine and there not in mine and weight > best.get(there, (-1e9, ""))[0]:
                best[there] = (weight, mine[here])
    others = ClaimRow.objects.filter(pk__in=best, report__current=True).exclude(incident__in=["", incident.id])
    by: dict[str, tuple[float, str, str]] = {}
    for pk, key, name in others.values_list("pk", "key", "incident"):
        weight, own = best[pk]
        if name not in by or weight > by[name][0]:
            by[name] = (weight, own, key)
    likeliest = sorted(by, key=lambda name: (-by[name][0], name))[:_SUGGESTED]
    found = {row.id: Incident.model_validate(row.data) for row in IncidentRow.objects.filter(id__in=likeliest)}
    return [Match(found[name], by[name][1], by[name][2], by[name][0]) for name in likeliest if name in found]


def sources() -> list[tuple[str, int]]:
    """Return the sources of current reports with how many each has, the most first."""
    rows = ReportRow.objects.filter(current=True).exclude(source="").values_list("source").annotate(n=Count("id"))
    return list(rows.order_by("-n", "source")[:200])


def independence(incident: Incident, rows: Sequence[ClaimRow]) -> list[dict[str, Any]]:
    """Return the origins of an incident with the outlets that carry each, and how many of those are copies."""
    by_key = {row.key: row for row in rows}
    out = []
    for origin in incident.sources:
        carried = [by_key[key] for key in origin.claims if key in by_key]
        outlets = Counter(row.report.source or row.report.report for row in carried)
        copies = sorted({row.report.report for row in carried if row.report.copy_of_id})
        out.append({"origin": origin, "outlets": sorted(outlets), "copies": copies})
    return out

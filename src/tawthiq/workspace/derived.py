"""What pages ask of claims and incidents, derived from them and from the ledger: the place in the queue, what holds, facets.

All of it can be made again: `refresh` after a decision, `refresh_all` for a project that an older version made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from tawthiq.link.decisions import Ruling, replay
from tawthiq.model import FAMILY_OF, Claim, Decision, Incident, Report, claim_key
from tawthiq.workspace import fulltext
from tawthiq.workspace.models import ClaimRow, DecisionReport, DecisionRow, IncidentRow, IncidentTag, Mark, ReportRow

EDITION = "1"
_MARK = "pages"
# How much hangs on a claim of a family being right, beside its losses: 0 to 39.
_GRAVITY = {"harm": 39, "remote": 30, "fight": 25, "hold": 25, "count": 20, "people": 15, "control": 10, "view": 8, "property": 8}
_PART = 500


def rank_of(claim: Claim) -> int:
    """Return a claim's place in the queue, the lowest first: by tenths of confidence, then by what hangs on it."""
    doubt = int((claim.confidence or 0.0) * 10)
    people = sum((5 if loss.outcome == "killed" else 2) * (loss.max or loss.min or 0) for loss in claim.losses)
    return doubt * 100 - min(60, people) - _GRAVITY.get(FAMILY_OF[claim.type], 5)


def incident_row(incident: Incident) -> IncidentRow:
    """Return the row of an incident."""
    place = incident.place
    return IncidentRow(
        id=incident.id,
        type=incident.type,
        start=_day(incident.start),
        end=_day(incident.end or incident.start),
        corroboration=incident.corroboration,
        review=incident.review,
        admin1=(place.admin1 or "")[:8] if place else "",
        place=(place.code or place.name) if place else "",
        data=incident.model_dump(mode="json"),
    )


def _day(day: str | None) -> date | None:
    try:
        return date.fromisoformat(day[:10]) if day else None
    except ValueError:
        return None


def tags_of(incident: Incident) -> Iterator[IncidentTag]:
    """Yield what an incident has several of."""
    actors = {s.value for s in (*incident.initiators, *incident.targets, *incident.participants)}
    for kind, values in (("actor", actors), ("source", {o.name for o in incident.sources})):
        for value in sorted(values):
            yield IncidentTag(incident_id=incident.id, kind=kind, value=value)


def note_reports(row: DecisionRow, decision: Decision) -> None:
    """Note about which reports a decision is, so that it is found without reading the ledger."""
    reports = {anchor.report for anchor in (*decision.anchors, *decision.others)}
    DecisionReport.objects.bulk_create(DecisionReport(decision=row, report=name) for name in sorted(reports))


def decisions_about(reports: Iterable[str]) -> list[Decision]:
    """Return what was decided about the claims of some reports, and what was decided about those decisions."""
    rows: dict[int, DecisionRow] = {}
    names = sorted(set(reports))
    for start in range(0, len(names), _PART):
        found = DecisionRow.objects.filter(reports__report__in=names[start : start + _PART]).distinct()
        rows.update((row.pk, row) for row in found)
    fresh = [row.decision for row in rows.values()]
    while fresh:
        found = DecisionRow.objects.filter(refers__in=fresh).exclude(pk__in=rows)
        fresh = [row.decision for row in found]
        rows.update((row.pk, row) for row in found)
    return [Decision.model_validate(rows[key].data) for key in sorted(rows)]


def ruling_of(reports: Sequence[str]) -> Ruling:
    """Return what holds of the claims of some reports; what it says of others is not whole."""
    from tawthiq.workspace.store import DjangoStore

    decisions = decisions_about(reports)
    return replay(decisions, DjangoStore().extracted) if decisions else Ruling()


def apply_ruling(rows: Iterable[ClaimRow], ruling: Ruling, report: str) -> list[ClaimRow]:
    """Set the state, the edited claim and the place in the queue of claims of a current report; return those that changed."""
    changed = []
    for row in rows:
        claim = Claim.model_validate(row.data)
        key = claim_key(report, claim.id)
        edited = ruling.edited.get(key)
        open_ = key in ruling.open
        state = (
            "open" if open_ else "rejected" if key in ruling.rejected else "accepted" if key in ruling.accepted or row.added else ""
        )
        now = (
            state,
            None if state in ("accepted", "rejected") else rank_of(edited or claim),
            edited.model_dump(mode="json") if edited is not None else None,
        )
        if now != (row.state, row.rank, row.edited):
            row.state, row.rank, row.edited = now
            changed.append(row)
    return changed


@transaction.atomic
def refresh(reports: Sequence[str]) -> None:
    """Let hold for pages what was decided about the claims of some reports."""
    names = sorted(set(reports))
    for start in range(0, len(names), _PART):
        # Two who decide about one report at once do it one after the other, so that the second sees what the first decided.
        locked = ReportRow.objects.select_for_update().filter(report__in=names[start : start + _PART], current=True)
        list(locked.order_by("id").only("id"))
    ruling = ruling_of(names)
    rows: dict[str, list[ClaimRow]] = {}
    for start in range(0, len(names), _PART):
        found = ClaimRow.objects.filter(report__report__in=names[start : start + _PART], report__current=True)
        for row in found.select_related("report"):
            rows.setdefault(row.report.report, []).append(row)
    changed = [row for name, mine in rows.items() for row in apply_ruling(mine, ruling, name)]
    ClaimRow.objects.bulk_update(changed, ["state", "rank", "edited"], batch_size=_PART)
    fulltext.index_claims(
        (row.pk, Report.model_validate(row.report.data), Claim.model_validate(row.edited or row.data)) for row in changed
    )


def up_to_date() -> bool:
    """Say whether pages can read what the project's tables hold."""
    return Mark.objects.filter(name=_MARK, value=EDITION).exists()


def refresh_all(progress: Any = lambda stage, done, total: None) -> None:
    """Derive everything that pages ask for, for a project that an older version made; can be stopped and started again."""
    from tawthiq.workspace.store import DjangoStore

    with transaction.atomic():
        DecisionReport.objects.all().delete()
        for entry in DecisionRow.objects.order_by("id"):
            decision = Decision.model_validate(entry.data)
            if decision.kind in ("undo", "settle"):
                DecisionRow.objects.filter(pk=entry.pk).update(refers=str(decision.value))
            note_reports(entry, decision)
    store = DjangoStore()
    ruling = store.ruling()
    done = 0
    for first in _keys(ReportRow):
        with transaction.atomic():
            rows = ReportRow.objects.filter(id__gte=first, id__lt=first + _PART, current=True).prefetch_related("claims")
            reports = {row.pk: (Report.model_validate(row.data), row) for row in rows}
            claims = [claim for _, row in reports.values() for claim in row.claims.all()]
            for _, row in reports.values():
                apply_ruling(row.claims.all(), ruling, row.report)
            ClaimRow.objects.bulk_update(claims, ["state", "rank", "edited"], batch_size=_PART)
            fulltext.index_reports((key, report) for key, (report, _) in reports.items())
            fulltext.index_claims((c.pk, reports[c.report_id][0], Claim.model_validate(c.edited or c.data)) for c in claims)
        done += len(reports)
        progress("pages", done, None)
    names = list(IncidentRow.objects.order_by("id").values_list("id", flat=True))
    for start in range(0, len(names), _PART):
        with transaction.atomic():
            some = names[start : start + _PART]
            incidents = [Incident.model_validate(d) for d in IncidentRow.objects.filter(id__in=some).values_list("data", flat=True)]
            columns = ["start", "end", "corroboration", "review", "admin1", "place"]
            IncidentRow.objects.bulk_update([incident_row(i) for i in incidents], columns, batch_size=_PART)
            IncidentTag.objects.filter(incident__in=some).delete()
            IncidentTag.objects.bulk_create((tag for i in incidents for tag in tags_of(i)), batch_size=_PART)
    Mark.objects.update_or_create(name=_MARK, defaults={"value": EDITION})


def _keys(table: Any) -> range:
    last = table.objects.order_by("-id").values_list("id", flat=True).first()
    return range(1, (last or 0) + 1, _PART)

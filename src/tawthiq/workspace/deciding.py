"""What a person does with a claim or an incident: take the next from the queue, decide, undo, put together and part.

Pages and the API both call these. A decision goes into the ledger and holds for its claims at once; incidents follow by linking,
in the background or, where the person waits to see it, before the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from tawthiq.link.decisions import anchor_of, make_decision
from tawthiq.link.edits import edited_claim
from tawthiq.model import Anchor, Claim, Decision, Report, Span
from tawthiq.workspace import linker
from tawthiq.workspace.models import ClaimRow, DecisionRow, IncidentRow, Lease, Person, ReportRow
from tawthiq.workspace.store import DjangoStore

LEASE = timedelta(minutes=15)
ON_CLAIM = ("accept", "reject", "edit", "name-actor", "pick-place", "grade-information", "note", "settle-forecast")


class Gone(LookupError):  # noqa: N818
    """What is asked for is not in the project, or no longer."""


def next_claim(person: Person, skipped: Sequence[int] = ()) -> ClaimRow | None:
    """Return the claim that is first in the queue and before nobody else, and keep it for this person; None when all is done.

    Who has one already gets it again, so that a page can be opened anew.
    """
    with transaction.atomic():
        now = timezone.now()
        Lease.objects.filter(until__lt=now).delete()
        mine = Lease.objects.filter(person=person, claim__rank__isnull=False).exclude(claim__in=skipped).order_by("-until").first()
        if mine is not None:
            Lease.objects.filter(pk=mine.pk).update(until=now + LEASE)
            return _whole(mine.claim_id)
        Lease.objects.filter(person=person).delete()
        while True:
            held = Lease.objects.values("claim")
            waiting = ClaimRow.objects.filter(rank__isnull=False).exclude(pk__in=held).exclude(pk__in=skipped)
            found = waiting.order_by("rank", "id").select_for_update(skip_locked=True, of=("self",)).only("id").first()
            if found is None:
                return None
            # Somebody may have taken it, and let its row go, after the query began to look.
            lease, _ = Lease.objects.get_or_create(claim_id=found.pk, defaults={"person": person, "until": now + LEASE})
            if lease.person_id == person.pk:
                return _whole(found.pk)


def take(person: Person, row: ClaimRow) -> str | None:
    """Keep a claim for a person who opened it; return who has it already, None when nobody else does."""
    with transaction.atomic():
        now = timezone.now()
        # Who asks second waits here, and finds the lease of the first.
        ClaimRow.objects.select_for_update(of=("self",)).filter(pk=row.pk).values_list("pk", flat=True).first()
        Lease.objects.filter(until__lt=now).delete()
        there = Lease.objects.select_for_update(of=("self",)).filter(claim=row).select_related("person").first()
        if there is not None and there.person_id != person.pk:
            return there.person.login
        Lease.objects.filter(person=person).exclude(claim=row).delete()
        Lease.objects.update_or_create(claim=row, defaults={"person": person, "until": now + LEASE})
        return None


def let_go(person: Person) -> None:
    """Give back what a person has before them."""
    Lease.objects.filter(person=person).delete()


def _whole(key: int) -> ClaimRow:
    return ClaimRow.objects.select_related("report", "report__acquisition", "report__copy_of").get(pk=key)


def claim_row(name: str) -> ClaimRow:
    """Return a current claim by its id; raises Gone."""
    rows = ClaimRow.objects.select_related("report", "report__acquisition", "report__copy_of")
    row = rows.filter(key=name, report__current=True).first()
    if row is None:
        raise Gone(name)
    return row


def decide(
    person: Person,
    row: ClaimRow,
    kind: str,
    *,
    slot: str | None = None,
    old: str | None = None,
    value: Any = None,
    span: Span | None = None,
    reason: str | None = None,
) -> Decision:
    """Decide about a claim; raises ValueError with one line for what cannot be set, and for a claim that somebody else has."""
    if kind not in ON_CLAIM:
        raise ValueError(f"a claim is decided on by {', '.join(ON_CLAIM)}, not {kind!r}")
    with transaction.atomic():
        holder = take(person, row)
        if holder is not None:
            raise ValueError(f"{holder} has this claim before them")
        report = Report.model_validate(row.report.data)
        if span is not None and not 0 <= span[0] < span[1] <= len(report.text):
            raise ValueError("the words selected are not in the text")
        made = _made(
            person,
            kind,
            anchors=(anchor_of(report.report, Claim.model_validate(row.data)),),
            slot=slot,
            old=old,
            value=value,
            span=span,
            reason=reason or None,
        )
        if kind in ("edit", "name-actor", "pick-place"):
            edited_claim(Claim.model_validate(row.edited or row.data), made)
        DjangoStore().decide([made])
        if kind in ("accept", "reject"):
            let_go(person)
    linker.wake()
    return made


def _made(person: Person, kind: str, **said: Any) -> Decision:
    return make_decision(at=datetime.now(UTC).isoformat(timespec="microseconds"), by=person.login, kind=kind, **said)


def add_claim(person: Person, report: Report, kind: str, type_: str, evidence: Sequence[Span], slots: dict[str, Any]) -> Decision:
    """Add a statement that was missed, by the words that say it; raises ValueError with one line for what cannot be one."""
    spans = sorted({(int(a), int(b)) for a, b in evidence})
    if not spans or any(not 0 <= a < b <= len(report.text) for a, b in spans):
        raise ValueError("the words selected are not in the text")
    if not ReportRow.objects.filter(report=report.report, current=True).exists():
        raise Gone(report.report)
    value = {**{k: v for k, v in slots.items() if v not in (None, [], "")}, "words": [report.text[a:b] for a, b in spans]}
    try:
        anchor = Anchor.model_validate({"report": report.report, "evidence": spans, "kind": kind, "type": type_})
    except ValueError:
        raise ValueError(f"no kind {kind!r}") from None
    made = _made(person, "add-claim", anchors=(anchor,), value=value)
    DjangoStore().decide([made])
    linker.wake()
    return made


def last_decision(person: Person) -> Decision | None:
    """Return what a person decided last about claims and did not take back."""
    for row in DecisionRow.objects.filter(by=person.login).exclude(kind__in=("undo", "settle")).order_by("-id")[:200]:
        if not DecisionRow.objects.filter(refers=row.decision, kind="undo").exists():
            return Decision.model_validate(row.data)
    return None


def undo(person: Person, name: str | None = None) -> Decision:
    """Take back a decision of one's own, the last one when none is named, and return it; raises Gone when there is none."""
    with transaction.atomic():
        if name is None:
            before = last_decision(person)
        else:
            row = DecisionRow.objects.filter(decision=name, by=person.login).first()
            taken = DecisionRow.objects.filter(refers=name, kind="undo").exists()
            before = Decision.model_validate(row.data) if row is not None and not taken else None
        if before is None:
            raise Gone(name or "nothing to undo")
        DjangoStore().decide([_made(person, "undo", value=before.id)])
    if before.kind in ("merge", "split", "not-the-same", "review"):
        linker.link_soon()
    else:
        linker.wake()
    return before


def settle(person: Person, name: str, reason: str | None = None) -> Decision:
    """Say which of several contradicting decisions holds; raises Gone for one that is not there."""
    if not DecisionRow.objects.filter(decision=name).exclude(kind__in=("undo", "settle")).exists():
        raise Gone(name)
    made = _made(person, "settle", value=name, reason=reason or None)
    DjangoStore().decide([made])
    linker.link_soon()
    return made


def grade_source(person: Person, name: str, grade: str, reason: str | None = None) -> Decision:
    """Grade a source by the letters of the Admiralty code; raises ValueError for a letter that is none."""
    made = _made(person, "grade-source", source=name, value=grade, reason=reason)
    DjangoStore().decide([made])
    linker.link_soon()
    return made


def incident_row(name: str) -> IncidentRow:
    """Return an incident by its id, or the one that took its claims; raises Gone."""
    row = IncidentRow.objects.filter(id=name).first()
    if row is None and (went := DjangoStore().went(name)):
        row = IncidentRow.objects.filter(id=went).first()
    if row is None:
        raise Gone(name)
    return row


def review(person: Person, name: str, status: str, reason: str | None = None) -> IncidentRow:
    """Judge an incident; raises ValueError for a status that is none, Gone for an incident that is not there."""
    return _about(person, name, "review", value=status, reason=reason or None)


def merge(person: Person, name: str, other: str, reason: str | None = None) -> IncidentRow:
    """Put two incidents together; returns the one that holds both."""
    if incident_row(other).id == incident_row(name).id:
        raise ValueError("merge: it is the same incident")
    store = DjangoStore()
    anchors = (*store.anchors([incident_row(name).id]), *store.anchors([incident_row(other).id]))
    return _hold(person, name, _made(person, "merge", anchors=anchors, reason=reason or None))


def split(person: Person, name: str, claims: Sequence[str], reason: str | None = None) -> tuple[IncidentRow, list[str]]:
    """Part some claims of an incident from its others; returns the incident and what was parted.

    Raises ValueError when none would be left on either side.
    """
    mine = set(incident_row(name).data["claims"])
    parted = sorted(mine & set(claims))
    if not parted or len(parted) == len(mine):
        raise ValueError("split: some of its claims are parted from the others")
    store = DjangoStore()
    made = _made(
        person, "split", anchors=store.anchors(parted), others=store.anchors(sorted(mine - set(parted))), reason=reason or None
    )
    return _hold(person, name, made), parted


def not_the_same(person: Person, name: str, other: str, reason: str | None = None) -> IncidentRow:
    """Say that two incidents are two, whatever is learnt; raises ValueError for one and the same."""
    one, two = incident_row(name), incident_row(other)
    if one.id == two.id:
        raise ValueError("not-the-same: it is the same incident")
    store = DjangoStore()
    made = _made(person, "not-the-same", anchors=store.anchors([one.id]), others=store.anchors([two.id]), reason=reason or None)
    return _hold(person, name, made)


def _about(person: Person, name: str, kind: str, **said: Any) -> IncidentRow:
    anchors = DjangoStore().anchors([incident_row(name).id])
    return _hold(person, name, _made(person, kind, anchors=anchors, **said))


def _hold(person: Person, name: str, made: Decision) -> IncidentRow:
    """Enter a decision about an incident and put it together anew before the answer."""
    claims = incident_row(name).data["claims"]
    DjangoStore().decide([made])
    linker.link_soon()
    try:
        return incident_row(name)
    except Gone:
        row = ClaimRow.objects.filter(key__in=claims, report__current=True).exclude(incident="").first()
        if row is None:
            raise
        return incident_row(row.incident)

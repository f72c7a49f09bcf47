"""The ledger of decisions in the database: added to, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from tawthiq.link.decisions import anchor_of
from tawthiq.model import Anchor, Claim, Decision
from tawthiq.workspace.models import ClaimRow, DecisionRow, Redirect


class Ledger:
    """The part of the Store that keeps what people decided."""

    def decisions(self) -> list[Decision]:
        """Return the ledger in the order in which decisions came to be known."""
        return [
            Decision.model_validate(data) for data in DecisionRow.objects.order_by("id").values_list("data", flat=True).iterator()
        ]

    @transaction.atomic
    def decide(self, decisions: Iterable[Decision]) -> int:
        """Add decisions to the ledger and return how many were new; they hold once claims are linked again."""
        added = 0
        for decision in decisions:
            if DecisionRow.objects.filter(decision=decision.id).exists():
                continue
            DecisionRow(
                decision=decision.id,
                at=datetime.fromisoformat(decision.at),
                by=decision.by,
                kind=decision.kind,
                data=decision.model_dump(mode="json"),
            ).save()
            added += 1
        return added

    def extracted(self, report: str) -> Sequence[Claim]:
        """Return the claims of a current report as they were extracted."""
        rows = ClaimRow.objects.filter(report__report=report, report__current=True).order_by("number")
        return [Claim.model_validate(data) for data in rows.values_list("data", flat=True)]

    def anchors(self, names: Iterable[str]) -> tuple[Anchor, ...]:
        """Return the anchors of claims, and of all claims of incidents, by their ids.

        Raises ValueError for one that is not there.
        """
        out: list[Anchor] = []
        for name in names:
            rows = list(ClaimRow.objects.filter(key=name, report__current=True).select_related("report"))
            if not rows:
                redirect = Redirect.objects.filter(old=name).exclude(new="").first()
                wanted = redirect.new if redirect is not None else name
                rows = list(ClaimRow.objects.filter(incident=wanted).select_related("report").order_by("key"))
            if not rows:
                raise ValueError(f"no claim or incident {name!r} in this project")
            out += [anchor_of(row.report.report, Claim.model_validate(row.data)) for row in rows]
        return tuple(out)

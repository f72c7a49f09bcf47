"""The ledger of decisions in the database: added to, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from tawthiq.link.decisions import anchor_of
from tawthiq.link.edits import added_claim
from tawthiq.link.told import names_of
from tawthiq.model import Anchor, Claim, Decision, Kind, Report, claim_key
from tawthiq.workspace import derived, fulltext
from tawthiq.workspace.links import chunks
from tawthiq.workspace.models import ClaimRow, DecisionRow, Redirect, ReportRow


class Ledger:
    """The part of the Store that keeps what people decided."""

    def decisions(self) -> list[Decision]:
        """Return the ledger in the order in which decisions came to be known."""
        return [
            Decision.model_validate(data) for data in DecisionRow.objects.order_by("id").values_list("data", flat=True).iterator()
        ]

    @transaction.atomic
    def decide(self, decisions: Iterable[Decision]) -> int:
        """Add decisions to the ledger and return how many were new.

        They hold for claims at once, and for incidents once claims are linked again.
        """
        added = 0
        about: set[str] = set()
        for decision in decisions:
            if DecisionRow.objects.filter(decision=decision.id).exists():
                continue
            refers = str(decision.value) if decision.kind in ("undo", "settle") else ""
            row = DecisionRow(
                decision=decision.id,
                at=datetime.fromisoformat(decision.at),
                by=decision.by,
                kind=decision.kind,
                refers=refers,
                data=decision.model_dump(mode="json"),
            )
            row.save()
            derived.note_reports(row, decision)
            if decision.kind == "add-claim":
                self._add_claim(decision)
            about.update(anchor.report for anchor in (*decision.anchors, *decision.others))
            while refers:
                about.update(DecisionRow.objects.filter(decision=refers).values_list("reports__report", flat=True))
                refers = next(iter(DecisionRow.objects.filter(decision=refers).values_list("refers", flat=True)), "")
            added += 1
        if about := about - {None}:
            derived.refresh(sorted(about))
        return added

    def _add_claim(self, decision: Decision) -> None:
        """Put a statement that a person marked beside those that were extracted from the report."""
        row = ReportRow.objects.filter(report=decision.anchors[0].report, current=True).first()
        if row is None:
            return  # found when its report comes
        report = Report.model_validate(row.data)
        claim = added_claim(decision, report.text)
        if claim is None or ClaimRow.objects.filter(report=row, key=claim_key(report.report, claim.id)).exists():
            return
        mine = [Claim.model_validate(data) for data in row.claims.order_by("number").values_list("data", flat=True)]
        made = ClaimRow.objects.create(
            key=claim_key(report.report, claim.id),
            report=row,
            number=(row.claims.order_by("-number").values_list("number", flat=True).first() or 0) + 1,
            kind=str(claim.kind),
            type=claim.type,
            name=names_of(report.report, [*mine, claim])[-1],
            linking=ClaimRow.NEW if claim.kind is Kind.EVENT else ClaimRow.DONE,
            added=True,
            data=claim.model_dump(mode="json"),
        )
        fulltext.index_claims([(made.pk, report, claim)])

    def added(self, reports: Sequence[Report]) -> dict[str, list[Claim]]:
        """Return for each report the claims that people added and whose words still stand in it, in the order of the ledger."""
        texts = {report.report: report.text for report in reports}
        out: dict[str, list[Claim]] = {}
        for some in chunks(sorted(texts)):
            rows = DecisionRow.objects.filter(kind="add-claim", reports__report__in=some).order_by("id")
            for data in rows.values_list("data", flat=True):
                decision = Decision.model_validate(data)
                name = decision.anchors[0].report
                claim = added_claim(decision, texts[name])
                if claim is not None:
                    out.setdefault(name, []).append(claim)
        return out

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

"""The pipeline's Store over Django's models, and the questions that the commands ask of a project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils import timezone

from tawthiq import __version__
from tawthiq.link.incidents import Told
from tawthiq.model import Claim, Incident, Report, claim_key
from tawthiq.pipeline import Entry
from tawthiq.workspace.models import Acquisition, ClaimRow, IncidentRow, ReportRow


class DjangoStore:
    """Reports, claims and incidents of the open project."""

    def known(self, entries: Sequence[Entry], vocabulary: str) -> list[tuple[str, bool]]:
        """Return for each report its id in the project, and whether this text is there with claims of this vocabulary."""
        names = {entry.report.report for entry in entries}
        rows = ReportRow.objects.filter(current=True, given__in=names)
        stored: dict[str, list[tuple[str, str, str, str]]] = {}
        for row in rows.only("given", "report", "source", "digest", "vocabulary"):
            stored.setdefault(row.given, []).append((row.report, row.source, row.digest, row.vocabulary))
        out = []
        for entry in entries:
            given, source = entry.report.report, entry.report.source or ""
            there = stored.setdefault(given, [])
            same = next((r for r in there if (r[1] == source if entry.named else r[2] == entry.digest)), None)
            if same is not None:
                out.append((same[0], same[2] == entry.digest and same[3] == vocabulary))
                continue
            mark = hashlib.sha256(source.encode()).hexdigest() if entry.named else entry.digest
            name = f"{given}~{mark[:6]}" if any(r[0] == given for r in there) else given
            there.append((name, source, entry.digest, ""))
            out.append((name, False))
        return out

    @transaction.atomic
    def add(self, batch: Sequence[tuple[Entry, list[Claim]]], vocabulary: str, reader: str) -> int:
        """Store reports with their claims; a changed text is a new version, a newer vocabulary makes its claims anew."""
        changed = 0
        for entry, claims in batch:
            acquisition, _ = Acquisition.objects.get_or_create(
                sha256=entry.acquired.sha256,
                name=entry.acquired.name,
                defaults={"size": entry.acquired.size, "acquired_at": timezone.now(), "tool": f"tawthiq {__version__}"},
            )
            report = entry.report
            previous = ReportRow.objects.filter(report=report.report, current=True).first()
            if previous is not None and previous.digest == entry.digest:
                if previous.vocabulary == vocabulary:
                    continue
                row = previous
                row.claims.all().delete()
                row.vocabulary = vocabulary
                row.save(update_fields=["vocabulary"])
            else:
                version = 1
                if previous is not None:
                    previous.current = False
                    previous.save(update_fields=["current"])
                    version = previous.version + 1
                row = ReportRow.objects.create(
                    acquisition=acquisition,
                    locator=entry.locator,
                    given=entry.given,
                    report=report.report,
                    source=report.source or "",
                    version=version,
                    digest=entry.digest,
                    reader=reader,
                    vocabulary=vocabulary,
                    data=report.model_dump(mode="json"),
                )
            ClaimRow.objects.bulk_create(
                ClaimRow(
                    key=claim_key(report.report, claim.id),
                    report=row,
                    number=number,
                    kind=str(claim.kind),
                    type=claim.type,
                    data=claim.model_dump(mode="json"),
                )
                for number, claim in enumerate(claims, 1)
            )
            changed += 1
        return changed

    def told(self) -> Iterator[Told]:
        """Yield the claims of all current reports, report by report."""
        for report, claims in self.reports():
            for claim in claims:
                yield Told(report, claim)

    def reports(self) -> Iterator[tuple[Report, list[Claim]]]:
        """Yield the current reports with their claims, in the order in which they came."""
        rows = ReportRow.objects.filter(current=True).order_by("id").prefetch_related("claims")
        for row in rows.iterator(chunk_size=500):
            claims = sorted(row.claims.all(), key=lambda c: c.number)
            yield Report.model_validate(row.data), [Claim.model_validate(c.data) for c in claims]

    @transaction.atomic
    def replace_incidents(self, incidents: Sequence[Incident]) -> None:
        """Put these incidents in place of all others."""
        IncidentRow.objects.all().delete()
        IncidentRow.objects.bulk_create(
            (IncidentRow(id=i.id, type=i.type, start=i.start, data=i.model_dump(mode="json")) for i in incidents),
            batch_size=500,
        )

    def incidents(self) -> list[Incident]:
        """Return all incidents, ordered by id."""
        return [Incident.model_validate(row.data) for row in IncidentRow.objects.order_by("id").iterator()]

    def incident(self, name: str) -> Incident | None:
        """Return one incident, or None."""
        row = IncidentRow.objects.filter(id=name).first()
        return Incident.model_validate(row.data) if row is not None else None

    def claims_by_key(self, key: str) -> list[tuple[Report, Claim]]:
        """Return the current claims of an id with their reports; more than one when two sources use one report id."""
        rows = ClaimRow.objects.filter(key=key, report__current=True).select_related("report").order_by("report_id")
        return [(Report.model_validate(r.report.data), Claim.model_validate(r.data)) for r in rows]

"""The pipeline's Store over Django's models, and the questions that the commands ask of a project."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from tawthiq import __version__
from tawthiq.archive.readers.base import Covered, Item
from tawthiq.link.decisions import Ruling, anchor_of, find_claim, replay
from tawthiq.link.incidents import ruled
from tawthiq.link.told import Told, names_of
from tawthiq.model import Claim, Kind, Report, claim_key
from tawthiq.store import Archived, Pending, Unmarked
from tawthiq.workspace import derived, fulltext
from tawthiq.workspace.ledger import Ledger
from tawthiq.workspace.links import CHUNK as _CHUNK
from tawthiq.workspace.links import LinkTables, chunks
from tawthiq.workspace.models import (
    Acquisition,
    ClaimRow,
    DecisionReport,
    Edge,
    IncidentRow,
    IncidentTag,
    Lease,
    Likeness,
    LinkKey,
    Mark,
    Observation,
    ReportRow,
)

_COLUMNS = (
    "acquisition_id",
    "locator",
    "given",
    "report",
    "source",
    "version",
    "current",
    "digest",
    "reader",
    "read_by_machine",
    "vocabulary",
    "platform",
    "channel",
    "message",
    "edited",
    "published",
    "compared",
    "data",
)
_INSERT = f"insert into {ReportRow._meta.db_table} ({', '.join(_COLUMNS)}) values ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608


# Claims that make room for new ones of their report stand aside under numbers that none has.
_ASIDE = 1_000_000


@dataclass(slots=True)
class _Known:
    """A stored version of a report, as far as identity asks for it."""

    key: int | None
    report: str
    source: str
    version: int
    current: bool
    digest: str
    edited: str
    post: bool


class DjangoStore(LinkTables, Ledger):
    """Reports, claims and incidents of the open project."""

    def finished(self, sha256: str, reader: str) -> int | None:
        """Return how many reports this reader found in a file, when it was read to its end; None otherwise."""
        row = Acquisition.objects.filter(sha256=sha256, read_by=reader).order_by("-reports").first()
        return row.reports if row is not None else None

    def begin(self, archived: Archived) -> None:
        """Know of a file before its reports."""
        how = archived.acquired.how
        Acquisition.objects.get_or_create(
            number=archived.number,
            defaults={
                "sha256": archived.acquired.sha256,
                "name": how.name,
                "method": how.method,
                "size": archived.acquired.size,
                "acquired_at": timezone.now(),
                "tool": how.tool or f"tawthiq {__version__}",
            },
        )

    @transaction.atomic
    def put(self, archived: Archived, items: Sequence[Item], reader: str) -> int:
        """Store reports; a changed text is a new version, the version with the latest edit is current; return how many are new."""
        self.in_turn()
        acquisition = Acquisition.objects.get(number=archived.number)
        stored = self._stored(self._maybe_known(items))
        rows: list[list[Any]] = []
        fresh: dict[str, list[Any]] = {}
        superseded: list[int] = []
        for item in items:
            report, post = item.report, item.report.post
            there = stored.setdefault(report.report, [])
            name = _name_of(item, there)
            mine = [known for known in there if known.report == name]
            edited = (post.edited if post else None) or ""
            if _known_already(mine, item.digest, edited):
                continue
            latest = next((k for k in mine if k.current), None)
            newest = latest is None or not edited or not latest.edited or _later(edited, latest.edited)
            if latest is not None and not edited and latest.edited:
                newest = False  # the text before the first edit
            version = max((k.version for k in mine), default=0) + 1
            if latest is not None and newest:
                latest.current = False
                if latest.key is not None:
                    superseded.append(latest.key)
                else:
                    fresh[f"{name}\x00{latest.version}"][_COLUMNS.index("current")] = False
            there.append(_Known(None, name, report.source or "", version, newest, item.digest, edited, post is not None))
            data = report if name == report.report else report.model_copy(update={"report": name})
            row = [
                acquisition.pk,
                item.locator,
                report.report,
                name,
                report.source or "",
                version,
                newest,
                item.digest,
                reader,
                report.read_by_machine,
                "",
                post.platform if post else "",
                post.channel if post else "",
                int(post.message) if post and post.message.isdigit() and len(post.message) < 19 else None,
                edited,
                report.published or "",
                False,
                data.model_dump_json(exclude_defaults=True),
            ]
            fresh[f"{name}\x00{version}"] = row
            rows.append(row)
        if superseded:
            self.retire(list(ClaimRow.objects.filter(report_id__in=superseded).values_list("id", flat=True)))
            ClaimRow.objects.filter(report_id__in=superseded).update(rank=None)
            ReportRow.objects.filter(id__in=superseded).update(current=False)
        with connection.cursor() as cursor:
            # Written without the objects of the framework, which cost four times the reading.
            cursor.executemany(_INSERT, rows)
        return len(rows)

    def _maybe_known(self, items: Sequence[Item]) -> set[str]:
        """Return the ids that may be stored: of posts those up to the latest that is known of their channel."""
        latest: dict[tuple[str, str], int] = {}
        out = set()
        for item in items:
            post = item.report.post
            if post is not None and post.message.isdigit():
                where = (post.platform, post.channel)
                if where not in latest:
                    latest[where] = self.latest_message(*where) or -1
                if int(post.message) > latest[where]:
                    continue
            out.add(item.report.report)
        return out

    def _stored(self, names: set[str]) -> dict[str, list[_Known]]:
        out: dict[str, list[_Known]] = {}
        if not names:
            return out
        found = ReportRow.objects.filter(given__in=names).values_list(
            "given", "id", "report", "source", "version", "current", "digest", "edited", "platform"
        )
        for given, key, report, source, version, current, digest, edited, platform in found:
            out.setdefault(given, []).append(_Known(key, report, source, version, current, digest, edited, bool(platform)))
        return out

    @transaction.atomic
    def finish(self, archived: Archived, reader: str, reports: int, covered: Sequence[Covered]) -> int:
        """Note that a file was read to its end, and posts known before that it should hold and does not as "not-seen"."""
        acquisition = Acquisition.objects.get(number=archived.number)
        observed: list[Observation] = []
        now = timezone.now()
        for one in covered:
            known = ReportRow.objects.filter(
                platform=one.platform, channel=one.channel, message__gte=one.first, message__lte=one.last, current=True
            ).values_list("report", "message")
            for name, message in known.iterator(chunk_size=5000):
                if message is not None and bisect_left(one.messages, message) == bisect_right(one.messages, message):
                    observed.append(Observation(at=now, kind="not-seen", what=name, acquisition=acquisition))
        Observation.objects.bulk_create(observed, batch_size=_CHUNK)
        acquisition.read_by, acquisition.reports = reader, reports
        acquisition.save(update_fields=["read_by", "reports"])
        return len(observed)

    def observe(self, kind: str, what: str, note: str = "") -> None:
        """Note something seen of a source: gone, unreachable, there again."""
        Observation.objects.create(at=timezone.now(), kind=kind, what=what, note=note)

    def observations(self, what: str | None = None) -> list[dict[str, str]]:
        """Return what was observed, the earliest first: of one report or source, or of all."""
        rows = Observation.objects.order_by("id")
        if what is not None:
            rows = rows.filter(what=what)
        return [{"at": row.at.isoformat(), "kind": row.kind, "what": row.what, "note": row.note} for row in rows]

    def pending(self, vocabulary: str, limit: int) -> list[Pending]:
        """Return current reports without claims of this vocabulary."""
        rows = ReportRow.objects.filter(current=True).exclude(vocabulary=vocabulary).select_related("acquisition").order_by("id")
        return [
            Pending(row.pk, Report.model_validate(row.data), f"{row.acquisition.name}, {row.locator}".rstrip(", "))
            for row in rows[:limit]
        ]

    @transaction.atomic
    def claim(self, found: Sequence[tuple[Pending, list[Claim]]], vocabulary: str) -> None:
        """Put claims in place of those of an older vocabulary.

        One that is found again stays in its incident until it is linked anew. What another run has read meanwhile is left to it.
        """
        self.in_turn()
        there = ReportRow.objects.filter(id__in=[pending.key for pending, _ in found]).exclude(vocabulary=vocabulary)
        waiting = set(there.values_list("id", flat=True))
        found = [one for one in found if one[0].key in waiting]
        keys = [pending.key for pending, _ in found]
        was: dict[int, list[tuple[Claim, str]]] = {}
        old: list[int] = []
        for row in ClaimRow.objects.filter(report_id__in=keys):
            old.append(row.pk)
            if row.incident:
                was.setdefault(row.report_id, []).append((Claim.model_validate(row.data), row.incident))
        rows = []
        told: list[tuple[Report, Claim]] = []
        current = set(ReportRow.objects.filter(id__in=keys, current=True).values_list("id", flat=True))
        added = self.added([pending.report for pending, _ in found])
        for pending, extracted in found:
            stays = {}
            claims = [*extracted, *added.get(pending.report.report, ())]
            for before, incident in was.get(pending.key, ()):
                again = find_claim(anchor_of(pending.report.report, before), claims)
                if again is not None:
                    stays[again.id] = incident
            names = names_of(pending.report.report, claims)
            told += [(pending.report, claim) for claim in claims]
            for number, (claim, name) in enumerate(zip(claims, names, strict=True), 1):
                rows.append(
                    ClaimRow(
                        key=claim_key(pending.report.report, claim.id),
                        report_id=pending.key,
                        number=number,
                        kind=str(claim.kind),
                        type=claim.type,
                        name=name,
                        incident=stays.get(claim.id, ""),
                        linking=ClaimRow.NEW if claim.kind is Kind.EVENT else ClaimRow.DONE,
                        rank=derived.rank_of(claim) if pending.key in current else None,
                        added=number > len(extracted),
                        data=claim.model_dump(mode="json"),
                    )
                )
        if old:
            ClaimRow.objects.filter(id__in=old).update(number=F("number") + _ASIDE)
        made = ClaimRow.objects.bulk_create(rows, batch_size=_CHUNK)
        self.retire(old)
        fulltext.forget(fulltext.CLAIMS, old)
        for some in chunks(old):
            ClaimRow.objects.filter(id__in=some).delete()
        ReportRow.objects.filter(id__in=keys).update(vocabulary=vocabulary)
        fulltext.index_reports((pending.key, pending.report) for pending, _ in found)
        fulltext.index_claims((row.pk, report, claim) for row, (report, claim) in zip(made, told, strict=True))
        names_ = {pending.report.report for pending, _ in found}
        if ruled_ := sorted(names_ & set(self.ruled_reports(names_))):
            derived.refresh(ruled_)

    def ruled_reports(self, names: Iterable[str]) -> Iterator[str]:
        """Yield those of some reports about whose claims somebody decided."""
        for some in chunks(sorted(names)):
            yield from DecisionReport.objects.filter(report__in=some).values_list("report", flat=True).distinct()

    def unmarked(self, limit: int) -> list[Unmarked]:
        """Return current reports that were not compared with others."""
        rows = ReportRow.objects.filter(compared=False, current=True).order_by("id").values_list("id", "data")[:limit]
        return [Unmarked(key, str(data.get("text", ""))) for key, data in rows]

    def alike(self, keys: Sequence[int]) -> list[tuple[int, bytes]]:
        """Return (key, signature) of the reports that share a band."""
        out: dict[int, bytes] = {}
        for some in chunks(keys):
            rows = Likeness.objects.filter(band__in=some).values_list("report_id", "report__signature")
            out.update((key, bytes(sign)) for key, sign in rows if sign is not None)
        return sorted(out.items())

    @transaction.atomic
    def mark(self, signed: Sequence[tuple[int, bytes | None, Sequence[int], Sequence[int]]]) -> None:
        """Keep signatures and bands; of reports that are alike the one published first, else stored first, is the original."""
        Likeness.objects.bulk_create(
            (Likeness(band=band, report_id=key) for key, _, keys, _ in signed for band in keys), batch_size=_CHUNK
        )
        for key, _, _, likes in signed:
            if not likes:
                continue
            family = {key, *likes}
            rows = {r.pk: r for r in ReportRow.objects.filter(id__in=family)}
            roots = {r.copy_of_id for r in rows.values() if r.copy_of_id} - set(rows)
            rows |= {r.pk: r for r in ReportRow.objects.filter(id__in=roots)}
            names = {r.report for r in rows.values()}
            if len(names) < 2:
                continue  # versions of one report are no copies of one another
            root = min(rows.values(), key=lambda r: (_moment(r.published), r.pk))
            ReportRow.objects.filter(id__in=set(rows) - {root.pk}).exclude(report=root.report).update(copy_of=root)
            ReportRow.objects.filter(copy_of_id__in=set(rows) - {root.pk}).exclude(id=root.pk).update(copy_of=root)
            ReportRow.objects.filter(id=root.pk).update(copy_of=None)
            # Who stands behind their claims changed.
            told = ClaimRow.objects.filter(report__report__in=names, linking=ClaimRow.DONE).exclude(incident="")
            told.update(linking=ClaimRow.STALE)
        with_signature = [
            ReportRow(id=key, signature=signature, compared=True) for key, signature, _, _ in signed if signature is not None
        ]
        ReportRow.objects.bulk_update(with_signature, ["signature", "compared"], batch_size=100)
        ReportRow.objects.filter(id__in=[key for key, signature, _, _ in signed if signature is None]).update(compared=True)

    def ruling(self) -> Ruling:
        """Return what people decided, for the claims that are there."""
        return replay(self.decisions(), self.extracted)

    def told(self) -> Iterator[Told]:
        """Yield the claims of all current reports as people edited them, without those that they rejected."""
        roots = dict(ReportRow.objects.filter(copy_of__isnull=False, current=True).values_list("report", "copy_of__source"))
        ruling = self.ruling()
        for report, claims in self.reports():
            yield from ruled((Told(report, claim, roots.get(report.report)) for claim in claims), ruling)

    def reports(self) -> Iterator[tuple[Report, list[Claim]]]:
        """Yield the current reports with their claims as they were extracted, in the order in which they came."""
        rows = ReportRow.objects.filter(current=True).order_by("id").prefetch_related("claims")
        for row in rows.iterator(chunk_size=_CHUNK):
            claims = sorted(row.claims.all(), key=lambda c: c.number)
            yield Report.model_validate(row.data), [Claim.model_validate(c.data) for c in claims]

    def told_of(self, key: str) -> Told | None:
        """Return a current claim by its id, as people edited it, whether they rejected it or not; None when it is not there."""
        row = ClaimRow.objects.filter(key=key, report__current=True).select_related("report__copy_of").order_by("report_id").first()
        return self._ruled([row])[0] if row is not None else None

    def told_in(self, name: str) -> list[Told]:
        """Return the current claims of a report or an incident, as people edited them."""
        rows = ClaimRow.objects.filter(report__current=True).select_related("report__copy_of").order_by("report_id", "number")
        return self._ruled(list(rows.filter(report__report=name)) or list(rows.filter(incident=name)))

    def keys_of(self, name: str) -> list[str]:
        """Return the claims that an id means: a claim, or all of a report or an incident."""
        found = [self.told_of(name)] if ClaimRow.objects.filter(key=name).exists() else self.told_in(name)
        return [one.key for one in found if one is not None]

    def _ruled(self, rows: Sequence[ClaimRow]) -> list[Told]:
        ruling = self.ruling()
        out = []
        for row in rows:
            claim = ruling.edited.get(row.key) or Claim.model_validate(row.data)
            root = row.report.copy_of
            out.append(Told(Report.model_validate(row.report.data), claim, root.source if root is not None else None))
        return out

    @transaction.atomic
    def drop_derived(self) -> None:
        """Drop all that can be made again: claims, pairs, incidents. Reports, the ledger and where old incidents went stay."""
        for table in (Edge, LinkKey, IncidentTag, IncidentRow, Lease, ClaimRow):
            table.objects.all().delete()
        Mark.objects.exclude(name__in=("pages", "tables")).delete()
        fulltext.forget_claims()
        ReportRow.objects.update(vocabulary="")

    def latest_message(self, platform: str, channel: str) -> int | None:
        """Return the highest message id that is known of a channel."""
        found = ReportRow.objects.filter(platform=platform, channel=channel, message__isnull=False).aggregate(Max("message"))[
            "message__max"
        ]
        return int(found) if found is not None else None


def _name_of(item: Item, there: list[_Known]) -> str:
    """Return a report's id in the project: the given one, with a mark where another report bears it already."""
    report, post = item.report, item.report.post is not None
    source = report.source or ""
    for known in there:
        if (post and known.post) or (
            not post and not known.post and (known.source == source if item.named else known.digest == item.digest)
        ):
            return known.report
    if not there:
        return report.report
    mark = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest() if item.named else item.digest
    return f"{report.report}~{mark[:6]}"


def _known_already(mine: list[_Known], digest: str, edited: str) -> bool:
    """Say whether a text is known: as the current one, or as an older version that no later edit brought back."""
    return any(known.digest == digest and (known.current or not edited or not _later(edited, known.edited)) for known in mine)


def _later(first: str, second: str) -> bool:
    return not second or _moment(first) > _moment(second)


def _moment(published: str) -> tuple[int, float]:
    """Return a key that sorts instants and days in time, what is not known last."""
    try:
        at = datetime.fromisoformat(published)
    except ValueError:
        return (1, 0.0)
    return (0, at.timestamp() if at.tzinfo else at.replace(tzinfo=timezone.get_default_timezone()).timestamp())

"""Run the stages in order over a Store: archive, read, extract, mark copies, link and rule.

Files are archived whole before they are read; reports are stored as they are read, and claims are made of what has none yet. Each
step is a transaction of its own, so that a run can be killed at any point and run again: nothing is lost and nothing is doubled.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Protocol, TypeVar, cast

from tawthiq.archive.collect import Collector, Seen
from tawthiq.archive.copies import THRESHOLD, alike, bands, signature
from tawthiq.archive.given import Given, named
from tawthiq.archive.limits import shown
from tawthiq.archive.originals import Acquired, How, Originals
from tawthiq.archive.reading import Covered, Defaults, Item, Problem, Source, read_source, reader_of
from tawthiq.extract.engine import extract_claims
from tawthiq.extract.language import unread
from tawthiq.lexicon.compile import version as vocabulary_version
from tawthiq.link.decisions import Ruling, mark_of, replay
from tawthiq.link.incidents import group, merge, ruled
from tawthiq.link.pairs import Pair, score_pairs
from tawthiq.link.table import claims_table
from tawthiq.link.told import Told
from tawthiq.link.weights import Weights, weights
from tawthiq.model import Claim, Decision, Incident, Report

BATCH = 500
_STORED = 2000
_LINKED = 20_000
# Small files are entered into the archive together: one wait for the disk serves many.
_TOGETHER = 64
_SMALL = 4_000_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Archived:
    """A file in the archive: its number there, what was acquired, and under what name its reports are told."""

    number: int
    acquired: Acquired
    shown: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A stored report that has no claims of this vocabulary: the store's key, the report, and where it was read."""

    key: int
    report: Report
    where: str


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A stored report that was not compared with others yet."""

    key: int
    text: str


class Store(Protocol):
    """What the pipeline asks of a database."""

    def finished(self, sha256: str, reader: str) -> int | None:
        """Return how many reports this reader found in a file, when it was read to its end; None otherwise."""

    def begin(self, archived: Archived) -> None:
        """Know of a file before its reports."""

    def put(self, archived: Archived, items: Sequence[Item], reader: str) -> int:
        """Store reports in one transaction and return how many were new or changed."""

    def finish(self, archived: Archived, reader: str, reports: int, covered: Sequence[Covered]) -> int:
        """Note that a file was read to its end; posts known before that it should hold and does not are observed as "not seen".

        Returns how many were observed.
        """

    def observe(self, kind: str, what: str, note: str = "") -> None:
        """Note something seen of a source: gone, unreachable, there again."""

    def pending(self, vocabulary: str, limit: int) -> list[Pending]:
        """Return current reports without claims of this vocabulary."""

    def claim(self, found: Sequence[tuple[Pending, list[Claim]]], vocabulary: str) -> None:
        """Put claims in place of those of an older vocabulary, in one transaction."""

    def unmarked(self, limit: int) -> list[Unmarked]:
        """Return reports that were not compared with others."""

    def alike(self, keys: Sequence[int]) -> list[tuple[int, bytes]]:
        """Return (key, signature) of the reports that share a band."""

    def mark(self, signed: Sequence[tuple[int, bytes | None, Sequence[int], Sequence[int]]]) -> None:
        """Keep (key, signature, bands, keys of likes) of reports; of likes the one published first is the original."""

    def decisions(self) -> list[Decision]:
        """Return the ledger."""

    def extracted(self, report: str) -> Sequence[Claim]:
        """Return the claims of a current report as they were extracted."""

    def made_with(self, name: str) -> str:
        """Return what the derived tables were made with, "" when that is not known."""

    def relink(self, name: str, value: str, *, anew: bool) -> None:
        """Note what they are made with from now on; `anew` compares every claim again, else only incidents are made again."""

    def marks(self) -> dict[str, str]:
        """Return the mark of the ruling of each current claim about which people decided."""

    def touch(self, marks: Sequence[tuple[str, str, bool]]) -> None:
        """Take up (claim, mark of its ruling, whether it must be compared again)."""

    def to_link(self, limit: int) -> list[Told]:
        """Return event claims that were not compared with others yet."""

    def near(self, keys: Iterable[str]) -> list[Told]:
        """Return the claims that were compared before and share a blocking key."""

    def link(self, compared: Sequence[tuple[str, Sequence[str], str]], pairs: Sequence[Pair]) -> None:
        """Keep (claim, blocking keys, mark of its ruling) of claims that were compared, and pairs.

        The claims wait for incidents.
        """

    def unlink(self, rejected: Sequence[tuple[str, str]]) -> None:
        """Take (claim, mark of its ruling) out of all incidents."""

    def waiting(self, together: Iterable[tuple[str, str]]) -> Iterator[tuple[list[Told], list[Pair]]]:
        """Yield claims that wait for incidents with all that pairs lead to from them, and those pairs, heaviest first."""

    def put_incidents(self, told: Sequence[Told], incidents: Sequence[Incident]) -> None:
        """Put the incidents of some claims in place of those that they were in, in one transaction."""

    def incident_count(self) -> int:
        """Return how many incidents there are."""


@dataclass(slots=True)
class Summary:
    """What a run did: counts, what could not be read (`problems`), and reports that hold no words to read (`unread`), with why."""

    files: int = 0
    reports: int = 0
    added: int = 0
    already: int = 0
    claims: int = 0
    incidents: int = 0
    silent: int = 0
    copies: int = 0
    not_seen: int = 0
    conflicts: int = 0
    orphans: int = 0
    unread: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    observed: list[tuple[str, str]] = field(default_factory=list)

    def problem(self, where: str, why: str) -> None:
        """Note something that could not be read."""
        self.problems.append((shown(where), why))


Progress = Callable[[str, int, int | None], None]


def _ignore(stage: str, done: int, total: int | None) -> None:
    """Show nothing."""


def items_of(found: Given, defaults: Defaults, problem: Callable[[str, str], None]) -> Iterator[Item]:
    """Yield the reports of what was given, without archiving it."""
    where = found.url or ("standard input" if found.method == "stdin" else found.name)
    for item in read_source(found.source(), defaults):
        if isinstance(item, Problem):
            problem(f"{where}, {item.locator}" if item.locator else where, item.reason)
        elif isinstance(item, Item):
            yield item


def extract_all(reports: Iterable[Report], workers: int = 1) -> Iterator[list[Claim]]:
    """Yield the claims of each report in order, on `workers` processes."""
    if workers <= 1:
        for report in reports:
            yield extract_claims(report)
        return
    with ProcessPoolExecutor(max_workers=workers) as pool:
        for chunk in _chunks(reports, workers * 64):
            yield from pool.map(extract_claims, chunk, chunksize=8)


def _chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def archive(
    files: Iterable[Given],
    store: Store,
    originals: Originals,
    summary: Summary,
    *,
    defaults: Defaults = Defaults(),  # noqa: B008 - immutable
    by: str = "",
    tool: str = "",
    progress: Progress = _ignore,
) -> Summary:
    """Archive what is given and store its reports, without claims; `summary` is filled as the run goes on and returned."""
    originals.clear_leftovers()
    taken: dict[str, str] = {}
    for batch in _together(files):
        acquired: list[tuple[Given, Acquired]] = []
        for one in batch:
            how = How(one.url or one.name, one.method, by, tool, one.url, one.headers, one.headers.get("content-type"))
            try:
                acquired.append((one, originals.acquire(one.path if one.path is not None else one.data or b"", how)))
            except OSError as error:
                summary.problem(one.name, error.strerror or str(error))
        numbers = originals.commit([a for _, a in acquired])
        for (one, got), number in zip(acquired, numbers, strict=True):
            _read(one, Archived(number, got, _shown(one)), store, originals, summary, defaults, by, tool, taken, progress)
    return summary


def _shown(one: Given) -> str:
    return "standard input" if one.method == "stdin" else one.url or one.name


def _together(files: Iterable[Given]) -> Iterator[list[Given]]:
    """Yield files in batches: small ones together, a large one alone, one that was fetched as soon as it is there."""
    batch: list[Given] = []
    for one in files:
        size = len(one.data or b"") if one.path is None else one.path.stat().st_size if one.path.exists() else 0
        batch.append(one)
        if len(batch) >= _TOGETHER or size > _SMALL or one.url is not None:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(
    one: Given,
    archived: Archived,
    store: Store,
    originals: Originals,
    summary: Summary,
    defaults: Defaults,
    by: str,
    tool: str,
    taken: dict[str, str],
    progress: Progress,
) -> None:
    """Read an archived file into the store, from the archive's own copy."""
    kept = originals.find(archived.acquired.sha256)
    base = one.path.name if one.path is not None else one.name
    folder = one.path.parent if one.path is not None else None
    source = Source(base, archived.acquired.size, lambda: kept.open("rb"), folder, one.url, one.headers)
    reader = reader_of(source).NAME
    if (known := store.finished(archived.acquired.sha256, reader)) is not None and known:
        summary.files += 1
        summary.reports += known
        summary.already += known
        return
    covered: list[Covered] = []
    count = 0
    for batch in _chunks(_items(source, archived, summary, defaults, taken, covered), _STORED):
        if not count:
            store.begin(archived)
            summary.files += 1
        items = _with_media(batch, archived, originals, by, tool)
        added = store.put(archived, items, reader)
        count += len(items)
        summary.reports += len(items)
        summary.added += added
        summary.already += len(items) - added
        progress("archive", summary.reports, None)
    if count:
        summary.not_seen += store.finish(archived, reader, count, covered)


def _items(
    source: Source, archived: Archived, summary: Summary, defaults: Defaults, taken: dict[str, str], covered: list[Covered]
) -> Iterator[Item]:
    """Yield the items of a source; what is wrong goes to the summary, also two reports of one run under one id and source."""
    for found in read_source(source, defaults):
        if isinstance(found, Problem):
            summary.problem(f"{archived.shown}, {found.locator}" if found.locator else archived.shown, found.reason)
        elif isinstance(found, Covered):
            covered.append(found)
        else:
            if found.report.post is None:
                key = f"{found.report.source or ''}\x00{found.report.report}\x00{'' if found.named else found.digest}"
                if taken.setdefault(key, found.digest) != found.digest:
                    where = f"{archived.shown}, {found.locator}".rstrip(", ")
                    summary.problem(where, f"another report of this run has the id {found.report.report!r} too")
                    continue
            yield found


def _with_media(batch: list[Item], archived: Archived, originals: Originals, by: str, tool: str) -> list[Item]:
    """Keep the media of posts in the archive and note their hashes in the reports."""
    wanted: list[tuple[int, str, Acquired]] = []
    for index, item in enumerate(batch):
        for beside in item.beside:
            how = How(beside.name, "media", by, tool, media_type=beside.media_type, of=archived.acquired.sha256)
            with beside.open() as file:
                wanted.append((index, beside.name, originals.acquire(cast(IO[bytes], file), how)))
    if not wanted:
        return batch
    originals.commit([a for _, _, a in wanted])
    kept = {(index, name): acquired for index, name, acquired in wanted}
    out = []
    for index, item in enumerate(batch):
        media = tuple(
            m.model_copy(update={"sha256": a.sha256, "size": a.size}) if (a := kept.get((index, m.name))) is not None else m
            for m in item.report.media
        )
        report = item.report.model_copy(update={"media": media}) if media else item.report
        out.append(Item(item.locator, report, item.digest, item.named))
    return out


def collected(
    collector: Collector,
    store: Store,
    originals: Originals,
    summary: Summary,
    *,
    by: str = "",
    tool: str = "",
    progress: Progress = _ignore,
) -> Summary:
    """Poll every source once: archive what came, each before the next is asked, and note what was observed."""
    for found in collector.poll():
        if isinstance(found, Seen):
            store.observe(found.kind, found.what, found.why)
            originals.observe(found.what, status=found.kind, why=found.why)
            summary.observed.append((shown(found.what), f"{found.kind}: {found.why}"))
            continue
        if found.file is not None:
            one = Given(found.url, path=found.file, method="collect")
        else:
            one = named(found.url, found.headers, found.body, "collect")
        archive([one], store, originals, summary, defaults=Defaults(source=found.listed.name), by=by, tool=tool, progress=progress)
    return summary


def extract_pending(store: Store, summary: Summary, *, workers: int = 1, progress: Progress = _ignore) -> None:
    """Make claims of every current report that has none of this vocabulary."""
    vocabulary = vocabulary_version()
    done = 0
    while batch := store.pending(vocabulary, BATCH):
        claims = list(extract_all([p.report for p in batch], workers if len(batch) > 1 else 1))
        found = list(zip(batch, claims, strict=True))
        store.claim(found, vocabulary)
        summary.claims += sum(map(len, claims))
        summary.silent += sum(not c for c in claims)
        for pending, made in found:
            if not made and (why := unread(pending.report)):
                summary.unread.append((shown(pending.where), why))
        done += len(batch)
        progress("extract", done, None)


def mark_copies(store: Store, summary: Summary, progress: Progress = _ignore) -> None:
    """Compare reports that were not compared yet with all others, and mark near-copies."""
    done = 0
    while batch := store.unmarked(BATCH):
        signed: list[tuple[int, bytes | None, Sequence[int], Sequence[int]]] = []
        fresh: dict[int, list[tuple[int, bytes]]] = {}
        made = [(one.key, signature(one.text)) for one in batch]
        keys = {key: bands(mark) for key, mark in made if mark is not None}
        stored: dict[int, bytes] = dict(store.alike(sorted({k for ks in keys.values() for k in ks})))
        for key, mark in made:
            likes: list[int] = []
            if mark is not None:
                near = {other: sign for k in keys[key] for other, sign in fresh.get(k, ())}
                likes = sorted(o for o, sign in (stored | near).items() if o != key and alike(mark, sign) >= THRESHOLD)
                for k in keys[key]:
                    fresh.setdefault(k, []).append((key, mark))
            signed.append((key, mark, keys.get(key, ()), likes))
            summary.copies += bool(likes)
        store.mark(signed)
        done += len(batch)
        progress("copies", done, None)


def link_pending(store: Store, summary: Summary, model: Weights | None = None, progress: Progress = _ignore) -> Ruling:
    """Compare claims that are new or edited with those near them, and put what changed into incidents; return what people ruled.

    What is compared and put together is that alone to which something happened, so that a report costs no more in a large project.
    """
    model = model or weights()
    ruling = replay(store.decisions(), store.extracted)
    for name, value, anew in (
        ("weights", model.mark, True),
        ("grades", json.dumps(ruling.reliability, sort_keys=True), False),
    ):
        if store.made_with(name) != value:
            store.relink(name, value, anew=anew)
    known = store.marks()
    changed = [(key, known.get(key, ""), mark_of(ruling, key)) for key in sorted({*known, *ruling.about})]
    store.touch([(key, new, old.partition("|")[0] != new.partition("|")[0]) for key, old, new in changed if old != new])
    done = 0
    while batch := store.to_link(_LINKED):
        told = list(ruled(batch, ruling))
        store.unlink([(key, mark_of(ruling, key)) for key in sorted({t.key for t in batch} - {t.key for t in told})])
        table = claims_table(((t.report, t.claim) for t in told), model)
        keys = dict(zip(table.column("claim").to_pylist(), table.column("keys").to_pylist(), strict=True))
        near = ruled(store.near(key for found in keys.values() for key in found), ruling)
        pairs = score_pairs(table, model, claims_table(((t.report, t.claim) for t in near if t.key not in keys), model))
        store.link([(key, found, mark_of(ruling, key)) for key, found in keys.items()], pairs)
        done += len(batch)
        progress("link", done, None)
    for waiting, pairs in store.waiting(ruling.together):
        told = list(ruled(waiting, ruling))
        rows = {row["claim"]: row for row in claims_table(((t.report, t.claim) for t in told), model).to_pylist()}
        by_key = {t.key: t for t in told}
        left = [p for p in pairs if p.first in rows and p.second in rows]
        store.put_incidents(waiting, [merge([by_key[k] for k in keys_], ruling) for keys_ in group(rows, left, ruling)])
    summary.incidents = store.incident_count()
    return ruling


def go_on(
    store: Store, summary: Summary, *, workers: int = 1, model: Weights | None = None, progress: Progress = _ignore
) -> Summary:
    """Extract, mark copies and link what is stored."""
    extract_pending(store, summary, workers=workers, progress=progress)
    mark_copies(store, summary, progress)
    progress("link", 0, None)
    ruling = link_pending(store, summary, model, progress)
    summary.conflicts, summary.orphans = len(ruling.conflicts), len(ruling.orphans)
    return summary


def default_workers() -> int:
    """Return how many processes to use when nobody says: the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

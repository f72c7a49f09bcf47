"""Run the stages in order over a Store: archive, read, extract, mark copies, link and rule.

Files are archived whole before they are read; reports are stored as they are read, and claims are made of what has none yet. Each
step is a transaction of its own, so that a run can be killed at any point and run again: nothing is lost and nothing is doubled.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, TypeVar, cast

from tawthiq.archive.collect import Collector, Seen
from tawthiq.archive.copies import THRESHOLD, alike, bands, signature
from tawthiq.archive.given import Given, named
from tawthiq.archive.limits import shown
from tawthiq.archive.originals import Acquired, How, Originals
from tawthiq.archive.reading import Covered, Defaults, Item, Problem, Source, read_source, reader_of
from tawthiq.extract.engine import extract_claims
from tawthiq.extract.language import unread
from tawthiq.lexicon.compile import version as vocabulary_version
from tawthiq.link.weights import Weights
from tawthiq.linking import Progress, ignore, link_pending
from tawthiq.model import Claim, Report
from tawthiq.store import Archived, Store, Unmarked

BATCH = 500
_STORED = 2000
# Small files are entered into the archive together: one wait for the disk serves many.
_TOGETHER = 64
_SMALL = 4_000_000
_OURS = (errno.ENOSPC, errno.EROFS, errno.EDQUOT)
_PR_SET_PDEATHSIG = 1  # prctl(2)
T = TypeVar("T")


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
    with ProcessPoolExecutor(max_workers=workers, initializer=_end_with_parent) as pool:
        for chunk in _chunks(reports, workers * 64):
            yield from pool.map(extract_claims, chunk, chunksize=8)


def _end_with_parent() -> None:
    """Have the kernel end this process with the one that started it, so that a killed run leaves nobody who holds its locks."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


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
    progress: Progress = ignore,
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
                if error.errno in _OURS:
                    raise  # the archive cannot be written: that is no fault of the file
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
    progress: Progress = ignore,
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


def extract_pending(store: Store, summary: Summary, *, workers: int = 1, progress: Progress = ignore) -> None:
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


def mark_copies(store: Store, summary: Summary, progress: Progress = ignore) -> None:
    """Compare reports that were not compared yet with all others, and mark near-copies."""
    done = 0
    while True:
        # Of two who compare at once the second sees what the first kept.
        with store.alone():
            batch = store.unmarked(BATCH)
            if not batch:
                return
            _mark(store, batch, summary)
        done += len(batch)
        progress("copies", done, None)


def _mark(store: Store, batch: Sequence[Unmarked], summary: Summary) -> None:
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


def go_on(
    store: Store, summary: Summary, *, workers: int = 1, model: Weights | None = None, progress: Progress = ignore
) -> Summary:
    """Extract, mark copies and link what is stored."""
    extract_pending(store, summary, workers=workers, progress=progress)
    mark_copies(store, summary, progress)
    progress("link", 0, None)
    ruling = link_pending(store, model, progress)
    summary.incidents = store.incident_count()
    summary.conflicts, summary.orphans = len(ruling.conflicts), len(ruling.orphans)
    return summary


def default_workers() -> int:
    """Return how many processes to use when nobody says: the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

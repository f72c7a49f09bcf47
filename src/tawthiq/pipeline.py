"""Run the stages in order over a Store: read, archive, extract, store, link.

Every batch of reports with its claims is one transaction, so that a run can be killed at any point and run again; what is
known already is not extracted twice, and incidents are made anew from all claims at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from tawthiq.archive.originals import Originals
from tawthiq.archive.reading import READER_VERSION, Defaults, Item, Problem, find_files, read_file, why_not
from tawthiq.extract.engine import extract_claims
from tawthiq.extract.language import unread
from tawthiq.lexicon.compile import version as vocabulary_version
from tawthiq.link.incidents import Told, link_claims
from tawthiq.model import Claim, Incident, Report

BATCH = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Acquired:
    """A file that was read: its name, the hash under which its bytes are kept, and its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A report on its way into the store."""

    acquired: Acquired
    locator: str
    report: Report
    digest: str
    named: bool
    given: str


class Store(Protocol):
    """What the pipeline asks of a database."""

    def known(self, entries: Sequence[Entry], vocabulary: str) -> list[tuple[str, bool]]:
        """Return for each report its id in the project, and whether this text is there with claims of this vocabulary."""

    def add(self, batch: Sequence[tuple[Entry, list[Claim]]], vocabulary: str, reader: str) -> int:
        """Store reports with their claims in one transaction and return how many were new or changed."""

    def told(self) -> Iterator[Told]:
        """Yield the claims of all current reports."""

    def replace_incidents(self, incidents: Sequence[Incident]) -> None:
        """Put these incidents in place of all others, in one transaction."""


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
    unread: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


Progress = Callable[[str, int, int | None], None]


def _ignore(stage: str, done: int, total: int | None) -> None:
    """Show nothing."""


def read_paths(
    paths: Iterable[Path], defaults: Defaults, problem: Callable[[str, str], None]
) -> Iterator[tuple[str, bytes, list[Item]]]:
    """Yield (name, bytes, reports) of every file below the paths; what cannot be read is told to `problem`."""
    for path in paths:
        files = find_files(path)
        if not files:
            problem(str(path), "no file in this folder")
        for file in files:
            if reason := why_not(file):
                problem(str(file), reason)
                continue
            try:
                data = file.read_bytes()
            except OSError as error:
                problem(str(file), error.strerror or str(error))
                continue
            yield str(file), data, list(_items(str(file), file.name, data, defaults, problem))


def _items(shown: str, name: str, data: bytes, defaults: Defaults, problem: Callable[[str, str], None]) -> Iterator[Item]:
    for found in read_file(name, data, defaults):
        if isinstance(found, Problem):
            problem(f"{shown}, {found.locator}" if found.locator else shown, found.reason)
        else:
            yield found


def read_stream(data: bytes, defaults: Defaults, problem: Callable[[str, str], None]) -> tuple[str, bytes, list[Item]]:
    """Read standard input: JSON or JSON Lines when it looks so, else one text."""
    head = data.lstrip()[:1]
    name = "stdin.jsonl" if head == b"{" and b"\n{" in data.strip() else "stdin.json" if head in (b"{", b"[") else "stdin.txt"
    return "standard input", data, list(_items("standard input", name, data, defaults, problem))


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


def run(
    sources: Iterable[tuple[str, bytes, list[Item]]],
    store: Store,
    originals: Originals,
    summary: Summary,
    *,
    workers: int = 1,
    progress: Progress = _ignore,
) -> Summary:
    """Archive, extract, store and link what was read; `summary` is filled as the run goes on and returned."""
    vocabulary = vocabulary_version()
    taken: dict[str, str] = {}
    for batch in _chunks(_entries(sources, originals, summary, taken), BATCH):
        answers = zip(batch, store.known(batch, vocabulary), strict=True)
        fresh = [replace(e, report=e.report.model_copy(update={"report": name})) for e, (name, known) in answers if not known]
        summary.already += len(batch) - len(fresh)
        claims = list(extract_all([e.report for e in fresh], workers if len(fresh) > 1 else 1))
        summary.added += store.add(list(zip(fresh, claims, strict=True)), vocabulary, READER_VERSION)
        summary.claims += sum(map(len, claims))
        summary.silent += sum(not c for c in claims)
        for entry, found in zip(fresh, claims, strict=True):
            if not found and (why := unread(entry.report)):
                summary.unread.append((f"{entry.acquired.name}, {entry.locator}".rstrip(", "), why))
        progress("extract", summary.reports, None)
    progress("link", 0, None)
    incidents = link_claims(store.told())
    store.replace_incidents(incidents)
    summary.incidents = len(incidents)
    return summary


def _entries(
    sources: Iterable[tuple[str, bytes, list[Item]]], originals: Originals, summary: Summary, taken: dict[str, str]
) -> Iterator[Entry]:
    """Archive each file and yield its reports; two reports of one run under one id and source are told as a problem."""
    for name, data, items in sources:
        if not items:
            continue
        acquired = Acquired(name, originals.put(data), len(data))
        summary.files += 1
        for item in items:
            key = f"{item.report.source or ''}\x00{item.report.report}\x00{'' if item.named else item.digest}"
            if taken.setdefault(key, item.digest) != item.digest:
                summary.problems.append(
                    (
                        f"{name}, {item.locator}".rstrip(", "),
                        f"another report of this run has the id {item.report.report!r} too",
                    )
                )
                continue
            summary.reports += 1
            yield Entry(acquired, item.locator, item.report, item.digest, item.named, item.report.report)


def default_workers() -> int:
    """Return how many processes to use when nobody says: the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

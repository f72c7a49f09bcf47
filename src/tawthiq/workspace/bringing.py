"""Bring reports in on the pages: files that a person dropped are kept, tables are mapped, and a job reads all of them.

What was dropped lies below `incoming` until it is archived whole, and goes from there once the job has done.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction

from tawthiq import __version__
from tawthiq.archive.collect import Collector, State, read_sources
from tawthiq.archive.given import Given, given
from tawthiq.archive.limits import LARGEST_UNPACKED, Refused, check_zip
from tawthiq.archive.originals import Originals
from tawthiq.archive.readers.base import Defaults, Source
from tawthiq.archive.readers.rows import FIELDS, preview, recognised
from tawthiq.archive.reading import suffix_of
from tawthiq.archive.telegram_live import exporter
from tawthiq.link.weights import project_weights
from tawthiq.linking import Progress
from tawthiq.pipeline import Summary, archive, collected, default_workers, go_on
from tawthiq.workspace import LINKING_FOLDER, jobs, project
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import Job, Person
from tawthiq.workspace.store import DjangoStore
from tawthiq.workspace.uploads import incoming, keep

TABLES = (".csv", ".xlsx")
_DAMAGED = (Refused, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
_LONGEST = 200


def drop(person: Person, files: Sequence[TemporaryUploadedFile], names: Sequence[str], said: Mapping[str, str]) -> Job:
    """Keep dropped files and ask for their import; a job with tables waits until their columns are said.

    `names` are what the files are called, with their folders where the browser told them; `said` holds source, published and zone.
    Raises ValueError with one line for what cannot be used.
    """
    if not files:
        raise ValueError("choose a file")
    told = {
        "source": said.get("source", "").strip()[:_LONGEST] or None,
        "published": said.get("published", "").strip() or None,
        "zone": said.get("zone", "").strip() or "Asia/Damascus",
    }
    if told["published"] is not None:
        try:
            datetime.fromisoformat(told["published"])
        except ValueError:
            raise ValueError(f"published: a day as YYYY-MM-DD is expected, not {told['published']!r}") from None
    try:
        ZoneInfo(str(told["zone"]))
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"zone: no time zone {told['zone']!r}") from None
    # A folder of its own, whatever number the job has had before.
    folder = incoming(secrets.token_hex(8))
    tree = folder / "files"
    try:
        for number, file in enumerate(files):
            keep(file, tree, names[number] if number < len(names) and names[number] else file.name or "file")
        tables = [str(path.relative_to(tree)) for path in sorted(tree.rglob("*")) if suffix_of(path.name) in TABLES]
        given = {**told, "tables": tables, "files": len(files), "folder": folder.name}
        with transaction.atomic():
            job = Job.objects.create(kind="import", by=person.login, given=given)
            if not tables:
                jobs.enqueue(job)
                job.refresh_from_db()
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ValueError(f"the files could not be kept: {error.strerror or error}") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return job


def folder_of(job: Job) -> Path:
    """Return the folder in which the files of a job lie."""
    return incoming(job.given["folder"])


def tables_of(job: Job) -> list[dict[str, Any]]:
    """Return the tables of a job that waits for their columns: name, head, first rows, the columns recognised, what is wrong."""
    tree = folder_of(job) / "files"
    out = []
    for name in job.given.get("tables", []):
        try:
            head, *rows = preview(Source.of_file(tree / name)) or [[]]
            out.append({"name": name, "head": head, "rows": rows, "known": recognised(head), "wrong": ""})
        except (Refused, ValueError, OSError) as error:
            out.append({"name": name, "head": [], "rows": [], "known": {}, "wrong": str(error)})
    return out


def map_columns(job: Job, columns: Mapping[str, Mapping[str, str]], order: str) -> None:
    """Say which column of each table is which field, and how days are written, and begin.

    `order` is "", "dmy" or "mdy". Raises ValueError for a table of which nobody says where its text is.
    """
    if order not in ("", "dmy", "mdy"):
        raise ValueError(f"order: one of dmy, mdy, not {order!r}")
    mapped = {}
    for table in tables_of(job):
        said = {f: c for f, c in columns.get(table["name"], {}).items() if f in FIELDS and c in table["head"]}
        if "text" not in said and not table["wrong"]:
            raise ValueError(f"{table['name']}: say which column holds the text")
        mapped[table["name"]] = said
    changed = Job.objects.filter(pk=job.pk, state="asked").update(given={**job.given, "columns": mapped, "order": order})
    if not changed:
        raise Gone(str(job.pk))
    jobs.enqueue(job)


def bring(job: Job, progress: Progress) -> dict[str, Any]:
    """Archive, read, extract and link what was dropped; return what it gave."""
    folder = folder_of(job)
    tree = folder / "files"
    summary = Summary()
    _unpack(tree, summary, progress)
    store, originals = DjangoStore(), Originals(project() / "archive")
    order = job.given.get("order") or ""
    plain = Defaults(
        source=job.given.get("source"),
        published=job.given.get("published"),
        zone=job.given.get("zone") or "Asia/Damascus",
        day_first=order == "dmy" if order else None,
    )
    mapped: dict[str, dict[str, str]] = job.given.get("columns") or {}
    how: dict[str, Any] = {"by": job.by, "tool": f"tawthiq {__version__}", "progress": progress}
    for name, columns in sorted(mapped.items()):
        if (tree / name).is_file():
            one = Given(name, path=tree / name)
            archive([one], store, originals, summary, defaults=replace(plain, columns=columns), **how)
    archive(_files(tree, mapped, summary), store, originals, summary, defaults=plain, **how)
    jobs.note_problems(job, summary.problems)
    return _go_on(job, store, summary, progress, folder)


def _go_on(job: Job, store: DjangoStore, summary: Summary, progress: Progress, folder: Path | None = None) -> dict[str, Any]:
    go_on(store, summary, workers=default_workers(), model=project_weights(project() / LINKING_FOLDER), progress=progress)
    jobs.note_problems(job, [*summary.problems, *((where, f"no claim: {why}") for where, why in summary.unread)])
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    jobs.start_once("answers", job.by)
    kept = ("files", "reports", "added", "already", "claims", "incidents", "silent", "copies", "not_seen", "conflicts", "orphans")
    return {key: value for key, value in asdict(summary).items() if key in kept} | {"observed": summary.observed[:100]}


def go_on_with(job: Job, progress: Progress) -> dict[str, Any]:
    """Read what is stored and has no claims of the vocabulary in use, and link."""
    return _go_on(job, DjangoStore(), Summary(), progress)


def _unpack(tree: Path, summary: Summary, progress: Progress) -> None:
    """Unpack zips, such as that of an export's folder, beside themselves; one that is none, or leads astray, is told.

    All together may unpack to half of what the disk has free.
    """
    budget = shutil.disk_usage(tree).free // 2
    for path in sorted(tree.rglob("*.[zZ][iI][pP]")):
        if not path.is_file():
            continue
        target = Path(tempfile.mkdtemp(dir=path.parent, prefix=f"{path.stem[:40]}-"))
        try:
            with zipfile.ZipFile(path) as packed:
                check_zip(packed, min(LARGEST_UNPACKED, budget))
                for number, member in enumerate(packed.infolist()):
                    progress("unpack", number, None)
                    budget -= member.file_size
                    packed.extract(member, target)
        except _DAMAGED as error:
            summary.problem(path.name, f"cannot be unpacked: {error}")
            shutil.rmtree(target, ignore_errors=True)
        path.unlink()


def _files(tree: Path, mapped: Mapping[str, Any], summary: Summary) -> Iterator[Given]:
    """Yield what was dropped under the names it had, tables that were mapped left out."""
    for one in given([str(tree)], summary.problem):
        if one.path is None:
            yield one
            continue
        name = str(one.path.relative_to(tree))
        if name not in mapped:
            yield replace(one, name=name)


def collect(job: Job, progress: Progress) -> dict[str, Any]:
    """Poll the project's sources once and read what is new."""
    store, summary = DjangoStore(), Summary()
    try:
        sources = read_sources(project() / "sources.toml")
    except ValueError as error:
        raise jobs.Unusable(str(error)) from None
    with tempfile.TemporaryDirectory(prefix="collect-", dir=incoming()) as folder:
        telegram = exporter(Path(folder), lambda channel: store.latest_message("telegram", channel))
        collector = Collector(sources, State(project() / "collected.json"), telegram=telegram)
        collected(
            collector, store, Originals(project() / "archive"), summary, by=job.by, tool=f"tawthiq {__version__}", progress=progress
        )
    return _go_on(job, store, summary, progress)

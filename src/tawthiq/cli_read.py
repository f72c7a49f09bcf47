"""The commands that read: run, archive, extract."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tawthiq import __version__
from tawthiq.cli_base import (
    AsJson,
    BadInput,
    By,
    Out,
    Paths,
    Project,
    Published,
    Quiet,
    SourceName,
    Workers,
    account,
    close,
    open_project,
    print_json,
    show_progress,
    tell,
    write_file,
    writer,
)
from tawthiq.cli_link import project_model

if TYPE_CHECKING:
    from tawthiq.archive.given import Given
    from tawthiq.archive.reading import Defaults
    from tawthiq.link.told import Told
    from tawthiq.linking import Progress
    from tawthiq.pipeline import Summary
    from tawthiq.workspace.store import DjangoStore

app = typer.Typer()

Columns = Annotated[
    str | None, typer.Option("--map", help="Columns of a table: text=COLUMN,date=COLUMN,source=COLUMN,…", metavar="FIELD=COLUMN,…")
]
DateOrder = Annotated[str | None, typer.Option("--date-order", help="dmy or mdy, for dates such as 03/04.")]
Zone = Annotated[str, typer.Option("--zone", help="Time zone of local times in chats.")]
_ZONE = "Asia/Damascus"


@app.command()
def run(
    paths: Paths,
    project: Project,
    published: Published = None,
    source: SourceName = None,
    columns: Columns = None,
    date_order: DateOrder = None,
    zone: Zone = _ZONE,
    by: By = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read reports, archive them, extract and link their claims, store all, and write the brief."""
    from tawthiq.pipeline import default_workers, go_on

    defaults = _defaults(published, source, columns, date_order, zone)
    _check(paths)
    store = open_project(project, create=True)
    with show_progress(quiet) as progress:
        summary = _archive(paths, project, store, defaults, by, progress)
        go_on(store, summary, workers=workers or default_workers(), model=project_model(project), progress=progress)
        progress("brief", 0, None)
        briefs = _write_briefs(store, project) if summary.reports else []
    tell(summary.problems)
    tell(summary.unread, "no claim in")
    if as_json:
        print_json({"project": str(project), "briefs": [str(b) for b in briefs], **asdict(summary)})
    elif not quiet:
        print(
            f"{summary.reports} reports ({summary.added} new or changed, {summary.already} known), "
            f"{summary.claims} claims extracted, {summary.silent} reports without a claim, "
            f"{summary.incidents} incidents in the project"
        )
        _tell_more(summary)
        for brief_file in briefs:
            print(f"brief: {brief_file}")
    close(summary.reports, summary.problems)


def _tell_more(summary: Summary) -> None:
    if summary.copies:
        print(f"{summary.copies} near-copies: they are no sources of their own")
    if summary.conflicts:
        print(f"{summary.conflicts} conflicts between decisions: `tawthiq decisions conflicts`")
    if summary.orphans:
        print(f"{summary.orphans} decisions do not find their claim: `tawthiq decisions orphans`")
    if summary.not_seen:
        print(f"{summary.not_seen} posts known from before were not seen")


@app.command("archive")
def archive_command(
    paths: Paths,
    project: Project,
    published: Published = None,
    source: SourceName = None,
    columns: Columns = None,
    date_order: DateOrder = None,
    zone: Zone = _ZONE,
    by: By = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Archive reports and store them without reading claims out of them; `run` goes on from there."""
    defaults = _defaults(published, source, columns, date_order, zone)
    _check(paths)
    store = open_project(project, create=True)
    with show_progress(quiet) as progress:
        summary = _archive(paths, project, store, defaults, by, progress)
    tell(summary.problems)
    if as_json:
        print_json({"project": str(project), **asdict(summary)})
    elif not quiet:
        print(f"{summary.files} files, {summary.reports} reports ({summary.added} new or changed, {summary.already} known)")
        _tell_more(summary)
    close(summary.reports, summary.problems)


@app.command()
def collect(
    project: Project,
    once: Annotated[bool, typer.Option("--once", help="Poll every source once and stop.")] = False,
    every: Annotated[int, typer.Option("--every", min=60, help="Seconds from one round to the next.")] = 900,
    by: By = None,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Poll the feeds, pages and public Telegram channels of the project's sources.toml, and read what is new."""
    import tempfile
    import time

    from tawthiq.archive.collect import Collector, State, read_sources
    from tawthiq.archive.originals import Originals
    from tawthiq.archive.telegram_live import exporter
    from tawthiq.pipeline import Summary, collected, default_workers, go_on

    store = open_project(project, create=True)
    try:
        sources = read_sources(project / "sources.toml")
    except ValueError as error:
        raise BadInput(str(error)) from None
    originals = Originals(project / "archive")
    state = State(project / "collected.json")
    while True:
        summary = Summary()
        with tempfile.TemporaryDirectory(prefix="tawthiq-collect-") as folder, show_progress(quiet) as progress:
            telegram = exporter(Path(folder), lambda channel: store.latest_message("telegram", channel))
            collector = Collector(sources, state, telegram=telegram)
            collected(collector, store, originals, summary, by=by or account(), tool=f"tawthiq {__version__}", progress=progress)
            if summary.added:
                go_on(store, summary, workers=workers or default_workers(), model=project_model(project), progress=progress)
                _write_briefs(store, project)
        tell(summary.problems)
        for what, seen in summary.observed:
            print(f"tawthiq: {what}: {seen}", file=sys.stderr)
        if not quiet:
            print(f"{summary.reports} reports ({summary.added} new or changed), {summary.claims} claims extracted")
            _tell_more(summary)
        if once:
            return
        time.sleep(every)


@app.command()
def extract(
    paths: Paths,
    out: Out = None,
    published: Published = None,
    source: SourceName = None,
    columns: Columns = None,
    date_order: DateOrder = None,
    zone: Zone = _ZONE,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON on standard error.")] = False,
) -> None:
    """Extract claims without a project: JSON Lines, one report a line, in the order of the input."""
    from tawthiq.extract.language import unread
    from tawthiq.pipeline import extract_all, items_of

    silent: list[tuple[str, str]] = []
    problems: list[tuple[str, str]] = []
    defaults = _defaults(published, source, columns, date_order, zone)
    _check(paths)
    count = claims_count = 0

    def problem(where: str, why: str) -> None:
        problems.append((where, why))

    with show_progress(quiet) as progress, writer(out) as write:
        items = (item for one in _given(paths, problem) for item in items_of(one, defaults, problem))
        reports, copies = tee(item.report for item in items)
        for claims in extract_all(reports, workers or 1):
            report = next(copies)
            write(
                {
                    "report": report.report,
                    "source": report.source,
                    "claims": [c.model_dump(mode="json", exclude={"incident"}) for c in claims],
                }
            )
            count, claims_count = count + 1, claims_count + len(claims)
            if not claims and (why := unread(report)):
                silent.append((report.report, why))
            progress("extract", count, None)
    tell(problems)
    tell(silent, "no claim in")
    if as_json:
        told = {"reports": count, "claims": claims_count, "problems": problems, "unread": silent}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
    close(count, problems)


def _defaults(published: str | None, source: str | None, columns: str | None, date_order: str | None, zone: str) -> Defaults:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from tawthiq.archive.readers.base import Defaults
    from tawthiq.archive.readers.rows import FIELDS, SYNONYMS

    if published is not None:
        try:
            datetime.fromisoformat(published)
        except ValueError:
            raise BadInput(f"--published takes a day (YYYY-MM-DD) or an instant (ISO 8601), not {published!r}") from None
    if date_order not in (None, "dmy", "mdy"):
        raise BadInput(f"--date-order is dmy or mdy, not {date_order!r}")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(f"--zone takes the name of a time zone such as Asia/Damascus, not {zone!r}") from None
    mapped: dict[str, str] = {}
    for pair in columns.split(",") if columns else []:
        field, sign, column = pair.partition("=")
        field = SYNONYMS.get(field.strip(), field.strip())
        if not sign or not column.strip() or field not in FIELDS:
            raise BadInput(f"--map takes FIELD=COLUMN,…, the fields {', '.join(FIELDS)}, not {pair!r}")
        mapped[field] = column.strip()
    day_first = None if date_order is None else date_order == "dmy"
    return Defaults(source=source, published=published, columns=mapped, day_first=day_first, zone=zone)


def _check(paths: list[str]) -> None:
    """Refuse paths that do not exist before any work is done."""
    from tawthiq.archive.reading import is_url

    for path in paths:
        if path != "-" and not is_url(path) and not Path(path).exists():
            raise BadInput(f"no such file or folder: {path}")


def _given(paths: list[str], problem: Callable[[str, str], Any]) -> Iterator[Given]:
    from tawthiq.archive.given import given, standard_input

    for path in paths:
        if path == "-":
            yield standard_input(sys.stdin.buffer.read())
        else:
            yield from given([path], problem)


def _archive(
    paths: list[str], project: Path, store: DjangoStore, defaults: Defaults, by: str | None, progress: Progress
) -> Summary:
    """Archive and store what is named, for `run` and `archive`."""
    from tawthiq.archive.originals import Originals
    from tawthiq.pipeline import Summary, archive

    summary = Summary()
    return archive(
        _given(paths, summary.problem),
        store,
        Originals(project / "archive"),
        summary,
        defaults=defaults,
        by=by or account(),
        tool=f"tawthiq {__version__}",
        progress=progress,
    )


def _write_briefs(store: DjangoStore, project: Path) -> list[Path]:
    from tawthiq.publish.brief import build_brief, render_html

    told: list[Told] = list(store.told())
    made = build_brief(told, store.incidents())
    out = []
    for language in ("ar", "en"):
        path = project / f"brief-{language}.html"
        write_file(path, render_html(made, "ar" if language == "ar" else "en"))
        out.append(path)
    return out

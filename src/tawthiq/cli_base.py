"""What the commands share: options, errors, progress, writing files, opening a project."""

from __future__ import annotations

import getpass
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from tawthiq.linking import Progress
    from tawthiq.workspace.store import DjangoStore

Paths = Annotated[
    list[str],
    typer.Argument(help="Files, folders, addresses (http, https), or - for standard input.", metavar="PATH..."),
]
Project = Annotated[Path, typer.Option("--project", help="The project's folder.", metavar="DIR")]
Out = Annotated[Path | None, typer.Option("--out", help="Where to write; standard output when left out.", metavar="FILE")]
Published = Annotated[str | None, typer.Option(help="Day of publication for reports that give none.", metavar="YYYY-MM-DD")]
SourceName = Annotated[str | None, typer.Option("--source", help="Source for reports that name none.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Processes to use; the machine's cores when left out.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it; the name of the account when left out.")]
Period = Annotated[
    str | None, typer.Option("--period", help="day, week or month: the one that holds --from, else the last whole one.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


class BadInput(Exception):  # noqa: N818
    """What the user gave cannot be used; shown in one line, exit code 2."""


class Failure(Exception):  # noqa: N818
    """Something could not be done; shown in one line, exit code 1."""


def day(value: str | None, option: str) -> date | None:
    """Read an option that takes a day; raises BadInput for what is none."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadInput(f"{option} takes a day as YYYY-MM-DD, not {value!r}") from None


def period(name: str | None, first: date | None, last: date | None) -> tuple[date | None, date | None]:
    """Return the days of `--period` day, week (Monday to Sunday) or month: the one that holds `--from`, else the last whole one.

    Without a name the days stay as they are; raises BadInput for a name that is none, and for an end that is given too or lies
    before.
    """
    if name is not None:
        if name not in ("day", "week", "month"):
            raise BadInput(f"--period is day, week or month, not {name!r}")
        if last is not None:
            raise BadInput("--period takes --from alone: --to follows from it")
        day_ = first or date.today()
        first = {"day": day_, "week": day_ - timedelta(days=day_.weekday()), "month": day_.replace(day=1)}[name]
        if day_ == date.today():
            before = first - timedelta(days=1)
            first = {"day": before, "week": first - timedelta(days=7), "month": before.replace(day=1)}[name]
        last = {
            "day": first,
            "week": first + timedelta(days=6),
            "month": (first + timedelta(days=31)).replace(day=1) - timedelta(days=1),
        }[name]
    if first and last and first > last:
        raise BadInput(f"--from {first} is after --to {last}")
    return first, last


def tell(problems: list[tuple[str, str]], what: str = "left out") -> None:
    """Name what was left out, or gave nothing, with the reason, on standard error."""
    for where, why in problems:
        print(f"tawthiq: {what} {where}: {why}", file=sys.stderr)


def close(reports: int, problems: list[tuple[str, str]]) -> None:
    """End a command with exit code 1 when nothing, or not everything, could be read."""
    if not reports:
        raise Failure("no report could be read")
    if problems:
        raise SystemExit(1)


def open_project(project: Path, *, create: bool = False) -> DjangoStore:
    """Open a project with its own names, made when `create`; raises BadInput for what is no project."""
    from tawthiq.lexicon.additions import use_additions
    from tawthiq.workspace import DATABASE_NAME, NAMES_FOLDER, start

    elsewhere = bool(os.environ.get("DATABASE_URL"))
    if not create and not (project.is_dir() if elsewhere else (project / DATABASE_NAME).is_file()):
        raise BadInput(f"{project} is not a project: run `tawthiq run PATH --project {project}` first")
    if project.exists() and not project.is_dir():
        raise BadInput(f"{project} is a file, not a project's folder")
    use_additions(project / NAMES_FOLDER)
    start(project)
    from tawthiq.workspace.store import DjangoStore

    return DjangoStore()


def write_file(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


@contextmanager
def writer(out: Path | None) -> Iterator[Callable[[Any], None]]:
    """Yield a function that writes one JSON line; a file appears whole or not at all."""
    if out is None:
        yield lambda row: print(json.dumps(row, ensure_ascii=False))
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.with_name(out.name + ".part")
    with temporary.open("w", encoding="utf-8") as file:
        yield lambda row: print(json.dumps(row, ensure_ascii=False), file=file)
    temporary.replace(out)


@contextmanager
def show_progress(quiet: bool) -> Iterator[Progress]:
    """Yield a function that shows progress on standard error once a second has passed."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    began = time.monotonic()
    bars = Bars(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
    task = bars.add_task("reading")
    started = False

    def step(stage: str, done: int, total: int | None) -> None:
        nonlocal started
        if not started and time.monotonic() - began > 1:
            bars.start()
            started = True
        bars.update(task, description=f"{stage}: {done} reports" if done else stage, completed=done, total=total)

    try:
        yield step
    finally:
        if started:
            bars.stop()


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def account() -> str:
    """Return the name of the account that runs the program, "unknown" where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"

"""The commands that make public files: publish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from tawthiq.cli_base import AsJson, BadInput, Failure, Period, Project, Quiet, day, open_project, print_json
from tawthiq.cli_base import period as period_of

app = typer.Typer()


@app.command("publish")
def publish_command(
    project: Project,
    out: Annotated[Path, typer.Option("--out", help="The folder of the publication.", metavar="DIR")],
    profile: Annotated[
        Path | None, typer.Option("--profile", help="A profile, TOML; the most careful one when left out.", metavar="FILE")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day.", metavar="YYYY-MM-DD")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day.", metavar="YYYY-MM-DD")] = None,
    period: Period = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; list what is held back and why.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write the next numbered release: briefs, maps, datasets, feeds; delayed, blurred and without words of reports by default."""
    from tawthiq.publish.profile import Profile, read_profile
    from tawthiq.publish.releases import releases

    first, last = period_of(period, day(start, "--from"), day(end, "--to"))
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file, not a folder")
    try:
        chosen = read_profile(profile) if profile is not None else Profile()
    except OSError as error:
        raise BadInput(f"{profile}: {error.strerror}") from None
    except ValueError as error:
        raise BadInput(str(error)) from None
    open_project(project)
    from tawthiq.workspace.publishing import prepare, write

    ready = prepare(chosen, first, last)
    held = ready.held
    if dry_run:
        if as_json:
            print_json({"public": [i.id for i in ready.public], "held": [h._asdict() for h in held]})
            return
        for one in held:
            print(f"{one.incident}  {one.reason}" + (f" until {one.until}" if one.until else ""))
        print(f"{len(ready.public)} incidents would be published, {len(held)} are held back" + _reasons(h.reason for h in held))
        return
    try:
        earlier = releases(out)
    except ValueError as error:
        raise Failure(f"{out}: its releases cannot be read: {str(error).splitlines()[0]}") from None
    made = write(ready, out)
    if as_json:
        print_json(made.model_dump(mode="json") | {"held": [h._asdict() for h in held]})
    elif not quiet:
        print(f"release {made.number}: {out / 'releases' / str(made.number)}")
        print(
            f"{made.incidents} incidents ({len(made.added)} added, {len(made.changed)} changed, {len(made.withdrawn)} withdrawn"
            f"{' since release ' + str(earlier[-1].number) if earlier else ''}), {len(held)} held back"
            + _reasons(h.reason for h in held)
        )


def _reasons(reasons: Iterable[str]) -> str:
    counted = Counter(reasons)
    return f" ({', '.join(f'{n} {reason}' for reason, n in sorted(counted.items()))})" if counted else ""


@app.command("withdraw")
def withdraw_command(
    number: Annotated[int, typer.Argument(metavar="RELEASE", min=1)],
    out: Annotated[Path, typer.Option("--out", help="The folder of the publication.", metavar="DIR")],
    reason: Annotated[str, typer.Option("--reason", help="Why, as the public may read it.")],
    quiet: Quiet = False,
) -> None:
    """Take the files of a release away; a record that it was there, and why it went, stays."""
    from tawthiq.publish.profile import Profile
    from tawthiq.publish.releases import withdraw

    try:
        withdraw(out, number, reason, Profile())
    except ValueError as error:
        raise BadInput(f"{out}: {str(error).splitlines()[0]}") from None
    if not quiet:
        print(f"release {number} was withdrawn; copies that others hold are not in your hands")

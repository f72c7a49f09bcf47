"""The commands that make public files: publish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tawthiq.cli_base import AsJson, BadInput, Failure, Period, Project, Quiet, day, open_project, print_json, within
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
    from tawthiq.lexicon.compile import version as vocabulary_version
    from tawthiq.publish.profile import Profile, read_profile
    from tawthiq.publish.redact import redact
    from tawthiq.publish.releases import publish, releases

    first, last = period_of(period, day(start, "--from"), day(end, "--to"))
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file, not a folder")
    try:
        chosen = read_profile(profile) if profile is not None else Profile()
    except OSError as error:
        raise BadInput(f"{profile}: {error.strerror}") from None
    except ValueError as error:
        raise BadInput(str(error)) from None
    store = open_project(project)
    incidents = [i for i in store.incidents() if within(i.start, i.end, first, last)]
    public, held = redact(incidents, {t.key: t for t in store.told()}, chosen, datetime.now(UTC).date())
    if dry_run:
        if as_json:
            print_json({"public": [i.id for i in public], "held": [h._asdict() for h in held]})
            return
        for one in held:
            print(f"{one.incident}  {one.reason}" + (f" until {one.until}" if one.until else ""))
        print(f"{len(public)} incidents would be published, {len(held)} are held back" + _reasons(h.reason for h in held))
        return
    versions = {"vocabulary": vocabulary_version(), "linking": store.made_with("weights")}
    try:
        earlier = releases(out)
    except ValueError as error:
        raise Failure(f"{out}: its releases cannot be read: {str(error).splitlines()[0]}") from None
    estimate = None
    if chosen.estimates:
        from tawthiq.analyse.tables import record
        from tawthiq.analyse.undocumented import undocumented

        estimate = undocumented(record(store.told(), incidents))
    made = publish(
        public,
        held,
        out,
        chosen,
        versions,
        store.went,
        start=first.isoformat() if first else None,
        end=last.isoformat() if last else None,
        estimate=estimate,
    )
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

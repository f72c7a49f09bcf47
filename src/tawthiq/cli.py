"""The commands. Each is thin: it reads its options, calls a room, and says in one line what went wrong.

Exit codes: 0 done, 1 failed or done with files that could not be read, 2 wrong input.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from tawthiq import __version__, cli_analyse, cli_evidence, cli_link, cli_publish, cli_read, cli_serve
from tawthiq.cli_base import (
    AsJson,
    BadInput,
    Failure,
    Out,
    Period,
    Project,
    Quiet,
    day,
    open_project,
    print_json,
    write_file,
    writer,
)
from tawthiq.cli_base import period as period_of
from tawthiq.cli_names import actors_app, places_app, verbs_app

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Turn conflict reports, Arabic first, into attributed claims, incidents and briefs.",
)
export_app = typer.Typer(no_args_is_help=True, help="Write what a project holds.")
app.add_typer(export_app, name="export")
for commands in (cli_read.app, cli_evidence.app, cli_link.app, cli_publish.app, cli_serve.app):
    app.registered_commands += commands.registered_commands
app.add_typer(actors_app, name="actors")
app.add_typer(places_app, name="places")
app.add_typer(verbs_app, name="verbs")
app.add_typer(cli_link.decisions_app, name="decisions")
app.add_typer(cli_analyse.app, name="analyse")


def main() -> None:
    """Run the command line; no error shows a traceback unless TAWTHIQ_DEBUG is set."""
    try:
        app()
    except BadInput as error:
        _stop(str(error), 2)
    except (Failure, OSError, RuntimeError) as error:
        if os.environ.get("TAWTHIQ_DEBUG"):
            raise
        _stop(advised(str(error) or type(error).__name__), 1)
    except KeyboardInterrupt:
        _stop("stopped; run the same command again to go on", 1)
    except Exception as error:
        if os.environ.get("TAWTHIQ_DEBUG"):
            raise
        _stop(advised(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"), 1)


# What to do about what a machine does to a command, by words of its message.
_ADVICE = {
    (
        "No space left",
        "disk is full",
        "quota exceeded",
    ): "free some space and run it again; nothing that was kept is lost",
    ("Read-only file system", "readonly database"): "make the project's folder writable and run the same command again",
    ("database is locked",): "another process has been writing for a minute: wait for its end and run the same command again",
    ("malformed", "not a database"): "the database is damaged: restore a backup, or read the archive into a new project",
    (
        "connection",
        "server closed",
        "terminating",
    ): "see that the database answers, and run it again; nothing is doubled",
}


def advised(message: str) -> str:
    """Return what went wrong, with what to do about it where that is known.

    >>> advised("[Errno 28] No space left on device").endswith("nothing that was kept is lost")
    True
    """
    found = next((said for words, said in _ADVICE.items() if any(word in message for word in words)), "")
    return f"{message}; {found}" if found else message


def _stop(message: str, code: int) -> NoReturn:
    print(f"tawthiq: {message}", file=sys.stderr)
    raise SystemExit(code)


@export_app.command("claims")
def export_claims(project: Project, out: Out = None, quiet: Quiet = False) -> None:
    """Write the claims of a project as JSON Lines, one report a line, as people decided on them, each event with its incident."""
    from tawthiq.link.incidents import ruled
    from tawthiq.link.told import Told

    store = open_project(project)
    incident_of = {claim: incident.id for incident in store.incidents() for claim in incident.claims}
    ruling = store.ruling()
    count = 0
    with writer(out) as write:
        for report, claims in store.reports():
            told = ruled((Told(report, claim) for claim in claims), ruling)
            rows = [t.claim.model_dump(mode="json") | {"incident": incident_of.get(t.key)} for t in told]
            write({"report": report.report, "source": report.source, "claims": rows})
            count += 1
    if not quiet and out is not None:
        print(f"{count} reports: {out}")


@app.command()
def brief(
    project: Project,
    out: Annotated[Path, typer.Option("--out", help="The file to write: .html, .md or .pdf.", metavar="FILE")],
    language: Annotated[str, typer.Option(help="ar or en.")] = "ar",
    start: Annotated[str | None, typer.Option("--from", help="First day.", metavar="YYYY-MM-DD")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day.", metavar="YYYY-MM-DD")] = None,
    period: Period = None,
    totals: Annotated[bool, typer.Option("--totals", help="Totals alone, for a record too large to be listed (.html).")] = False,
    quiet: Quiet = False,
) -> None:
    """Write a brief of a period. A brief is an internal document: it quotes reports."""
    from tawthiq.publish.brief import build_brief, render_html, render_markdown, render_pdf

    if language not in ("ar", "en"):
        raise BadInput(f"--language is ar or en, not {language!r}")
    if out.suffix.lower() not in (".html", ".md", ".pdf"):
        raise BadInput(f"--out ends in .html, .md or .pdf, not {out.suffix or 'nothing'!r}")
    first, last = period_of(period, day(start, "--from"), day(end, "--to"))
    if totals and out.suffix.lower() != ".html":
        raise BadInput(f"--totals writes .html, not {out.suffix or 'nothing'!r}")
    store = open_project(project)
    if totals:
        from tawthiq.analyse.totals import totals as count
        from tawthiq.publish.totals import render_totals

        days = (first.isoformat() if first else None, last.isoformat() if last else None)
        write_file(out, render_totals(count(store.incident_rows(), *days), "ar" if language == "ar" else "en", days))
        if not quiet:
            print(f"brief: {out}")
        return
    made = build_brief(store.told(), store.incidents(), first, last)
    if out.suffix.lower() == ".pdf":
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(render_pdf(made, "ar" if language == "ar" else "en"))
        if not quiet:
            print(f"brief: {out}")
        return
    render = render_html if out.suffix.lower() == ".html" else render_markdown
    write_file(out, render(made, "ar" if language == "ar" else "en"))
    if not quiet:
        print(f"brief: {out}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A claim (D01.2), a report (D01) or an incident (I0a1b…).")],
    project: Project,
    as_json: AsJson = False,
) -> None:
    """Show a claim, a report's claims or an incident with the words quoted in context, and what was observed of a report."""
    store = open_project(project)
    incident = store.incident(name)
    if incident is not None:
        if as_json:
            print_json(incident.model_dump(mode="json"))
            return
        _show_incident(incident.model_dump(mode="json"))
    elif store.went(name) == "":
        raise BadInput(f"none of the claims of incident {name!r} is left in this project")
    claim = store.told_of(name) if incident is None else None
    told = store.told_in(incident.id if incident is not None else name) if claim is None else [claim]
    if incident is None:
        observed = store.observations(name)
        if not told and not observed:
            raise BadInput(f"no claim, report or incident {name!r} in this project")
        if as_json:
            print_json([t.claim.model_dump(mode="json") for t in told])
            return
        for row in observed:
            print(f"{row['at']}  {row['kind']}  {row['note']}".rstrip())
    about = store.ruling().about
    for one in told:
        _show_claim(one.report, one.claim)
        if one.key in about:
            print(f"  decided: {', '.join(about[one.key])}")


@app.command()
def vocabulary() -> None:
    """Check the vocabulary's files and name what is wrong with them."""
    from tawthiq.lexicon.check import check_vocabulary
    from tawthiq.lexicon.compile import version as vocabulary_version

    findings = check_vocabulary()
    for finding in findings:
        print(f"tawthiq: {finding}", file=sys.stderr)
    if findings:
        raise SystemExit(1)
    print(f"vocabulary {vocabulary_version()}: nothing wrong")


@app.command()
def version() -> None:
    """Show the versions of the program and of its vocabulary."""
    from tawthiq.lexicon.compile import version as vocabulary

    print(f"tawthiq {__version__}, vocabulary {vocabulary()}")


# --- helpers ----------------------------------------------------------------------------------------------------------


def _show_incident(incident: dict[str, Any]) -> None:
    print(
        f"{incident['id']}  {incident['type']}  {incident['start'] or 'no date'}"
        f"  [{incident['corroboration']}: {incident['reason']}, {incident['origins']} origin(s), {incident['review']}]"
    )
    for origin in incident["sources"]:
        grade = f"  {origin['reliability']}" if origin["reliability"] else ""
        print(f"  origin: {origin['name']}{grade}  ({', '.join(origin['claims'])})")
    for version in incident["versions"] if len(incident["versions"]) > 1 else ():
        print(f"  {version['stance']}: {', '.join(version['initiators']) or 'nobody named'}  ({', '.join(version['claims'])})")
    for slot in ("initiators", "targets", "participants", "types", "modalities", "places", "days", "grades"):
        for value in incident[slot]:
            print(f"  {slot}: {value['value']}  ({', '.join(value['claims'])})")
    if incident["place"]:
        print(f"  place: {incident['place']['name']} ({incident['place']['level']})")
    for loss in incident["losses"]:
        figures = [loss[k] if loss[k] is not None else "unknown" for k in ("lowest", "best", "highest")]
        print(f"  {loss['outcome']} of {loss['who'] or 'not said'}: lowest {figures[0]}, best {figures[1]}, highest {figures[2]}")
        for value in loss["values"]:
            corrected = " corrected later" if set(value["claims"]) <= set(loss["corrected"]) else ""
            print(f"    {value['value']}{corrected}  ({', '.join(value['claims'])})")
    if incident["conflicts"]:
        print(f"  decisions that contradict one another: {', '.join(incident['conflicts'])}")


def _show_claim(report: Any, claim: Any) -> None:
    from tawthiq.link.told import Told
    from tawthiq.publish.brief import quote

    print(
        f"\n{claim.id}  {claim.kind} {claim.type}  {claim.modality}  {report.source or ''}"
        f"  {report.published or 'no date of publication'}"
    )
    for slot in ("initiators", "targets", "participants"):
        if getattr(claim, slot):
            print(f"  {slot}: {', '.join(getattr(claim, slot))}")
    if claim.place:
        print(f"  place: {claim.place.name} ({claim.place.level or 'not resolved'})")
    if claim.time and (claim.time.start or claim.time.mention):
        print(f"  time: {claim.time.start or '?'} to {claim.time.end or '?'} ({claim.time.mention or 'carried on'})")
    for loss in claim.losses:
        low, high = (figure if figure is not None else "?" for figure in (loss.min, loss.max))
        print(f"  {loss.outcome} of {loss.who or 'not said'}: {low}-{high} {loss.status}")
    print(f"  source: {claim.attribution.type} {claim.attribution.mention or ''}")
    print("  " + "".join(f"⟦{text}⟧" if mark else text for text, mark in quote(Told(report, claim))))


if __name__ == "__main__":
    main()

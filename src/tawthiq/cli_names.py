"""The commands for names: actors of the registry and a project's own, places and gazetteers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tawthiq.cli_base import AsJson, BadInput, By, Failure, Project, Quiet, account, open_project, print_json

if TYPE_CHECKING:
    from tawthiq.lexicon.registry import Actor

actors_app = typer.Typer(no_args_is_help=True, help="Who is known: the registry and a project's own additions.")
places_app = typer.Typer(no_args_is_help=True, help="Which places are known, and loading gazetteers into a project.")

verbs_app = typer.Typer(no_args_is_help=True, help="A project's own verbs.")

MaybeProject = Annotated[Path | None, typer.Option("--project", help="A project whose own names count too.", metavar="DIR")]


def _use(project: Path | None) -> None:
    if project is not None:
        open_project(project)


def _known(name: str) -> Actor:
    from tawthiq.lexicon.registry import registry

    actor = registry().get(name)
    if actor is None:
        raise BadInput(f"no actor {name!r}: `tawthiq actors find NAME` looks one up")
    return actor


@actors_app.command("list")
def list_actors(
    project: MaybeProject = None,
    kind: Annotated[str | None, typer.Option(help="Only actors of this kind.")] = None,
    side: Annotated[str | None, typer.Option(help="Only actors of this side.")] = None,
    own: Annotated[bool, typer.Option("--own", help="Only what the project added.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the actors: id, kind, as what it is coded, names."""
    from tawthiq.lexicon.registry import code_at, registry

    _use(project)
    rows = [
        a
        for a in registry().values()
        if (kind is None or a.kind == kind) and (side is None or a.side == side) and (not own or a.own)
    ]
    if as_json:
        print_json([_plain(a) for a in rows])
        return
    for actor in rows:
        print(f"{actor.id:28} {actor.kind:14} {code_at(actor.id) or '-':22} {actor.ar} · {actor.en}")


def _plain(actor: Actor) -> dict[str, Any]:
    from tawthiq.lexicon.registry import code_at, periods

    return {
        **asdict(actor),
        "partisan": sorted(actor.partisan),
        "coded_as": code_at(actor.id),
        "periods": [p._asdict() for p in periods(actor.id)],
    }


@actors_app.command("show")
def show_actor(name: Annotated[str, typer.Argument(metavar="ID")], project: MaybeProject = None, as_json: AsJson = False) -> None:
    """Show an actor: names, which of them take a side, to whom it belonged when, and where the facts are from."""
    from tawthiq.lexicon.registry import periods

    _use(project)
    actor = _known(name)
    if as_json:
        print_json(_plain(actor))
        return
    print(f"{actor.id}  {actor.ar} · {actor.en}")
    print(f"  kind: {actor.kind}, side: {actor.side}, country: {actor.country or 'not known'}")
    print(f"  from {actor.since or 'not known'} to {actor.until or 'not known'}")
    for tenure in actor.parents:
        print(f"  belongs to: {tenure.actor} (from {tenure.since or '?'} to {tenure.until or '?'})")
    for period in periods(actor.id):
        print(f"  coded as: {period.code} ({period.since} to {period.until})")
    print(f"  names: {', '.join(f'{n} (partisan)' if n in actor.partisan else n for n in actor.all_names())}")
    print(f"  source: {actor.source}")


@actors_app.command("find")
def find_actor(name: Annotated[str, typer.Argument(metavar="NAME")], project: MaybeProject = None, as_json: AsJson = False) -> None:
    """Look an actor up by a name in Arabic or Latin script; unlike spellings are only proposed, with a score."""
    from tawthiq.resolve.actors import find

    _use(project)
    found = find(name)
    if as_json:
        print_json([asdict(m) for m in found])
    elif not found:
        raise Failure(f"no actor of a name like {name!r}")
    else:
        for match in found:
            sure = "" if match.score == 1 else f"  (perhaps: {match.score:.2f}; accept with `tawthiq actors alias {match.actor}`)"
            print(f"{match.actor:28} {match.name}{'  [partisan]' if match.partisan else ''}{sure}")


@actors_app.command("add")
def add_actor(
    name: Annotated[str, typer.Argument(metavar="ID", help="A new id: small Latin letters, digits, hyphens.")],
    project: Project,
    kind: Annotated[str, typer.Option(help="armed-group, militia, state-forces, … (see `actors list`).")],
    ar: Annotated[str | None, typer.Option(help="Its name in Arabic.")] = None,
    en: Annotated[str | None, typer.Option(help="Its name in English.")] = None,
    side: Annotated[str | None, typer.Option(help="On whose side it is.")] = None,
    parent: Annotated[
        list[str] | None, typer.Option(help="An actor that it belongs to, as ID or ID:since:until; may be given again.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="YYYY, YYYY-MM or YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="YYYY, YYYY-MM or YYYY-MM-DD.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166 code.")] = None,
    by: By = None,
) -> None:
    """Add an actor to the project; the next run reads the reports with it."""
    _keep(project, by, do="add", id=name, kind=kind, side=side, ar=ar, en=en, parents=";".join(parent or []), since=since,
          until=until, country=country)  # fmt: skip
    print(f"added {name}")


def _keep(project: Path, by: str | None, **row: Any) -> None:
    """Check an addition and keep it in the project, with who and when."""
    open_project(project)
    from tawthiq.workspace import NAMES_FOLDER
    from tawthiq.workspace.names import check, write

    try:
        write(check(row), project / NAMES_FOLDER, by or account())
    except ValueError as error:
        raise BadInput(str(error)) from None


@actors_app.command("alias")
def alias_actor(
    name: Annotated[str, typer.Argument(metavar="ID")],
    given: Annotated[str, typer.Argument(metavar="NAME")],
    project: Project,
    partisan: Annotated[bool, typer.Option("--partisan", help="The name takes a side.")] = False,
    by: By = None,
) -> None:
    """Give an actor another name."""
    _keep(project, by, do="alias", id=name, name=given, partisan=partisan)
    print(f"{given}: a name of {name}")


@actors_app.command("merge")
def merge_actor(
    name: Annotated[str, typer.Argument(metavar="ID", help="An actor that the project added.")],
    into: Annotated[str, typer.Argument(metavar="INTO")],
    project: Project,
    by: By = None,
) -> None:
    """Say that an actor the project added is another one; its names go over."""
    _keep(project, by, do="merge", id=name, into=into)
    print(f"{name} is {into}")


@actors_app.command("candidates")
def list_candidates(
    project: Project,
    least: Annotated[int, typer.Option("--least", min=1, help="Only names met this often.")] = 1,
    as_json: AsJson = False,
) -> None:
    """List names of groups in the project's reports that no table knows, how often they stand there, and where."""
    from tawthiq.extract.candidates import count_candidates
    from tawthiq.resolve.actors import find

    store = open_project(project)
    rows: list[dict[str, Any]] = [
        {
            "name": one.name,
            "count": one.times,
            "where": [{"report": report, "words": words} for report, words in one.where],
            "perhaps": [{"actor": m.actor, "score": m.score} for m in find(one.name, limit=2)],
        }
        for one in count_candidates(report for report, _ in store.reports())
        if one.times >= least
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        maybe = ", ".join(f"{p['actor']} {p['score']:.2f}" for p in row["perhaps"])
        print(f"{row['count']:5}  {row['name']}{f'  (perhaps {maybe})' if maybe else ''}")
        for place in row["where"]:
            print(f"         {place['report']}: … {place['words']} …")


@places_app.command("find")
def find_place(name: Annotated[str, typer.Argument(metavar="NAME")], project: MaybeProject = None, as_json: AsJson = False) -> None:
    """Show every place of a name: coordinates, level, p-codes; cities of the world where no table knows it."""
    from tawthiq.resolve.gazetteer import places_of

    _use(project)
    found = places_of(name)
    if as_json:
        print_json([asdict(c) for c in found])
    elif not found:
        raise Failure(f"no place {name!r}")
    else:
        for c in found:
            print(f"{c.code:10} {c.name}  {c.level:12} {c.admin or '-':9} {c.lat:.4f}, {c.lon:.4f}")


@places_app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OCHA COD-AB (csv, xlsx), GeoNames dump, Who's On First csv.")],
    project: Project,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Load a gazetteer into the project; loading the same file again changes nothing."""
    from tawthiq.cli_base import tell
    from tawthiq.lexicon.additions import PLACES
    from tawthiq.resolve.gazetteer_files import import_places
    from tawthiq.workspace import NAMES_FOLDER

    if not file.is_file():
        raise BadInput(f"no such file: {file}")
    open_project(project, create=True)
    try:
        done = import_places(file, project / NAMES_FOLDER / PLACES)
    except ValueError as error:
        raise BadInput(f"{file}: {error}") from None
    tell([(f"{file}, row {b.number}", b.reason) for b in done.bad])
    if as_json:
        print_json(asdict(done))
    elif not quiet:
        print(f"{done.new} places new, {done.changed} changed, {done.same} there already, {len(done.bad)} rows left out")
    if done.bad or not (done.new or done.changed or done.same):
        raise Failure("not every row could be used" if done.bad else f"{file}: no place in it")


@verbs_app.command("add")
def add_verb(
    root: Annotated[str, typer.Argument(metavar="ROOT", help="Three or four Arabic letters.")],
    project: Project,
    form: Annotated[str, typer.Option(help="1 to 8, or 10.")],
    sense: Annotated[str, typer.Option(help="event:TYPE or loss:OUTCOME (see docs/vocabulary.md).")],
    frame: Annotated[str, typer.Option(help="How subject and object fill the slots.")] = "act",
    noun: Annotated[
        list[str] | None, typer.Option(help="A verbal noun, the regular one when left out; may be given again.")
    ] = None,
    also: Annotated[list[str] | None, typer.Option(help="A further written form; may be given again.")] = None,
    by: By = None,
) -> None:
    """Add a verb to the project; the next run reads the reports with it."""
    _keep(project, by, do="verb", root=root, form=form, sense=sense, frame=frame, nouns="|".join(noun or []),
          more="|".join(also or []))  # fmt: skip
    print(f"added {root} {form}")

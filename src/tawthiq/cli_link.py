"""The commands of linking and deciding: link, explain, decisions."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tawthiq.cli_base import (
    AsJson,
    BadInput,
    By,
    Failure,
    Out,
    Project,
    Quiet,
    account,
    open_project,
    print_json,
    show_progress,
    writer,
)
from tawthiq.workspace import LINKING_FOLDER

if TYPE_CHECKING:
    from tawthiq.link.told import Told
    from tawthiq.link.weights import Weights
    from tawthiq.model import Decision
    from tawthiq.workspace.store import DjangoStore

app = typer.Typer()
decisions_app = typer.Typer(no_args_is_help=True, help="What people decided: add to the ledger, read it, hand it on.")

Reason = Annotated[str | None, typer.Option("--reason", help="Why.")]


def project_model(project: Path) -> Weights:
    """Return the weights that a project links with: the latest that it trained, else the program's."""
    from tawthiq.link.weights import project_weights

    try:
        return project_weights(project / LINKING_FOLDER)
    except (OSError, ValueError) as error:
        raise Failure(f"the project's weights cannot be read: {error}") from None


@app.command()
def link(
    project: Project,
    train: Annotated[bool, typer.Option("--train", help="Estimate new weights on the project's own claims first.")] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make everything that is derived anew: claims, pairs, incidents.")
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Put claims into incidents as the weights and people's decisions have it; what is done already is not done again."""
    from tawthiq.pipeline import Summary, default_workers, go_on

    store = open_project(project)
    told = {}
    with show_progress(quiet) as progress:
        if train:
            told["trained"] = _train(project, store)
        if rebuild:
            store.drop_derived()
        summary = go_on(store, Summary(), workers=default_workers(), model=project_model(project), progress=progress)
    if as_json:
        print_json({"incidents": summary.incidents, "conflicts": summary.conflicts, "orphans": summary.orphans, **told})
    elif not quiet:
        for line in told.values():
            print(line)
        print(f"{summary.incidents} incidents in the project, weights {project_model(project).version}")
        if summary.conflicts or summary.orphans:
            print(f"{summary.conflicts} conflicts between decisions, {summary.orphans} decisions whose claim is not there")


def _train(project: Path, store: DjangoStore) -> str:
    from tawthiq.link.table import claims_table
    from tawthiq.link.training import NotEnough, train
    from tawthiq.link.weights import write_weights

    before = project_model(project)
    table = claims_table(((t.report, t.claim) for t in store.told()), before)
    number = len(list((project / LINKING_FOLDER).glob("weights-*.yaml"))) + 1
    try:
        made = train(table, before, f"project-{number}")
    except NotEnough as error:
        raise Failure(f"{error}; weights {before.version} stay in use") from None
    path = write_weights(made.weights, project / LINKING_FOLDER)
    return f"weights {made.weights.version} estimated on {made.claims} claims, {made.pairs} pairs: {path}"


@app.command()
def explain(
    first: Annotated[str, typer.Argument(metavar="CLAIM")],
    second: Annotated[str, typer.Argument(metavar="CLAIM")],
    project: Project,
    out: Annotated[Path | None, typer.Option("--out", help="Draw the waterfall into a file, .svg or .png.", metavar="FILE")] = None,
    language: Annotated[str, typer.Option(help="ar or en.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show how likely two claims tell one occurrence: the weight of every comparison, in words and as a chart."""
    from tawthiq.link.explain import explain as explain_pair
    from tawthiq.publish.chart import waterfall_chart, write_chart
    from tawthiq.publish.words import Words

    if language not in ("ar", "en"):
        raise BadInput(f"--language is ar or en, not {language!r}")
    if out is not None and out.suffix.lower() not in (".svg", ".png"):
        raise BadInput(f"--out ends in .svg or .png, not {out.suffix or 'nothing'!r}")
    store = open_project(project)
    one, other = _told(store, first), _told(store, second)
    try:
        made = explain_pair(one, other, project_model(project))
    except ValueError as error:
        raise BadInput(str(error)) from None
    words = Words("ar" if language == "ar" else "en")
    if out is not None:
        write_chart(waterfall_chart(made, words), out)
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    print(f"{words('prior'):<44}{made.prior:+8.2f}")
    for step in made.steps:
        label = f"{words.name('comparison', step.comparison)}: {words.name('level', step.level)}"
        rarity = f"  ({words('rarity', n=f'{step.rarity:+.2f}')})" if step.rarity else ""
        print(f"{label:<44}{step.weight + step.rarity:+8.2f}{rarity}")
    print(f"{words('weight_sum'):<44}{made.weight:+8.2f}  ({words('probability', n=made.probability, threshold=made.threshold)})")
    if not made.compared:
        print(words("not_compared"))
    if made.contradiction:
        print(f"{words('forbidden')}: {words.name('contradiction', made.contradiction)}")
    if out is not None:
        print(out)


def _told(store: DjangoStore, name: str) -> Told:
    found = store.told_of(name)
    if found is None:
        raise BadInput(f"no claim {name!r} in this project")
    return found


@decisions_app.command("add")
def add(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="What is decided: accept, reject, edit, merge, split, review, … (see docs/incidents.md).",
        ),
    ],
    project: Project,
    names: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Claims or incidents that it is about.")] = None,
    others: Annotated[
        list[str] | None, typer.Option("--from", help="Claims or incidents to part from; may be given again.", metavar="ID")
    ] = None,
    slot: Annotated[str | None, typer.Option("--slot", help="The slot that an edit sets, or the role of an actor.")] = None,
    old: Annotated[str | None, typer.Option("--old", help="The actor that name-actor replaces.")] = None,
    value: Annotated[
        str | None,
        typer.Option("--value", help="What is set: text, or JSON for lists and places; a decision's id to undo or settle."),
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="The source that is graded.")] = None,
    reason: Reason = None,
    by: By = None,
    quiet: Quiet = False,
) -> None:
    """Enter a decision into the ledger and let it hold."""
    from tawthiq.link.decisions import make_decision

    store = open_project(project)
    try:
        made = make_decision(
            at=datetime.now(UTC).isoformat(timespec="microseconds"),
            by=by or account(),
            kind=kind,
            anchors=store.anchors(names or ()),
            others=store.anchors(others or ()),
            slot=slot,
            old=old,
            value=_value(value),
            source=source,
            reason=reason,
        )
    except ValueError as error:
        raise BadInput(str(error)) from None
    if made.kind in ("undo", "settle") and made.value not in {d.id for d in store.decisions()}:
        raise BadInput(f"no decision {made.value!r} in this project")
    store.decide([made])
    _hold(project, store, quiet)
    if not quiet:
        print(f"decision {made.id}")


def _value(text: str | None) -> Any:
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, list | dict) else text


def _hold(project: Path, store: DjangoStore, quiet: bool) -> None:
    """Link again what decisions changed, and name those that cannot be carried out."""
    from tawthiq.linking import link_pending

    with show_progress(quiet) as progress:
        ruling = link_pending(store, project_model(project), progress)
    for decision, why in ruling.unusable:
        print(f"tawthiq: decision {decision.id} cannot be carried out: {why}", file=sys.stderr)
    if ruling.conflicts and not quiet:
        print(f"{len(ruling.conflicts)} conflicts between decisions: `tawthiq decisions conflicts`", file=sys.stderr)


@decisions_app.command("list")
def list_(
    project: Project,
    names: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Claims or incidents; all when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the ledger, or what was decided about some claims or incidents."""
    store = open_project(project)
    ledger = store.decisions()
    if names:
        about = store.ruling().about
        wanted = {d for name in names for key in store.keys_of(name) for d in about.get(key, ())}
        ledger = [d for d in ledger if d.id in wanted]
    if as_json:
        print_json([d.model_dump(mode="json") for d in ledger])
        return
    for decision in ledger:
        print(_line(decision))


def _line(decision: Decision) -> str:
    said = [decision.id, decision.at, decision.by, decision.kind]
    said += [f"{a.report} {a.type} {a.evidence[0][0] if a.evidence else ''}".rstrip() for a in decision.anchors[:3]]
    said += [str(part) for part in (decision.source, decision.slot, decision.old) if part]
    said += [json.dumps(decision.value, ensure_ascii=False)] if decision.value is not None else []
    return "  ".join([*said, *([f"({decision.reason})"] if decision.reason else [])])


@decisions_app.command("orphans")
def orphans(project: Project, as_json: AsJson = False) -> None:
    """List decisions that no longer find their claim, and those that cannot be carried out, with the reason."""
    ruling = open_project(project).ruling()
    rows = [(d, "its claim is not there") for d in ruling.orphans] + ruling.unusable
    if as_json:
        print_json([d.model_dump(mode="json") | {"why": why} for d, why in rows])
        return
    for decision, why in rows:
        print(f"{_line(decision)}: {why}")


@decisions_app.command("conflicts")
def conflicts(project: Project, as_json: AsJson = False) -> None:
    """List what people decided differently; `decisions add settle --value DECISION` says which holds."""
    store = open_project(project)
    ledger = {d.id: d for d in store.decisions()}
    found = store.ruling().conflicts
    if as_json:
        print_json([{"about": c.about, "decisions": [ledger[d].model_dump(mode="json") for d in c.decisions]} for c in found])
        return
    for conflict in found:
        print(conflict.about)
        for name in conflict.decisions:
            print(f"  {_line(ledger[name])}")


@decisions_app.command("export")
def export(project: Project, out: Out = None, quiet: Quiet = False) -> None:
    """Write the ledger as JSON Lines."""
    ledger = open_project(project).decisions()
    with writer(out) as write:
        for decision in ledger:
            write(decision.model_dump(mode="json"))
    if not quiet and out is not None:
        print(f"{len(ledger)} decisions: {out}")


@decisions_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A ledger as JSON Lines.")],
    project: Project,
    quiet: Quiet = False,
) -> None:
    """Add the decisions of a ledger to the project's; those that it has already are passed over."""
    from tawthiq.link.decisions import read_decision

    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: {error}") from None
    made, wrong = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            made.append(read_decision(line))
        except ValueError as error:
            wrong.append(f"{file}, line {number}: {error}")
    if wrong:
        # A ledger is taken whole or not at all: half of one may say what nobody decided.
        for line in wrong[:10]:
            print(f"tawthiq: {line}", file=sys.stderr)
        raise BadInput(f"{len(wrong)} of {len(wrong) + len(made)} decisions cannot be read; none was added")
    store = open_project(project)
    added = store.decide(made)
    _hold(project, store, quiet)
    if not quiet:
        print(f"{added} decisions added, {len(made) - added} known already")

"""The commands that prove, hand out and keep: verify, bundle, backup, restore, unseal, erase."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tawthiq.cli_base import AsJson, BadInput, By, Failure, Project, Quiet, account, open_project, print_json, show_progress

if TYPE_CHECKING:
    from tawthiq.archive.verify import Proof

app = typer.Typer()

_VARIABLE = "TAWTHIQ_PASSPHRASE"
Plain = Annotated[bool, typer.Option("--plain", help="Write it without encryption.")]


@app.command("verify")
def verify_command(
    project: Project,
    receipt: Annotated[bool, typer.Option("--receipt", help="Print the head of the log, to publish or timestamp.")] = False,
    against: Annotated[
        Path | None, typer.Option("--against", help="A receipt that the log must still contain.", metavar="RECEIPT")
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Prove the whole archive: every byte, every entry; name what is missing, changed or added."""
    from tawthiq.archive.originals import Originals
    from tawthiq.archive.verify import contains
    from tawthiq.archive.verify import receipt as make_receipt

    open_project(project)
    originals = Originals(project / "archive")
    if receipt:
        print_json(make_receipt(originals))
        return
    if against is not None:
        try:
            there = contains(originals, json.loads(against.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise BadInput(f"{against}: {error}") from None
        if not there:
            raise Failure(f"the log no longer contains the head of {against}: it was cut or made anew")
    from tawthiq.workspace.evidence import verify_project

    with show_progress(quiet) as progress:
        proof = verify_project(project, lambda done, total: progress(f"verify: {done} of {total} originals", 0, total))
    if as_json:
        print_json({k: v for k, v in asdict(proof).items() if k != "going"} | {"sound": proof.sound})
    else:
        _tell(proof)
        if not quiet:
            print(
                f"{proof.originals} originals, {proof.bytes} bytes, {proof.acquisitions} acquisitions, "
                f"{proof.entries} entries of the log"
                + (f", {proof.erased} erased" if proof.erased else "")
                + (f", {proof.unfinished} left unfinished by a run that was stopped" if proof.unfinished else "")
            )
    if not proof.sound:
        raise Failure(f"the archive is not sound: {len(proof.problems)} findings")


@app.command("bundle")
def bundle_command(
    names: Annotated[list[str], typer.Argument(metavar="ID...", help="Claims, reports or incidents.")],
    project: Project,
    out: Annotated[Path, typer.Option("--out", help="The file to write, .zip.", metavar="FILE")],
    plain: Plain = False,
    by: By = None,
    quiet: Quiet = False,
) -> None:
    """Write an evidence bundle: originals, custody, the words, a cover page in Arabic and English; sealed by a passphrase."""
    open_project(project)
    _new(out)
    from tawthiq.workspace.evidence import bundle

    try:
        claims, originals = bundle(project, names, out, by or account(), _writer(plain))
    except ValueError as error:
        raise BadInput(str(error)) from None
    if not quiet:
        print(f"{claims} claims of {originals} files: {out}{'' if plain else ' (sealed)'}")


@app.command("backup")
def backup_command(
    project: Project,
    out: Annotated[Path, typer.Option("--out", help="The file to write.", metavar="FILE")],
    plain: Plain = False,
    quiet: Quiet = False,
) -> None:
    """Write a whole project into one file, also while it is in use; sealed by a passphrase."""
    open_project(project)
    _new(out)
    from tawthiq.workspace.backup import write_backup

    files = write_backup(project, out, _writer(plain))
    if not quiet:
        print(f"{files} files: {out}{'' if plain else ' (sealed)'}")


@app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    project: Project,
    quiet: Quiet = False,
) -> None:
    """Make a project of a backup, in a folder that is empty or not there, and prove its archive."""
    if not file.is_file():
        raise BadInput(f"no such file: {file}")
    from tawthiq.archive.seal import is_sealed
    from tawthiq.workspace.backup import restore

    project.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=project.parent, prefix=".restore-") as folder:
        packed = file
        if is_sealed(file):
            packed = Path(folder) / "backup.zip"
            _unseal(file, packed)
        try:
            proof = restore(packed, project)
        except ValueError as error:
            raise BadInput(f"{file}: {error}") from None
    if not proof.sound:
        _tell(proof)
        raise Failure("the archive of the backup is not sound")
    if not quiet:
        print(f"{proof.originals} originals, {proof.entries} entries of the log: {project}")


@app.command("unseal")
def unseal_command(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    out: Annotated[Path, typer.Option("--out", help="The file to write, .zip.", metavar="FILE")],
    quiet: Quiet = False,
) -> None:
    """Open a sealed bundle or backup with its passphrase."""
    if not file.is_file():
        raise BadInput(f"no such file: {file}")
    _new(out)
    _unseal(file, out)
    if not quiet:
        print(f"opened: {out}")


@app.command("erase")
def erase_command(
    digest: Annotated[str, typer.Argument(metavar="SHA256", help="The hash of an original (see `verify`, `show`).")],
    project: Project,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words that give nothing away: they stay.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it: it cannot be undone.")] = False,
    by: By = None,
    quiet: Quiet = False,
) -> None:
    """Erase an original with its media, reports and claims; a tombstone says that something was erased, not what."""
    store = open_project(project)
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise BadInput(f"a hash has 64 hexadecimal digits, not {digest!r}")
    if not yes:
        raise BadInput("nothing was erased: say --yes to erase it for good; backups that hold it are yours to erase")
    from tawthiq.workspace.evidence import erase

    try:
        files, reports = erase(project, digest, by or account(), reason)
    except FileNotFoundError as error:
        raise BadInput(str(error)) from None
    from tawthiq.cli_link import project_model
    from tawthiq.linking import link_pending

    link_pending(store, project_model(project))
    if not quiet:
        print(f"erased: {files} files, {reports} reports; briefs and exports that quote them are yours to erase")


def _tell(proof: Proof) -> None:
    for kind, what, why in proof.problems:
        print(f"tawthiq: {kind}: {what}: {why}", file=sys.stderr)


def _new(out: Path) -> None:
    if out.exists():
        raise BadInput(f"{out} is there already")
    out.parent.mkdir(parents=True, exist_ok=True)


def _passphrase(*, again: bool) -> str:
    """Return the passphrase, from the environment or asked for on the terminal."""
    if given := os.environ.get(_VARIABLE):
        return given
    if not sys.stdin.isatty():
        raise BadInput(f"a passphrase is needed: set {_VARIABLE}, or run it in a terminal, or say --plain")
    import getpass

    words = getpass.getpass("Passphrase: ")
    if again and getpass.getpass("Again: ") != words:
        raise BadInput("the two passphrases differ")
    return words


def _writer(plain: bool) -> Callable[[Path, Path], None]:
    """Return how a finished file is written: sealed, or moved as it is."""
    if plain:
        return _move
    from tawthiq.archive.seal import SHORTEST, seal

    words = _passphrase(again=True)
    if len(words) < SHORTEST:
        raise BadInput(f"a passphrase has at least {SHORTEST} signs")

    def sealed(source: Path, target: Path) -> None:
        seal(source, target, words)

    return sealed


def _move(source: Path, target: Path) -> None:
    shutil.move(source, target)


def _unseal(file: Path, target: Path) -> None:
    from tawthiq.archive.seal import unseal

    try:
        unseal(file, target, _passphrase(again=False))
    except ValueError as error:
        raise BadInput(f"{file}: {error}") from None

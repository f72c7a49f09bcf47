"""Keep a project safe from the pages: sealed backups, and bringing one back beside the project that runs."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection
from django.utils import timezone

from tawthiq.archive.seal import SHORTEST, is_sealed, seal, unseal
from tawthiq.linking import Progress
from tawthiq.workspace import jobs, project
from tawthiq.workspace.backup import restore, write_backup
from tawthiq.workspace.models import Job, Person
from tawthiq.workspace.uploads import incoming, keep

FOLDER = "backups"
_WORDS_FILE = "passphrase"


def backups() -> list[Path]:
    """Return the sealed backups of the project, the latest first."""
    return sorted((project() / FOLDER).glob("*.zip"), reverse=True)


def backup_named(name: str) -> Path | None:
    """Return a backup by its name, None for one that is not there."""
    return next((path for path in backups() if path.name == name), None)


def _with_secret(kind: str, person: Person, words: str, file: TemporaryUploadedFile | None = None, **given: Any) -> Job:
    """Ask for work that needs a passphrase: it lies in a file of the project until then, never in the database."""
    folder = incoming(secrets.token_hex(8))
    try:
        if file is not None:
            keep(file, folder, "backup")
        path = folder / _WORDS_FILE
        path.touch(mode=0o600)
        path.write_text(words, encoding="utf-8")
        return jobs.start(kind, person.login, folder=folder.name, **given)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def ask_backup(person: Person, words: str, again: str) -> Job:
    """Ask for a backup sealed by a passphrase; raises ValueError for words that are too short or differ."""
    if len(words) < SHORTEST:
        raise ValueError(f"a passphrase has at least {SHORTEST} signs")
    if words != again:
        raise ValueError("passwords_differ")
    if connection.vendor != "sqlite":
        raise ValueError("a backup from the pages is of SQLite: on PostgreSQL use pg_dump and copy the archive")
    return _with_secret("backup", person, words)


def back_up(job: Job, progress: Progress) -> dict[str, Any]:
    """Write a sealed backup of the whole project."""
    words = _secret(job)
    progress("backup", 0, None)
    folder = project() / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    target = folder / f"{timezone.localtime():%Y-%m-%d-%H%M%S}.zip"
    part = target.with_suffix(".part")

    def write(plain: Path, out: Path) -> None:
        seal(plain, out, words)

    try:
        files = write_backup(project(), part, write)
        part.chmod(0o600)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return {"name": target.name, "files": files, "size": target.stat().st_size}


def ask_restore(person: Person, file: TemporaryUploadedFile | None, words: str) -> Job:
    """Ask that a backup be brought back into a folder of its own; raises ValueError where no file was chosen."""
    if file is None:
        raise ValueError("choose a file")
    return _with_secret("restore", person, words, file, name=str(file.name)[:200])


def bring_back(job: Job, progress: Progress) -> dict[str, Any]:
    """Open a backup beside the project and prove it; the project that runs is not touched."""
    words = _secret(job)
    progress("restore", 0, None)
    file = incoming(job.given["folder"]) / "backup"
    target = _beside(job.made)
    target.mkdir(mode=0o700)
    with tempfile.TemporaryDirectory(dir=incoming(), prefix="restore-") as folder:
        packed = file
        try:
            if is_sealed(file):
                packed = Path(folder) / "backup.zip"
                unseal(file, packed, words)
            proof = restore(packed, target)
        except (ValueError, OSError) as error:
            shutil.rmtree(target, ignore_errors=True)
            raise jobs.Unusable(str(error)) from None
    return {
        "folder": target.name, "originals": proof.originals, "entries": proof.entries, "sound": proof.sound,
        "problems": [list(map(str, p)) for p in proof.problems[:50]],
    }  # fmt: skip


def _beside(at: datetime) -> Path:
    """Return a folder beside the project's that is not there yet."""
    base = project().with_name(f"{project().name}-restored-{timezone.localtime(at):%Y%m%d-%H%M%S}")
    shutil.rmtree(base, ignore_errors=True)  # what a killed worker left of this very job
    return base


def _secret(job: Job) -> str:
    try:
        return (incoming(job.given["folder"]) / _WORDS_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise jobs.Unusable("secret_gone") from None


def forget(job: Job) -> None:
    """Remove the passphrase and the files of a job that has ended."""
    if name := job.given.get("folder"):
        shutil.rmtree(incoming() / name, ignore_errors=True)


def clear() -> None:
    """Remove what a killed worker left unsealed."""
    for path in [*(project() / FOLDER).glob(".backup-*"), *(project() / FOLDER).glob("*.part"), *incoming().glob("restore-*")]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

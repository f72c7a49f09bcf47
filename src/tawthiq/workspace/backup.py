"""Write a whole project into one file while it is in use, and make a project of such a file again."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from tawthiq.archive.limits import check_zip
from tawthiq.archive.originals import Originals
from tawthiq.archive.verify import Proof, verify
from tawthiq.workspace import DATABASE_NAME, LINKING_FOLDER, NAMES_FOLDER

_KEPT = (NAMES_FOLDER, LINKING_FOLDER, "sources.toml", "collected.json")
Write = Callable[[Path, Path], None]


def write_backup(project: Path, target: Path, write: Write) -> int:
    """Write a whole project, while it may be in use, as one file: the database at one moment, and an archive that holds all of it.

    `write(plain, target)` seals or moves the finished zip; the number of files in it is returned.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        # First the database, then the archive: what the database speaks of is in the archive by then.
        copy = Path(folder) / DATABASE_NAME
        with sqlite3.connect(project / DATABASE_NAME) as live, sqlite3.connect(copy) as kept:
            live.backup(kept)
        plain = Path(folder) / "backup.zip"
        originals = Originals(project / "archive")
        names = 0
        with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as packed:
            packed.write(copy, DATABASE_NAME)
            # The log before the files: a file of a later entry is only one too many, and is left out.
            log, manifest = whole_lines(originals.log), whole_lines(originals.manifest)
            entered = {json.loads(line).get("original") for line in manifest.splitlines()}
            packed.writestr("archive/log.jsonl", log)
            packed.writestr("archive/manifest.jsonl", manifest)
            for digest in sorted(d for d in entered if d):
                packed.write(originals.find(digest), f"archive/originals/{digest[:2]}/{digest}")
                names += 1
            for name in _KEPT:
                path = project / name
                for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                    if file.is_file():
                        packed.write(file, str(file.relative_to(project)))
                        names += 1
        copy.unlink()
        write(plain, target)
    return names + 3


def whole_lines(path: Path) -> bytes:
    """Return the whole lines of a file that another process may be adding to."""
    data = path.read_bytes() if path.exists() else b""
    return data[: data.rfind(b"\n") + 1]


def restore(plain: Path, project: Path) -> Proof:
    """Unpack a backup into a folder that is empty or not there, and prove its archive; raises ValueError for what is none."""
    if project.exists() and any(project.iterdir()):
        raise ValueError(f"{project} is not empty")
    try:
        with zipfile.ZipFile(plain) as packed:
            check_zip(packed)
            if DATABASE_NAME not in packed.namelist():
                raise ValueError("this is no backup of a project")
            project.mkdir(parents=True, exist_ok=True)
            for name in packed.namelist():
                path = project / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(name) as source, path.open("wb") as out:
                    shutil.copyfileobj(source, out)
                if name.startswith("archive/originals/"):
                    path.chmod(0o444)
    except zipfile.BadZipFile as error:
        raise ValueError(f"a damaged backup: {error}") from None
    return verify(Originals(project / "archive"))

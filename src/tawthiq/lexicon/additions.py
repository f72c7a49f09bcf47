"""Where a project keeps the names and verbs that it adds to the vocabulary, and by what the compiled tables know that they changed.

The folder is named by the environment, so that processes started for extraction see the same names.
"""

from __future__ import annotations

import os
from pathlib import Path

ACTORS = "actors.jsonl"
PLACES = "places.tsv"
VERBS = "verbs.tsv"
_VARIABLE = "TAWTHIQ_ADDITIONS"


def use_additions(folder: Path | None) -> None:
    """Take the names of a folder into the vocabulary of this process and those it starts; None takes them out again."""
    if folder is None:
        os.environ.pop(_VARIABLE, None)
    else:
        os.environ[_VARIABLE] = str(folder)


def additions() -> Path | None:
    """Return the folder in use, or None."""
    named = os.environ.get(_VARIABLE)
    return Path(named) if named else None


def added_files() -> list[Path]:
    """Return the files of names in use, those that exist."""
    folder = additions()
    return [p for p in (folder / ACTORS, folder / PLACES, folder / VERBS) if p.is_file()] if folder else []


def state() -> tuple[tuple[str, int, int], ...]:
    """Return what changes when a file of names changes: path, time of the last change in ns, size in bytes."""
    return tuple((str(p), (s := p.stat()).st_mtime_ns, s.st_size) for p in added_files())

"""Compile the vocabulary into plain tables and keep them on disk under the hash of what they were made from.

`tables` returns the same dictionary whether it was compiled or read back; the cache holds nothing but built-in types.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import tempfile
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tawthiq.lexicon.additions import added_files, state
from tawthiq.text.normalise import fold, normalise
from tawthiq.text.tokens import tokenise


def cache_folder() -> Path:
    """Return the folder for compiled tables: `TAWTHIQ_CACHE`, else the user's cache folder."""
    if named := os.environ.get("TAWTHIQ_CACHE"):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "tawthiq"


def _walk(folder: Traversable, endings: tuple[str, ...]) -> list[Traversable]:
    out: list[Traversable] = []
    for item in sorted(folder.iterdir(), key=lambda f: f.name):
        if item.is_dir():
            out += _walk(item, endings)
        elif item.name.endswith(endings):
            out.append(item)
    return out


def version() -> str:
    """Return the version of vocabulary and compiler: the first 16 hexadecimal digits of the SHA-256 of their files.

    Names that a project adds (`additions`) are part of it.
    """
    return _version(state())


@lru_cache(maxsize=8)
def _version(_state: object) -> str:
    digest = hashlib.sha256()
    root = files("tawthiq")
    for folder, endings in (("vocabulary", (".tsv", ".yaml", ".txt")), ("lexicon", (".py",)), ("text", (".py",))):
        for item in _walk(root / folder, endings):
            digest.update(item.name.encode())
            digest.update(item.read_bytes())
    for path in added_files():
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def spelled(written: str) -> str:
    """Return a written form as the matcher sees it: its tokens, set apart by single spaces."""
    return " ".join(tokenise(normalise(written)).words)


def compile_tables() -> dict[str, Any]:
    """Read the whole vocabulary and return the tables; the vocabulary is taken as checked."""
    from tawthiq.lexicon.sheets import read_yaml, vocabulary
    from tawthiq.lexicon.sources import all_entries

    senses: list[tuple[str, str, dict[str, Any]]] = []
    words: dict[str, list[tuple[int, str]]] = {}
    phrases: dict[str, list[tuple[int, str]]] = {}
    for entry in all_entries():
        index = len(senses)
        senses.append((entry.category, entry.name, entry.data))
        for written, form in entry.forms:
            key = spelled(written)
            if key:
                (phrases if " " in key else words).setdefault(key, []).append((index, form))
    lines = (vocabulary() / "names_hidden.txt").read_text(encoding="utf-8").splitlines()
    numbers = read_yaml("numbers.yaml")
    return {
        "senses": senses,
        "words": {k: tuple(v) for k, v in words.items()},
        "phrases": [(k, tuple(v)) for k, v in phrases.items()],
        "hidden": [fold(line) for line in lines if line.strip() and not line.startswith("#")],
        "clitics": {k: [fold(p) for p in v] if isinstance(v, list) else fold(v) for k, v in read_yaml("clitics.yaml").items()},
        "numbers": {
            "values": {spelled(str(w)): n for n, ws in numbers["values"].items() for w in ws},
            "vague": {spelled(str(w)): n for n, ws in numbers["vague"].items() for w in ws},
            "scales": numbers["scales"],
            **{
                k: [spelled(str(w)) for w in numbers[k]]
                for k in ("at_least", "more_than", "at_most", "about", "range_to", "range_from")
            },
        },
        "calendar": _calendar(read_yaml("calendar.yaml")),
        "outlets": [{**row, "match": [fold(m) for m in row["match"]]} for row in read_yaml("sources.yaml")["outlets"]],
        "first_person": [spelled(w) for w in read_yaml("sources.yaml")["first_person"]],
        "confidence": {k: float(v) for k, v in read_yaml("confidence.yaml").items()},
        "actor_areas": read_yaml("actors.yaml")["areas"],
        "chrome": {k: [spelled(str(w)) for w in v] for k, v in read_yaml("chrome.yaml").items()},
    }


def _calendar(sheet: dict[str, Any]) -> dict[str, Any]:
    """Turn lists of words by number into numbers by word; plain lists stay lists."""
    out: dict[str, Any] = {}
    for key, value in sheet.items():
        if isinstance(value, list):
            out[key] = [spelled(str(w)) for w in value]
        elif key == "units":
            out[key] = {spelled(str(w)): unit for unit, ws in value.items() for w in ws}
        else:
            out[key] = {spelled(str(w)): number for number, ws in value.items() for w in ws}
    return out


def tables() -> dict[str, Any]:
    """Return the compiled tables, from the cache where it holds this version; a damaged cache file is made anew."""
    path = cache_folder() / f"lexicon-{version()}.tables"
    try:
        loaded = marshal.loads(path.read_bytes())  # noqa: S302 - written by this program under the version of its own files
        if isinstance(loaded, dict):
            return loaded
    except (OSError, ValueError, EOFError, TypeError):
        pass
    made = compile_tables()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(marshal.dumps(made))
        os.replace(file.name, path)
    except OSError:
        pass
    return made

"""Check the vocabulary's files: what a row may say, that ids and places are what they claim, that every fact has a source.

`check_vocabulary` returns the findings; an empty list means that the vocabulary can be compiled.
"""

from __future__ import annotations

from collections.abc import Iterator

from tawthiq.lexicon.sources import actor_entries, all_entries, ambiguous_places, place_rows, read_rows, read_yaml, vocabulary
from tawthiq.model import TYPES_OF_KIND, Kind, Level
from tawthiq.text.normalise import fold

_TYPES = TYPES_OF_KIND[Kind.EVENT] | {"killed", "wounded", "captured", "missing", "displaced", "detained"}
# Degrees around Syria and its neighbours; a coordinate outside was mistyped.
_WEST, _EAST, _SOUTH, _NORTH = 26.0, 49.0, 28.0, 43.0


def check_vocabulary() -> list[str]:
    """Return what is wrong with the vocabulary, one line a finding, each with its file and row."""
    return [*_entries(), *_actors(), *_places(), *_persons(), *_sources()]


def _entries() -> Iterator[str]:
    try:
        entries = list(all_entries())
    except (ValueError, KeyError, TypeError) as error:
        yield f"the vocabulary cannot be read: {error}"
        return
    for entry in entries:
        type_ = entry.data.get("type")
        if entry.category in ("event", "loss", "weapon") and type_ not in _TYPES:
            yield f"{entry.where}: {entry.name}: {type_!r} is no event type and no outcome"
        if not entry.forms:
            yield f"{entry.where}: {entry.name} has no written form"
        for written, _ in entry.forms:
            if not written or written != fold(written):
                yield f"{entry.where}: {entry.name}: the form {written!r} is not in normal form"


def _actors() -> Iterator[str]:
    seen: set[str] = set()
    for row in read_yaml("actors.yaml")["actors"]:
        missing = [key for key in ("id", "kind", "side", "ar", "en", "names") if not row.get(key)]
        if missing:
            yield f"actors.yaml: {row.get('id')}: no {', '.join(missing)}"
        if row["id"] in seen:
            yield f"actors.yaml: {row['id']} stands twice"
        seen.add(row["id"])
        for name in row.get("partisan") or {}:
            if name not in row["names"]:
                yield f"actors.yaml: {row['id']}: partisan name {name!r} is none of its names"
    names: dict[str, str] = {}
    for entry in actor_entries():
        if entry.category == "actor":
            for written, _ in entry.forms:
                if names.setdefault(written, entry.name) != entry.name:
                    yield f"actors.yaml: {written!r} names {names[written]} and {entry.name}"


def _places() -> Iterator[str]:
    codes: set[str] = set()
    known: set[str] = set()
    for file, number, cells in place_rows():
        where = f"{file}:{number}"
        code, name, more, _, level, admin1, lat, lon, source = cells[:9]
        known |= {fold(n) for n in [name, *more.split("|")]}
        if code in codes:
            yield f"{where}: the code {code} stands twice"
        codes.add(code)
        if level not in set(Level):
            yield f"{where}: {level!r} is no level"
        if admin1 and not (admin1.startswith("SY") and len(admin1) == 4):
            yield f"{where}: {admin1!r} is no governorate"
        if not (_SOUTH <= float(lat) <= _NORTH and _WEST <= float(lon) <= _EAST):
            yield f"{where}: {name}: {lat}, {lon} is far outside the region"
        if not source:
            yield f"{where}: {name} has no source"
    for name in ambiguous_places():
        if name not in known:
            yield f"places/ambiguous.txt: {name} is no place of the tables"


def _persons() -> Iterator[str]:
    actors = {row["id"] for row in read_yaml("actors.yaml")["actors"]}
    classes = {"fighter", "soldier", "gunman", "attacker", "cell", "group", "rebel", "person"}
    for file, column, columns in (("persons.tsv", 3, 5), ("objects.tsv", 2, 5)):
        for number, cells in read_rows(file, columns):
            actor = cells[column]
            if actor and actor not in actors | classes:
                yield f"{file}:{number}: {actor!r} is no actor"
    for row in read_yaml("sources.yaml")["outlets"]:
        for actor in (row.get("actor"), row.get("before")):
            if actor and actor not in actors:
                yield f"sources.yaml: {actor!r} is no actor"


def _sources() -> Iterator[str]:
    """Every source that a row names is described in SOURCES.md."""
    text = (vocabulary() / "SOURCES.md").read_text(encoding="utf-8")
    for source in sorted({cells[8] for _, _, cells in place_rows()}):
        if source and source not in text:
            yield f"SOURCES.md says nothing of {source!r}"

"""Check the vocabulary's files: what a row may say, that ids and places are what they claim, that every fact has a source.

`check_vocabulary` returns the findings; an empty list means that the vocabulary can be compiled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tawthiq.lexicon.registry import KINDS, NOBODY, code_at, registry
from tawthiq.lexicon.sheets import read_rows, read_yaml, vocabulary
from tawthiq.lexicon.sources import actor_entries, all_entries, ambiguous_places, place_rows
from tawthiq.model import TYPES_OF_KIND, Kind, Level
from tawthiq.text.normalise import fold

_TYPES = TYPES_OF_KIND[Kind.EVENT] | {"killed", "wounded", "captured", "missing", "displaced", "detained"}
# Degrees around Syria and its neighbours; a coordinate outside was mistyped.
_WEST, _EAST, _SOUTH, _NORTH = 16.0, 70.0, 12.0, 43.0
DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
# How far, in degrees, a place may be nearer to another governorate's sub-district than to one of its own.
_MARGIN = 0.25
# In the empty desert the nearest centre says nothing.
_SETTLED = 0.6
PCODE = re.compile(r"SY\d{2}(\d{2}){0,2}")


def in_region(lat: float, lon: float) -> bool:
    """Say whether degrees lie in Syria, its neighbours, or about them."""
    return _SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST


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
    known = registry()
    for _, cells in read_rows("actors.tsv", 14):
        actor = known[cells[0]]
        where = f"actors.tsv: {actor.id}"
        if cells[0] in seen:
            yield f"{where} stands twice"
        seen.add(cells[0])
        if actor.kind not in KINDS:
            yield f"{where}: {actor.kind!r} is no kind"
        if not (actor.ar and actor.en and actor.source):
            yield f"{where}: a name or the source is missing"
        if unknown := [t.actor for t in actor.parents if t.actor not in known]:
            yield f"{where}: no actor {', '.join(unknown)}"
        if actor.code not in (None, NOBODY) and known.get(str(actor.code), actor).code != actor.code:
            yield f"{where}: {actor.code!r} is no actor of the codebook"
        if actor.code is None and code_at(actor.id) is None and code_at(actor.id, "2020-01-01") is None:
            yield f"{where}: neither coded itself nor through a parent"
        for name in actor.partisan - set(actor.all_names()):
            yield f"{where}: partisan name {name!r} is none of its names"
        for day in (actor.since, actor.until, *(d for t in actor.parents for d in (t.since, t.until))):
            if day and not DAY.fullmatch(day):
                yield f"{where}: {day!r} is no date"
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
        code, name, more, english, level, admin1, lat, lon, source = cells[:9]
        known |= {fold(n) for n in [name, *more.split("|"), *english.split("|")]}
        if code in codes:
            yield f"{where}: the code {code} stands twice"
        codes.add(code)
        if level not in set(Level):
            yield f"{where}: {level!r} is no level"
        if admin1 and not PCODE.fullmatch(admin1):
            yield f"{where}: {admin1!r} is no p-code"
        if not in_region(float(lat), float(lon)):
            yield f"{where}: {name}: {lat}, {lon} is far outside the region"
        if not source:
            yield f"{where}: {name} has no source"
        if admin1 and level in ("point", "town", "area") and (away := _elsewhere(admin1, float(lat), float(lon))):
            yield f"{where}: {name} lies in {away}, not in {admin1}"
    for name in ambiguous_places():
        if name not in known:
            yield f"places/ambiguous.txt: {name} is no place of the tables"


def _elsewhere(admin: str, lat: float, lon: float) -> str | None:
    """Return the sub-district whose centre is much nearer to a place than any of its own governorate's; None where none is."""

    def nearest(own: bool) -> tuple[float, str]:
        return min(
            (abs(lat - float(c[6])) + abs(lon - float(c[7])), c[0])
            for file, _, c in _subdistricts()
            if c[0].startswith(admin[:4]) == own
        )

    mine, other = nearest(True), nearest(False)
    return other[1] if other[0] < _SETTLED and mine[0] > other[0] + _MARGIN else None


@lru_cache(maxsize=1)
def _subdistricts() -> list[tuple[str, int, list[str]]]:
    return [row for row in place_rows() if row[0] == "places/admin.tsv" and len(row[2][0]) == 8]


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

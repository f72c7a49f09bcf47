"""What a project adds to the vocabulary: actors, names of actors, places and verbs; each addition is checked, then kept as a row.

An addition is a mapping with `do`: "add" (an actor), "alias", "merge", "leave" (a name that is no actor), "place" or "verb". It can
be written into any folder of names, so that it can be tried before it is kept. The project's actors are a ledger that is only
added to; places and verbs are tables in the shape of the vocabulary's.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from tawthiq.lexicon.additions import ACTORS, PLACES, VERBS
from tawthiq.lexicon.check import DAY, PCODE, in_region
from tawthiq.lexicon.morphology import conjugate
from tawthiq.lexicon.registry import KINDS, read_ledger, registry, tenures
from tawthiq.lexicon.sheets import rows_of
from tawthiq.lexicon.sources import PLACE_COLUMNS
from tawthiq.model import EVENT_TYPES, Level, Outcome
from tawthiq.resolve.actors import find
from tawthiq.text.normalise import fold

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ROOT = re.compile(r"[\u0621-\u064a]{3,4}")
_WORD = re.compile(r"[\u0621-\u064a]+( [\u0621-\u064a]+)*")
_LONGEST = 120
FORMS = ("1", "2", "3", "4", "5", "6", "7", "8", "10")
# How the subject and the object of a verb fill the slots, of those that a person can choose without the grammar's table.
FRAMES = ("act", "explode", "blow", "die", "hurt", "kill", "flee", "clash", "move", "capture")
OUTCOMES: tuple[str, ...] = get_args(Outcome)
DOES = ("add", "alias", "merge", "leave", "place", "verb")


def check(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an addition as it is kept; raises ValueError with one line for what cannot be one."""
    said = {key: value.strip() if isinstance(value, str) else value for key, value in row.items() if value not in (None, "")}
    if any(isinstance(v, str) and (len(v) > _LONGEST * 5 or any(ord(c) < 32 for c in v)) for v in said.values()):
        raise ValueError("a sign in it cannot be stored")
    makers = {"add": _actor, "alias": _alias, "merge": _merge, "leave": _leave, "place": _place, "verb": _verb}
    if said.get("do") not in makers:
        raise ValueError(f"do: one of {', '.join(DOES)}, not {said.get('do')!r}")
    return makers[str(said["do"])](said)


def write(row: Mapping[str, Any], folder: Path, by: str) -> None:
    """Write a checked addition into a folder of names."""
    folder.mkdir(parents=True, exist_ok=True)
    if row["do"] == "place":
        _append(folder / PLACES, "\t".join(str(row[k]) for k in _PLACE) + f"\tproject: {by}")
    elif row["do"] == "verb":
        _append(folder / VERBS, "\t".join(str(row[k]) for k in _VERB))
    else:
        told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": by, **row}
        _append(folder / ACTORS, json.dumps(told, ensure_ascii=False))


_VERB = ("root", "form", "nouns", "sense", "frame", "more")
_PLACE = ("code", "name", "more", "english", "level", "admin", "lat", "lon")


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def kept(folder: Path) -> list[dict[str, Any]]:
    """Return the additions of a folder: the ledger of actors in its order, then places, then verbs."""
    out = list(read_ledger(folder))
    if (folder / PLACES).is_file():
        for _, cells in rows_of((folder / PLACES).read_text(encoding="utf-8"), PLACE_COLUMNS):
            out.append({"do": "place", **dict(zip(_PLACE, cells, strict=False)), "source": cells[8]})
    if (folder / VERBS).is_file():
        for _, cells in rows_of((folder / VERBS).read_text(encoding="utf-8"), 6):
            out.append({"do": "verb", **dict(zip(_VERB, cells, strict=False))})
    return out


def left(folder: Path) -> set[str]:
    """Return the names that a person said are no actors."""
    return {fold(str(row.get("name"))) for row in read_ledger(folder) if row.get("do") == "leave"}


def _known(name: object) -> str:
    actor = registry().get(str(name))
    if actor is None:
        raise ValueError(f"no actor {name!r}")
    return actor.id


def _free(*names: object) -> None:
    for name in filter(None, names):
        taken = next((m for m in find(str(name)) if m.score == 1), None)
        if taken is not None:
            raise ValueError(f"{name!r} is a name of {taken.actor} already")


def _actor(said: Mapping[str, Any]) -> dict[str, Any]:
    name = str(said.get("id", ""))
    if not _ID.fullmatch(name):
        raise ValueError(f"an id is made of small Latin letters, digits and hyphens, not {name!r}")
    if name in registry():
        raise ValueError(f"{name!r} is there already")
    if not (said.get("ar") or said.get("en")):
        raise ValueError("give a name in Arabic or in English")
    if said.get("kind") not in KINDS:
        raise ValueError(f"kind: one of {', '.join(KINDS)}, not {said.get('kind')!r}")
    for tenure in tenures(str(said.get("parents", ""))):
        _known(tenure.actor)
    for field in ("since", "until"):
        if field in said and not DAY.fullmatch(str(said[field])):
            raise ValueError(f"a date is YYYY, YYYY-MM or YYYY-MM-DD, not {said[field]!r}")
    _free(said.get("ar"), said.get("en"))
    fields = ("do", "id", "kind", "side", "ar", "en", "parents", "since", "until", "country")
    return {key: said[key] for key in fields if key in said}


def _alias(said: Mapping[str, Any]) -> dict[str, Any]:
    given = str(said.get("name", ""))
    if not given:
        raise ValueError("give a name in Arabic or in English")
    actor = _known(said.get("id"))
    _free(given)
    return {"do": "alias", "id": actor, "name": given} | ({"partisan": True} if said.get("partisan") else {})


def _merge(said: Mapping[str, Any]) -> dict[str, Any]:
    gone, into = _known(said.get("id")), _known(said.get("into"))
    if not registry()[gone].own:
        raise ValueError(f"{gone!r} belongs to the registry: only what the project added can be merged")
    if gone == into:
        raise ValueError("an actor cannot be merged into itself")
    return {"do": "merge", "id": gone, "into": into}


def _leave(said: Mapping[str, Any]) -> dict[str, Any]:
    if not said.get("name"):
        raise ValueError("give a name in Arabic or in English")
    return {"do": "leave", "name": str(said["name"])}


def _place(said: Mapping[str, Any]) -> dict[str, Any]:
    name = str(said.get("name", ""))
    if not _WORD.fullmatch(fold(name)) or len(name) > _LONGEST:
        raise ValueError("place: its name in Arabic letters is needed")
    try:
        lat, lon = float(str(said.get("lat"))), float(str(said.get("lon")))
    except ValueError:
        raise ValueError("place: its degrees are needed as numbers") from None
    if not in_region(lat, lon):
        raise ValueError("place: it lies far outside the region")
    level, admin = str(said.get("level") or Level.TOWN), str(said.get("admin", ""))
    if level not in list(Level):
        raise ValueError(f"level: one of {', '.join(Level)}, not {level!r}")
    if admin and not PCODE.fullmatch(admin):
        raise ValueError(f"place: a p-code is SY and two, four or six digits, not {admin!r}")
    code = str(said.get("code") or f"own-{zlib.crc32(f'{name}|{lat}|{lon}'.encode()):08x}")
    more, english = (_listed(said.get(key)) for key in ("more", "english"))
    return {
        "do": "place", "code": code, "name": name, "more": more, "english": english or name, "level": level, "admin": admin,
        "lat": round(lat, 5), "lon": round(lon, 5),
    }  # fmt: skip


def _listed(value: object) -> str:
    return "|".join(part.strip() for part in re.split(r"[|,،]", str(value or "")) if part.strip())


def _verb(said: Mapping[str, Any]) -> dict[str, Any]:
    root, form = fold(str(said.get("root", ""))), str(said.get("form", ""))
    if not _ROOT.fullmatch(root):
        raise ValueError("verb: a root has three or four Arabic letters")
    if form not in FORMS:
        raise ValueError(f"form: one of {', '.join(FORMS)}, not {form!r}")
    try:
        list(conjugate(root, int(form)))
    except ValueError as error:
        raise ValueError(f"verb: {error}") from None
    sense, frame = str(said.get("sense", "")), str(said.get("frame") or "act")
    category, _, type_ = sense.partition(":")
    if not (category == "event" and type_ in EVENT_TYPES) and not (category == "loss" and type_ in OUTCOMES):
        raise ValueError(f"sense: event: or loss: and a type, not {sense!r}")
    if frame not in FRAMES:
        raise ValueError(f"frame: one of {', '.join(FRAMES)}, not {frame!r}")
    nouns, more = (_listed(said.get(key)) for key in ("nouns", "more"))
    if any(part != "=" and not _WORD.fullmatch(fold(part)) for part in [*nouns.split("|"), *more.split("|")] if part):
        raise ValueError("verb: its nouns and further forms are written in Arabic letters")
    return {"do": "verb", "root": root, "form": form, "nouns": nouns or "=", "sense": sense, "frame": frame, "more": more}

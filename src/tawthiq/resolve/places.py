"""Decide which place a name means, and what a phrase around it (countryside, desert, road, quarter, direction) makes of it.

Homonyms are decided by the kind of place said before the name, the governorates and places that the text names, where the actors
it names are active, and the size of the place; the reason and the runners-up are kept. A name that is not known keeps its words
and has no coordinates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tawthiq.model import Level, Place, RunnerUp

_RANK = {str(level): order for order, level in enumerate(Level)}
# A countryside named by a side of its governorate: degrees from the city.
_SIDE_DEGREES = 0.3
_KM_A_DEGREE = 111.2
_RUNNERS_UP = 4
_LOADED = 30.0  # points a loaded place stands behind a known one of its name: six times its governorate was named
# ACLED's geo-precision (1 the place itself, 2 a part of a region or near a place, 3 a region) and UCDP's where_prec (1 exact, 2
# near, 3 a district or a tract, 4 a governorate, 5 a line or a vague region, 6 a country), after their codebooks.
_ACLED = {"point": 1, "town": 1, "area": 2, "district": 2, "governorate": 3, "region": 3, "country": 3}
_UCDP = {"point": 1, "town": 1, "area": 3, "district": 3, "governorate": 4, "region": 5, "country": 6}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the gazetteer that a name can mean.

    `admin` is the most exact p-code, `seat` says that a district has its name, `loaded` that it is of a table the project loaded.
    """

    code: str
    name: str
    level: str
    admin1: str | None
    lat: float
    lon: float
    admin: str | None = None
    seat: bool = False
    loaded: bool = False

    @classmethod
    def of(cls, data: dict[str, Any]) -> Candidate:
        """Make one from the data of a place sense."""
        return cls(
            data["code"],
            data["name"],
            data["level"],
            data["admin1"],
            data["lat"],
            data["lon"],
            data.get("admin"),
            data.get("seat", False),
            data.get("loaded", False),
        )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a text says around a name.

    `wanted` is the level that the noun before the name asks for ("town", "district", "governorate"), `votes` how often the text
    names each governorate otherwise, `near` the coordinates of places in the same sentence, `active` the governorates where the
    actors that the text names are active, by how many of them.
    """

    wanted: str | None = None
    votes: Mapping[str, int] | None = None
    near: tuple[tuple[float, float], ...] = ()
    active: Mapping[str, int] | None = None


NOTHING = Surroundings()


@dataclass(frozen=True, slots=True)
class Choice:
    """The likeliest candidate, why it was taken, and the others with their scores (0 to 1, of what all candidates share)."""

    candidate: Candidate
    reason: str
    runners_up: tuple[RunnerUp, ...] = ()


def choose(candidates: Iterable[Candidate], around: Surroundings = NOTHING) -> Choice:
    """Return the likeliest of the candidates, at least one; towns win over administrative units unless one is asked for."""
    parts = {c.code: (_parts(c, around), c) for c in candidates}
    order = sorted(parts.values(), key=lambda pair: (-sum(pair[0].values()), pair[1].code))
    (best_parts, best), *others = order
    if not others:
        return Choice(best, "only")
    second = others[0][0]
    reason = max(best_parts, key=lambda key: (best_parts[key] - second[key], key))
    reason = reason if best_parts[reason] > second[reason] else "order"
    weights = [math.exp(sum(p.values()) / 4) for p, _ in order]
    total = sum(weights)
    runners = tuple(
        RunnerUp(code=c.code, name=c.name, level=Level(c.level), admin1=c.admin1, score=round(w / total, 3))
        for (_, c), w in list(zip(order, weights, strict=True))[1 : _RUNNERS_UP + 1]
    )
    return Choice(best, reason, runners)


def _parts(candidate: Candidate, around: Surroundings) -> dict[str, float]:
    """Return what speaks for a candidate, in points; votes for its governorate weigh more than its level, a neighbour less."""
    wanted = around.wanted
    fits = wanted is None or candidate.level == wanted or (wanted == "point" and candidate.level == "town")
    votes = (around.votes or {}).get(candidate.admin1 or "", 0)
    active = (around.active or {}).get(candidate.admin1 or "", 0)
    apart = min((abs(candidate.lat - lat) + abs(candidate.lon - lon) for lat, lon in around.near), default=None)
    return {
        "level-word": 0.0 if fits else -60.0,
        "governorate": 5.0 * min(votes, 8),
        "level": -float(_level_order(candidate.level)),
        "neighbour": 0.0 if apart is None else 2.0 / (1 + apart),
        "actor-area": 0.5 * min(active, 3),
        "size": (0.4 if candidate.seat else 0.0) - (_LOADED if candidate.loaded else 0.0),
    }


def _level_order(level: str) -> int:
    return {"town": 0, "point": 0, "area": 1, "region": 1, "governorate": 3, "district": 2, "country": 4}[level]


def rank(level: str | None) -> int:
    """Return how coarse a level is, 0 the finest; an unknown level is coarsest."""
    return _RANK.get(level or "", 9)


def between(first: Candidate, second: Candidate, name: str) -> Place:
    """Return the area half-way between two places: a road, or "between A and B"."""
    shared = _shared(first.admin, second.admin)
    return Place(
        name=name,
        level=Level.AREA,
        **_codes(shared),
        lat=round((first.lat + second.lat) / 2, 4),
        lon=round((first.lon + second.lon) / 2, 4),
        acled_precision=2,
        ucdp_precision=5,
    )


def kilometres(first: Candidate, second: Candidate) -> float:
    """Return about how far two places lie apart, as the crow flies over a flat country."""
    east = (second.lon - first.lon) * math.cos(math.radians((first.lat + second.lat) / 2))
    return _KM_A_DEGREE * math.hypot(second.lat - first.lat, east)


def _shared(first: str | None, second: str | None) -> str | None:
    """Return the most exact p-code that two share: of SY0901.. and SY0902.. it is SY09."""
    for size in (8, 6, 4):
        if first and second and len(first) >= size and first[:size] == second[:size]:
            return first[:size]
    return None


def _codes(admin: str | None) -> dict[str, str | None]:
    """Return the p-codes of governorate, district and sub-district that a p-code implies."""
    code = admin or ""
    return {
        "admin1": code[:4] or None,
        "admin2": code[:6] if len(code) >= 6 else None,
        "admin3": code[:8] if len(code) >= 8 else None,
    }


def countryside(choice: Choice, name: str, side: str | None) -> Place:
    """Return the countryside of a place, moved towards a side ("n", "e", "sw") when the text names one."""
    candidate = choice.candidate
    lat, lon = candidate.lat, candidate.lon
    if side and candidate.code.startswith(("C", "SY")):
        lat += _SIDE_DEGREES * (("n" in side) - ("s" in side))
        lon += _SIDE_DEGREES * (("e" in side) - ("w" in side))
    return _area(choice, name, lat, lon)


def apart(choice: Choice, name: str, km: float, side: str) -> Place:
    """Return the spot so many kilometres from a place towards a side ("n", "sw"): "12 كم جنوب", 12 km south."""
    east, north = ("e" in side) - ("w" in side), ("n" in side) - ("s" in side)
    step = km / _KM_A_DEGREE / (math.hypot(east, north) or 1)
    candidate = choice.candidate
    return _area(
        choice, name, candidate.lat + step * north, candidate.lon + step * east / math.cos(math.radians(candidate.lat)), ucdp=2
    )


def _area(choice: Choice, name: str, lat: float, lon: float, ucdp: int = 3) -> Place:
    """Return a tract around or beside a place: of it no district is certain but the governorate is."""
    return Place(
        name=name,
        level=Level.AREA,
        admin1=choice.candidate.admin1,
        lat=round(lat, 4),
        lon=round(lon, 4),
        code=choice.candidate.code,
        acled_precision=2,
        ucdp_precision=ucdp,
        reason=choice.reason,
        runners_up=choice.runners_up,
    )


def place_of(choice: Choice, name: str, level: str | None = None, detail: str | None = None, *, near: bool = False) -> Place:
    """Return a candidate as the place of a claim, under the words of the text; `near` says that it is only close by."""
    candidate = choice.candidate
    exact = level or candidate.level
    acled, ucdp = _ACLED[exact], _UCDP[exact]
    return Place(
        name=name,
        detail=detail,
        level=Level(exact),
        **_codes(candidate.admin or candidate.admin1),
        lat=candidate.lat,
        lon=candidate.lon,
        code=candidate.code,
        acled_precision=max(acled, 2) if near else acled,
        ucdp_precision=max(ucdp, 2) if near else ucdp,
        reason=choice.reason,
        runners_up=choice.runners_up,
    )

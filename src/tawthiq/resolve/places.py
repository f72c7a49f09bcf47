"""Decide which place a name means, and what a phrase around it (countryside, desert, road, quarter, direction) makes of it.

Homonyms are decided by the kind of place said before the name and by the governorates that the rest of the text names; a name
that is not known keeps its words and has no coordinates.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tawthiq.model import Level, Place

_RANK = {str(level): order for order, level in enumerate(Level)}
# A countryside named by a side of its governorate: degrees from the city.
_SIDE_DEGREES = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the gazetteer that a name can mean."""

    code: str
    name: str
    level: str
    admin1: str | None
    lat: float
    lon: float

    @classmethod
    def of(cls, data: dict[str, Any]) -> Candidate:
        """Make one from the data of a place sense."""
        return cls(data["code"], data["name"], data["level"], data["admin1"], data["lat"], data["lon"])


def choose(
    candidates: list[Candidate], wanted: str | None, votes: Counter[str], near: list[tuple[float, float]] | None = None
) -> Candidate:
    """Return the likeliest candidate.

    `near` are coordinates of places in the same sentence: of two villages of one name the nearer one is meant.

    `wanted` is the level that the noun before the name asks for ("town", "district", "governorate"), `votes` how often the
    text names each governorate otherwise. Towns win over administrative units of the same name unless one is asked for.
    """

    def key(candidate: Candidate) -> tuple[int, int, int, float, str]:
        apart = min((abs(candidate.lat - lat) + abs(candidate.lon - lon) for lat, lon in near), default=0.0) if near else 0.0
        fits = 0 if wanted is None or candidate.level == wanted or (wanted == "point" and candidate.level == "town") else 1
        return (fits, -votes.get(candidate.admin1 or "", 0), _level_order(candidate.level), apart, candidate.code)

    return min(candidates, key=key)


def _level_order(level: str) -> int:
    return {"town": 0, "point": 0, "area": 1, "region": 1, "governorate": 3, "district": 2, "country": 4}[level]


def rank(level: str | None) -> int:
    """Return how coarse a level is, 0 the finest; an unknown level is coarsest."""
    return _RANK.get(level or "", 9)


def between(first: Candidate, second: Candidate, name: str) -> Place:
    """Return the area half-way between two places: a road, or "between A and B"."""
    admin1 = first.admin1 if first.admin1 == second.admin1 else None
    return Place(
        name=name,
        level=Level.AREA,
        admin1=admin1,
        lat=round((first.lat + second.lat) / 2, 4),
        lon=round((first.lon + second.lon) / 2, 4),
    )


def countryside(candidate: Candidate, name: str, side: str | None) -> Place:
    """Return the countryside of a place, moved towards a side ("n", "e", "sw") when the text names one."""
    lat, lon = candidate.lat, candidate.lon
    if side and candidate.code.startswith(("C", "SY")):
        lat += _SIDE_DEGREES * (("n" in side) - ("s" in side))
        lon += _SIDE_DEGREES * (("e" in side) - ("w" in side))
    return Place(name=name, level=Level.AREA, admin1=candidate.admin1, lat=round(lat, 4), lon=round(lon, 4))


def place_of(candidate: Candidate, name: str, level: str | None = None, detail: str | None = None) -> Place:
    """Return a candidate as the place of a claim, under the words of the text."""
    return Place(
        name=name,
        detail=detail,
        level=Level(level or candidate.level),
        admin1=candidate.admin1,
        lat=candidate.lat,
        lon=candidate.lon,
    )

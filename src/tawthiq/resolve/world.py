"""Cities of the world, from a table of GeoNames compiled when the package is installed and opened on first use.

The table is SQLite on disk: a look-up reads a few pages, and nothing is loaded at start.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tawthiq.text.normalise import fold

TABLE = Path(__file__).with_name("world.sqlite")


@dataclass(frozen=True, slots=True)
class City:
    """A city: GeoNames id, name, country (ISO 3166), latitude and longitude in degrees (WGS 84), inhabitants."""

    id: int
    name: str
    country: str
    lat: float
    lon: float
    population: int


@lru_cache(maxsize=1)
def _open() -> sqlite3.Connection | None:
    if not TABLE.is_file():
        return None
    return sqlite3.connect(f"file:{TABLE}?mode=ro&immutable=1", uri=True, check_same_thread=False)


@lru_cache(maxsize=20_000)
def cities(name: str) -> tuple[City, ...]:
    """Return the cities of a name in any script, the most populous first; () where none is known or no table was built."""
    table = _open()
    if table is None or not name.strip():
        return ()
    rows = table.execute(
        "select c.id, c.name, c.country, c.lat, c.lon, c.population from names n join cities c on c.id = n.city where n.name = ?"
        " order by c.population desc, c.id limit 8",
        (fold(name),),
    )
    return tuple(City(*row) for row in rows)

"""Look places up by name in the tables, a project's own and the world's cities.

`places_of` answers with every place of a name, `locate` with the one meant, under what a text says around it; both are look-ups
in a dictionary that is made once.
"""

from __future__ import annotations

from functools import lru_cache

from tawthiq.lexicon.additions import state
from tawthiq.lexicon.sources import place_entries
from tawthiq.resolve.places import NOTHING, Candidate, Choice, Surroundings, choose
from tawthiq.resolve.world import cities
from tawthiq.text.normalise import fold


@lru_cache(maxsize=4)
def _index(_state: object) -> dict[str, tuple[Candidate, ...]]:
    out: dict[str, tuple[Candidate, ...]] = {}
    for entry in place_entries():
        candidate = Candidate.of(entry.data)
        for written, _ in entry.forms:
            out[written] = (*out.get(written, ()), candidate)
    return out


def places_of(name: str) -> tuple[Candidate, ...]:
    """Return the places that bear a name, after folding its spelling; cities of the world only where no table knows the name.

    >>> [c.code for c in places_of("كباجب")]
    ['C5225']
    """
    key = fold(name.strip())
    if found := _index(state()).get(key):
        return found
    return tuple(Candidate(f"G{c.id}", c.name, "town", None, c.lat, c.lon) for c in cities(key))


def locate(name: str, around: Surroundings = NOTHING) -> Choice | None:
    """Return the place that a name means under what is said around it, with its reason and runners-up; None when unknown."""
    found = places_of(name)
    return choose(found, around) if found else None

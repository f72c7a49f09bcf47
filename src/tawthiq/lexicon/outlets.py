"""What the name of an outlet or a speaker says: the actor that speaks through it, and whether it is a side of the conflict."""

from __future__ import annotations

from dataclasses import dataclass

from tawthiq.lexicon.lexicon import Lexicon
from tawthiq.text.normalise import fold, normalise
from tawthiq.text.tokens import tokenise

# The day from which the state, its army and its ministries are another actor.
TRANSITION = "2024-12-08"
_LIMIT = 10_000
_KNOWN: dict[tuple[str | None, int], Outlet] = {}


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet: the actor that speaks through it, the one before `TRANSITION` if another, and the words of its name."""

    actor: str | None
    earlier: str | None
    party: bool
    words: str

    def speaker(self, published: object) -> str | None:
        """Return the actor that "our forces" means on a day; a state that changed hands is another actor before 8 December 2024."""
        if self.earlier and published is not None and str(published) < TRANSITION:
            return self.earlier
        return self.actor


def outlet_of(name: str | None, lexicon: Lexicon) -> Outlet:
    """Return what a name says, by the vocabulary's outlets, else by an actor that is named in it."""
    key = (name, id(lexicon))
    if key not in _KNOWN:
        if len(_KNOWN) > _LIMIT:
            _KNOWN.clear()
        _KNOWN[key] = _read(name, lexicon)
    return _KNOWN[key]


def _read(source: str | None, lexicon: Lexicon) -> Outlet:
    name = fold(source or "")
    words = tokenise(normalise(name)).words
    said = " ".join(w for w in words if w[:1].isalnum())
    for row in lexicon.outlets:
        if all(part in name for part in row["match"]):
            return Outlet(row["actor"], row.get("before"), bool(row.get("party")), said)
    named = [p for p in lexicon.phrases(words) if p.sense.category == "actor"]
    senses = [p.sense for p in sorted(named, key=lambda p: p.first - p.last)]
    senses += [r.sense for w in words for r in lexicon.readings(w) if r.sense.category == "actor"]
    for sense in senses:
        if sense.data["kind"] not in ("civilians", "organisation", "other", "unknown"):
            return Outlet(sense.name, None, True, said)
    return Outlet(None, None, False, said)

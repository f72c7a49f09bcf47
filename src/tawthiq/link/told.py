"""A claim with the report that tells it, and who stands behind it: the origin, however many outlets carry its words."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tawthiq.lexicon.additions import state
from tawthiq.lexicon.lexicon import load
from tawthiq.lexicon.outlets import outlet_of
from tawthiq.lexicon.registry import NO_PARTY, registry
from tawthiq.model import Claim, Report, SourceType, claim_key
from tawthiq.text.normalise import fold

_QUOTES = "«»\"“”'() "


class Told(NamedTuple):
    """A claim with the report that tells it.

    `original` is the source of the report of which that one is a near-copy; `arrival` grows with the order in which claims came
    to be known, and `name` is what an incident is called after that begins with this claim.
    """

    report: Report
    claim: Claim
    original: str | None = None
    arrival: int = 0
    name: str = ""

    @property
    def key(self) -> str:
        """The claim's id across reports."""
        return claim_key(self.report.report, self.claim.id)


def names_of(report: str, claims: Sequence[Claim]) -> list[str]:
    """Return for each claim of a report a name that stays when the report is read anew and the claim is found again."""
    seen: Counter[str] = Counter()
    out = []
    for claim in claims:
        anchor = f"{report}\x00{claim.type}\x00{claim.evidence[0][0] if claim.evidence else ''}"
        seen[anchor] += 1
        out.append(hashlib.sha256(f"{anchor}\x00{seen[anchor]}".encode("utf-8", "surrogatepass")).hexdigest()[:10])
    return out


class Voice(NamedTuple):
    """Whose word a claim is: a key that is the same for the same voice, a name to show, and the side that it speaks for, if any."""

    key: str
    name: str
    side: str | None


def voice(told: Told) -> Voice:
    """Return who stands behind a claim: the source it names, else its outlet; a copy's outlet is that of its original.

    A body that the registry knows is that body by whatever name, and all that speak for one side of the conflict are one voice.
    Sources without a name and people on social media count as one for each outlet that quotes them.
    """
    attribution, report = told.claim.attribution, told.report
    outlet = told.original or (report.post.forwarded_from if report.post else None) or report.source or report.report
    day = report.published[:10] if report.published else None
    return _heard(state(), attribution.type, (attribution.mention or "").strip(_QUOTES), outlet, day)


@lru_cache(maxsize=65536)
def _heard(_state: object, type_: SourceType, mention: str, outlet: str, day: str | None) -> Voice:
    if type_ is SourceType.NAMED and mention:
        return _named(mention)
    if type_ is SourceType.PARTY:
        side = _side(mention, day) or _side(outlet, day)
        if side is not None:
            return Voice(f"side:{side}", mention or outlet, side)
    if type_ is SourceType.OUTLET:
        side = _side(outlet, day)
        return Voice(f"side:{side}", outlet, side) if side is not None else _named(outlet)
    return Voice(f"{_folded(outlet)}|{type_}", f"{mention or type_} ({outlet})", None)


def source_key(name: str) -> str:
    """Return the key of a source's voice by its name."""
    side = _side(name, None)
    return f"side:{side}" if side is not None else _named(name).key


def _side(name: str, day: str | None) -> str | None:
    """Return the side of the conflict for which an outlet or a speaker of this name speaks, None for others."""
    outlet = outlet_of(name, load())
    actor = outlet.speaker(day) if outlet.party else None
    known = registry()
    side = known[actor].side if actor in known else None
    return None if side in NO_PARTY else side


def _named(name: str) -> Voice:
    folded = _folded(name)
    actor = _actors(state()).get(folded)
    return Voice(f"@{actor}" if actor is not None else folded, name.strip(_QUOTES), None)


def _folded(name: str) -> str:
    return " ".join(fold(word) for word in name.strip(_QUOTES).split()).casefold()


@lru_cache(maxsize=4)
def _actors(_state: object) -> dict[str, str]:
    """Return the actor of each folded name; names that several bear are nobody's."""
    found: dict[str, set[str]] = {}
    for actor in registry().values():
        for name in actor.all_names():
            found.setdefault(_folded(name), set()).add(actor.id)
    return {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}

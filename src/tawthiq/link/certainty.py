"""How sure an incident is: its independent origins, whether they agree, and how analysts grade them.

Computed from the claims alone; what people decide about an incident stands beside it and never takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tawthiq.lexicon.registry import registry
from tawthiq.link.told import Told, Voice, voice
from tawthiq.model import AHEAD, STANDING, Corroboration, Modality, Origin, SourceType, Version

_NOBODY = ("unknown-gunmen", "unknown-aircraft")


def origins(told: Sequence[Told], reliability: Mapping[str, str] | None = None) -> tuple[Origin, ...]:
    """Return the independent origins of claims, ordered by name, each with its claims and an analyst's grade where there is one.

    A source named in full and in short within one incident is one origin.
    """
    by: dict[str, tuple[Voice, list[Told]]] = {}
    for one in told:
        heard = voice(one)
        by.setdefault(heard.key, (heard, []))[1].append(one)
    for short in sorted(by, key=lambda key: len(key.split())):
        words = set(short.split())
        longer = [key for key in by if key != short and words < set(key.split())]
        if longer and not short.startswith(("@", "side:")) and "|" not in short:
            by[min(longer)][1].extend(by.pop(short)[1])
    out = []
    for key, (heard, claims) in by.items():
        grade = (reliability or {}).get(key)
        out.append(Origin(name=heard.name, claims=tuple(sorted(t.key for t in claims)), side=heard.side, reliability=grade))
    return tuple(sorted(out, key=lambda origin: (origin.name, origin.claims)))


def certainty(told: Sequence[Told], found: Sequence[Origin]) -> tuple[Corroboration, str]:
    """Return how well an occurrence is corroborated and why, as a key that a page puts into words.

    `found` are the origins of the claims that stand. "contested": someone denies it, keeps away from it, or names another
    culprit. "corroborated": a side and its opponent tell the same, two origins or more that do not quote one another do, or a
    source says that it asked several.
    """
    standing = [t for t in told if t.claim.modality in STANDING]
    culprits = {tuple(sorted(set(t.claim.initiators) - set(_NOBODY))) for t in standing} - {()}
    if any(t.claim.modality is Modality.DENIED for t in told):
        return "contested", "denied"
    if any(t.claim.modality is Modality.DISTANCED for t in told):
        return "contested", "distanced"
    if len(culprits) > 1 and not set.intersection(*(set(c) for c in culprits)) and not _one_family(culprits):
        return "contested", "culprits"
    if len(found) > 1:
        return "corroborated", "opponents" if _opponents(standing, found) else "origins"
    if any(t.claim.attribution.type is SourceType.CORROBORATED for t in standing):
        return "corroborated", "matching"
    return "single-source", "single"


def _one_family(culprits: set[tuple[str, ...]]) -> bool:
    """Say whether all culprits named are of one side: a militia and the army that it belongs to are no two accusations."""
    known = registry()
    sides = [{known[a].side if a in known else a for a in actors} for actors in culprits]
    return bool(set.intersection(*sides))


def _opponents(standing: Sequence[Told], found: Sequence[Origin]) -> bool:
    """Say whether two origins speak for sides that stand against one another in this occurrence."""
    known = registry()
    speaking = {origin.side for origin in found if origin.side}
    if len(speaking) < 2:
        return False
    sides: dict[str, set[str]] = {"doers": set(), "victims": set()}
    for one in standing:
        claim = one.claim
        for role, actors in (("doers", claim.initiators), ("victims", claim.targets)):
            sides[role] |= {known[a].side for a in actors if a in known}
        if claim.participants:
            both = {known[a].side for a in claim.participants if a in known}
            sides["doers"] |= both
            sides["victims"] |= both
    return any(a != b and a in sides["doers"] and b in sides["victims"] for a in speaking for b in speaking)


def versions(told: Sequence[Told]) -> tuple[Version, ...]:
    """Return the tellings of an occurrence side by side: by who is said to have done it, and by the stance toward it."""
    by: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in told:
        modality = one.claim.modality
        stance = "told" if modality in STANDING else "ahead" if modality in AHEAD else str(modality)
        by.setdefault((stance, tuple(sorted(one.claim.initiators))), []).append(one.key)
    order = ("told", "denied", "distanced", "ahead")
    return tuple(
        Version(stance=stance, initiators=who, claims=tuple(sorted(keys)))
        for (stance, who), keys in sorted(by.items(), key=lambda i: (order.index(i[0][0]), -len(i[1]), i[0][1]))
    )

"""Merge the claims of an occurrence into an incident: every slot with its spread, losses as ranges, and how sure it is.

`link_claims` is a pure function of the claims, the weights and what people decided: the same in any order give the same incidents.
Values are never averaged; each keeps the claims that say it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tawthiq.link.certainty import certainty, origins, versions
from tawthiq.link.cluster import Row, cluster, components
from tawthiq.link.decisions import Ruling, standing
from tawthiq.link.losses import loss_ranges
from tawthiq.link.pairs import Pair, score_pairs
from tawthiq.link.table import claims_table
from tawthiq.link.told import Told
from tawthiq.link.weights import Weights, weights
from tawthiq.model import STANDING, Incident, Kind, Level, Place, Spread

_EXACT = tuple(Level)


def link_claims(told: Iterable[Told], model: Weights | None = None, ruling: Ruling | None = None) -> list[Incident]:
    """Return the incidents of the event claims, ordered by id; claims of other kinds belong to none."""
    model, ruling = model or weights(), ruling or Ruling()
    events = {t.key: t for t in ruled(told, ruling) if t.claim.kind is Kind.EVENT}
    table = claims_table(((t.report, t.claim) for _, t in sorted(events.items())), model)
    rows = {row["claim"]: row for row in table.to_pylist()}
    groups = group(rows, score_pairs(table, model), ruling)
    return sorted((merge([events[key] for key in keys], ruling) for keys in groups), key=lambda i: i.id)


def ruled(told: Iterable[Told], ruling: Ruling) -> Iterable[Told]:
    """Yield claims as people edited them, without those that they rejected."""
    for one in told:
        if one.key not in ruling.rejected:
            edited = ruling.edited.get(one.key)
            yield one._replace(claim=edited) if edited is not None else one


def group(rows: Mapping[str, Row], pairs: Sequence[Pair], ruling: Ruling) -> list[tuple[str, ...]]:
    """Return the claims of each occurrence; what no pair leads to is decided apart, so that a part gives what the whole does."""
    together = [(a, b) for a, b in ruling.together if a in rows and b in rows]
    inside: dict[str, int] = {}
    parts = components(rows, (*((p.first, p.second) for p in pairs), *together))
    for number, part in enumerate(parts):
        for key in part:
            inside[key] = number
    pairs_of: dict[int, list[Pair]] = {}
    for pair in pairs:
        pairs_of.setdefault(inside[pair.first], []).append(pair)
    together_of: dict[int, list[tuple[str, str]]] = {}
    for first, second in together:
        together_of.setdefault(inside[first], []).append((first, second))
    apart_of: dict[int, set[frozenset[str]]] = {}
    for foes in ruling.apart:
        numbers = {inside.get(key) for key in foes}
        if len(numbers) == 1 and (number_ := next(iter(numbers))) is not None:
            apart_of.setdefault(number_, set()).add(foes)
    out: list[tuple[str, ...]] = []
    for number, part in enumerate(parts):
        if len(part) == 1:
            out.append((part[0],))
            continue
        mine = {key: rows[key] for key in part}
        out += cluster(mine, pairs_of.get(number, ()), together_of.get(number, ()), apart_of.get(number, ()))
    return sorted(out)


def incident_id(told: Iterable[Told]) -> str:
    """Return the id of an incident: that of the claim that came to be known first, so that it stays as claims are added."""
    first = min(told, key=lambda t: (t.arrival, t.key))
    return "I" + (first.name or hashlib.sha256(first.key.encode("utf-8", "surrogatepass")).hexdigest()[:10])


def merge(told: Sequence[Told], ruling: Ruling | None = None) -> Incident:
    """Merge claims of one occurrence, given in any order."""
    ruling = ruling or Ruling()
    told = sorted(told, key=lambda t: t.key)
    firm = [t for t in told if t.claim.modality in STANDING] or list(told)
    found = origins(firm, ruling.reliability)
    corroboration, reason = certainty(told, found)
    judged = standing(ruling, (t.key for t in told))
    start, end = _days(firm)
    return Incident(
        id=incident_id(told),
        type=Counter(t.claim.type for t in firm).most_common(1)[0][0],
        claims=tuple(t.key for t in told),
        initiators=_spread(told, "initiators"),
        targets=_spread(told, "targets"),
        participants=_spread(told, "participants"),
        types=_values((t.claim.type, t.key) for t in told),
        modalities=_values((str(t.claim.modality), t.key) for t in told),
        places=_values((t.claim.place.name, t.key) for t in told if t.claim.place),
        days=_values((_period(t), t.key) for t in told if t.claim.time and t.claim.time.start),
        place=_place(firm),
        start=start,
        end=end,
        losses=loss_ranges(firm),
        versions=versions(told),
        origins=len(found),
        sources=found,
        corroboration=corroboration,
        reason=reason,
        review=judged.status,
        grades=_grades(told, ruling),
        decisions=judged.decisions,
        conflicts=judged.conflicts,
    )


def _grades(told: Sequence[Told], ruling: Ruling) -> tuple[Spread, ...]:
    """Return the Admiralty codes of claims whose source or information an analyst graded: F or 6 for what was not graded."""
    if not ruling.reliability and not ruling.credibility:
        return ()
    letters = {key: o.reliability for o in origins(told, ruling.reliability) if o.reliability for key in o.claims}
    graded = {t.key for t in told if t.key in letters or t.key in ruling.credibility}
    return _values((f"{letters.get(key, 'F')}{ruling.credibility.get(key, '6')}", key) for key in sorted(graded))


def _period(told: Told) -> str:
    time = told.claim.time
    assert time is not None
    return f"{time.start}" if time.end in (None, time.start) else f"{time.start}/{time.end}"


def _values(pairs: Iterable[tuple[str, str]]) -> tuple[Spread, ...]:
    by: dict[str, list[str]] = {}
    for value, key in pairs:
        by.setdefault(value, []).append(key)
    return tuple(Spread(value=v, claims=tuple(ks)) for v, ks in sorted(by.items(), key=lambda i: (-len(i[1]), i[0])))


def _spread(told: Sequence[Told], slot: str) -> tuple[Spread, ...]:
    return _values((actor, t.key) for t in told for actor in getattr(t.claim, slot))


def _days(told: Sequence[Told]) -> tuple[str | None, str | None]:
    """Return the days that most claims give; of several equally given the narrowest, then the earliest."""
    spans = Counter(
        (t.claim.time.start, t.claim.time.end or t.claim.time.start) for t in told if t.claim.time and t.claim.time.start
    )
    if not spans:
        return None, None

    def key(item: tuple[tuple[str | None, str | None], int]) -> tuple[int, int, str]:
        (start, end), count = item
        return -count, 0 if start == end else 1, start or ""

    return min(spans.items(), key=key)[0]


def _place(told: Sequence[Told]) -> Place | None:
    """Return the most exact resolved place, the most often told first among equals."""
    places = [t.claim.place for t in told if t.claim.place is not None]
    if not places:
        return None
    counts = Counter((p.name, p.lat, p.lon) for p in places)

    def key(place: Place) -> tuple[int, int, int, str]:
        level = _EXACT.index(place.level) if place.level else len(_EXACT)
        return (0 if place.lat is not None else 1, level, -counts[place.name, place.lat, place.lon], place.name)

    return min(places, key=key)

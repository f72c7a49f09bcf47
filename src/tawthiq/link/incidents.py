"""Merge the claims of an occurrence into an incident: every slot with its spread, losses as ranges, and how sure it is.

`link_claims` is a pure function of the claims: the same claims in any order give the same incidents. Values are never
averaged; each keeps the claims that say it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tawthiq.link.cluster import cluster
from tawthiq.link.pairs import score_pairs, weights
from tawthiq.link.table import claims_table
from tawthiq.model import (
    Claim,
    Corroboration,
    Incident,
    Kind,
    Level,
    Loss,
    LossRange,
    Modality,
    Place,
    Report,
    SourceType,
    Spread,
    claim_key,
)

_EXACT = tuple(Level)
_STANDING = (Modality.ASSERTED, Modality.HEDGED)


class Told(NamedTuple):
    """A claim with the report that tells it; `original` is the source of the report of which that one is a near-copy."""

    report: Report
    claim: Claim
    original: str | None = None

    @property
    def key(self) -> str:
        """The claim's id across reports."""
        return claim_key(self.report.report, self.claim.id)


def link_claims(told: Iterable[Told]) -> list[Incident]:
    """Return the incidents of the event claims, ordered by id; claims of other kinds belong to none."""
    events = {t.key: t for t in told if t.claim.kind is Kind.EVENT}
    model = weights()
    table = claims_table(((t.report.report, t.claim) for _, t in sorted(events.items())), model["precision_km"])
    groups = cluster(table, score_pairs(table, model))
    return sorted((merge([events[key] for key in group]) for group in groups), key=lambda i: i.id)


def incident_id(claims: Sequence[str]) -> str:
    """Return the id of an incident: derived from the first of its claims, so that it stays while claims are added after it."""
    return "I" + hashlib.sha256(min(claims).encode()).hexdigest()[:10]


def merge(told: Sequence[Told]) -> Incident:
    """Merge claims of one occurrence, given in any order."""
    told = sorted(told, key=lambda t: t.key)
    standing = [t for t in told if t.claim.modality in _STANDING] or list(told)
    corroboration, reason, origins = certainty(told)
    start, end = _days(standing)
    return Incident(
        id=incident_id([t.key for t in told]),
        type=Counter(t.claim.type for t in standing).most_common(1)[0][0],
        claims=tuple(t.key for t in told),
        initiators=_spread(told, "initiators"),
        targets=_spread(told, "targets"),
        participants=_spread(told, "participants"),
        types=_values((t.claim.type, t.key) for t in told),
        modalities=_values((str(t.claim.modality), t.key) for t in told),
        place=_place(standing),
        start=start,
        end=end,
        losses=_losses(standing),
        origins=origins,
        corroboration=corroboration,
        reason=reason,
    )


def origin(told: Told) -> str:
    """Return who stands behind a claim: the source it names, else its outlet; ten outlets quoting one body are one origin."""
    attribution = told.claim.attribution
    outlet = told.original or told.report.source or told.report.report
    if attribution.type in (SourceType.NAMED, SourceType.PARTY) and attribution.mention:
        return attribution.mention.strip('«»"“” ').casefold()
    if attribution.type is SourceType.OUTLET:
        return outlet.casefold()
    return f"{outlet}|{attribution.type}".casefold()


def certainty(told: Sequence[Told]) -> tuple[Corroboration, str, int]:
    """Return how well an occurrence is corroborated, why (a key that the brief puts into words), and its independent origins.

    "contested": someone denies it, keeps away from it, or names another culprit; "corroborated": two origins or more that do
    not quote one another, or a source that says it asked several.
    """
    standing = [t for t in told if t.claim.modality in _STANDING]
    origins = {origin(t) for t in standing} or {origin(t) for t in told}
    culprits = {
        tuple(sorted(t.claim.initiators)) for t in standing if t.claim.initiators and t.claim.initiators != ("unknown-gunmen",)
    }
    if any(t.claim.modality is Modality.DENIED for t in told):
        return "contested", "denied", len(origins)
    if any(t.claim.modality is Modality.DISTANCED for t in told):
        return "contested", "distanced", len(origins)
    if len(culprits) > 1 and not set.intersection(*(set(c) for c in culprits)):
        return "contested", "culprits", len(origins)
    if len(origins) > 1:
        return "corroborated", "origins", len(origins)
    if any(t.claim.attribution.type is SourceType.CORROBORATED for t in standing):
        return "corroborated", "matching", max(2, len(origins))
    return "single-source", "single", len(origins)


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


def _losses(told: Sequence[Told]) -> tuple[LossRange, ...]:
    """Return for each actor and outcome the lowest, the best and the highest figure that claims give.

    Best is the figure of the most origins, of the latest report among equals (a corrected toll comes later). Rows that say
    "unknown" alone leave all three None; a stated absence is 0.
    """
    rows: dict[tuple[str | None, str], list[tuple[Loss, Told]]] = {}
    for t in told:
        for loss in t.claim.losses:
            rows.setdefault((loss.who, loss.outcome), []).append((loss, t))
    out = []
    for (who, _), found in sorted(rows.items(), key=lambda r: (r[0][0] or "~", r[0][1])):
        figures = [(entry, t) for entry, t in found if entry.min is not None or entry.max is not None]
        lows = [entry.min for entry, _ in figures if entry.min is not None]
        highs = [entry.max for entry, _ in figures if entry.max is not None] or lows
        exact = [(entry, t) for entry, t in figures if entry.status in ("reported", "none") and entry.min is not None]
        best = _best(exact) if exact else None
        out.append(
            LossRange(
                who=who,
                outcome=found[0][0].outcome,
                lowest=min(lows, default=None),
                best=best,
                highest=max([*highs, *lows], default=None),
                claims=tuple(t.key for _, t in found),
            )
        )
    return tuple(out)


def _best(exact: list[tuple[Loss, Told]]) -> int | None:
    support: dict[int, set[str]] = {}
    latest: dict[int, str] = {}
    for loss, told in exact:
        assert loss.min is not None
        support.setdefault(loss.min, set()).add(origin(told))
        latest[loss.min] = max(latest.get(loss.min, ""), told.report.published or "")
    return max(support, key=lambda n: (len(support[n]), latest[n], n))

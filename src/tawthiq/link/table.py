"""Lay claims out as a table to compare: one row for each event claim, with days, coordinates, actors and figures in plain columns.

A row depends on its claim, its report and the weights' version alone, so that a claim that is stored long before another is
compared with it as if both had come together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

import pyarrow as pa

from tawthiq.lexicon.registry import NO_PARTY, lineage, registry
from tawthiq.link.weights import Weights
from tawthiq.model import FAMILIES, FAMILY_OF, Claim, Kind, Place, Report, SourceType, claim_key
from tawthiq.text.normalise import fold

# Types that sources take for one another: an ambush for a blast, a raid for a sweep. Others are compared with their own kind alone.
_KIN = {
    "violence": (*FAMILIES["fight"], *FAMILIES["remote"]),
    "search": ("raid", "sweep"),
    "holding": FAMILIES["hold"],
    "crowd": ("protest", "riot"),
    "property": FAMILIES["property"],
}
_KIN_OF = {type_: kin for kin, types in _KIN.items() for type_ in types}
EARTH_KM = 6371.0  # mean radius
# An undated claim is compared with those of the days before its report.
_TOLD_WITHIN = 3
_LONGEST = 31
SCHEMA = pa.schema(
    [
        ("claim", pa.string()),
        ("report", pa.string()),
        ("account", pa.string()),
        ("modality", pa.string()),
        ("type", pa.string()),
        ("family", pa.string()),
        ("kin", pa.string()),
        ("day_first", pa.int32()),
        ("day_last", pa.int32()),
        ("told", pa.int32()),
        ("window_first", pa.int32()),
        ("window_last", pa.int32()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("precision_km", pa.float64()),
        ("spot", pa.string()),
        ("initiators", pa.list_(pa.string())),
        ("initiators_near", pa.list_(pa.string())),
        ("initiators_sides", pa.list_(pa.string())),
        ("targets", pa.list_(pa.string())),
        ("targets_near", pa.list_(pa.string())),
        ("targets_sides", pa.list_(pa.string())),
        ("killed_low", pa.int32()),
        ("killed_high", pa.int32()),
        ("wounded_low", pa.int32()),
        ("wounded_high", pa.int32()),
        ("held_low", pa.int32()),
        ("held_high", pa.int32()),
        ("words", pa.list_(pa.string())),
        ("keys", pa.list_(pa.string())),
        ("tf_type", pa.float64()),
        ("tf_spot", pa.float64()),
        ("tf_initiators", pa.float64()),
        ("tf_targets", pa.float64()),
    ]
)
# A figure without an upper bound.
OPEN = 1_000_000


def day_number(day: str | None) -> int | None:
    """Return the proleptic ordinal of an ISO date or instant, or None."""
    try:
        return date.fromisoformat(day[:10]).toordinal() if day else None
    except ValueError:
        return None  # what is no day is not known


def claims_table(told: Iterable[tuple[Report, Claim]], weights: Weights) -> pa.Table:
    """Return the event claims as an Arrow table with the columns of `SCHEMA`; claims of other kinds are left out.

    `account` tells who speaks, `told` is the day of publication, `window_*` the days of the claim or, where it gives none, those
    before publication; `*_near` hold actors with those they belong to, `held` counts people captured, detained or missing, and
    `keys` are what two claims must share one of to be compared.
    """
    rows: dict[str, list[object]] = {name: [] for name in SCHEMA.names}
    for report, claim in told:
        if claim.kind is Kind.EVENT:
            for name, value in _row(report, claim, weights).items():
                rows[name].append(value)
    return pa.table(rows, schema=SCHEMA)


def _row(report: Report, claim: Claim, weights: Weights) -> dict[str, object]:
    place, time = claim.place, claim.time
    point = (place.lat, place.lon) if place is not None and place.lat is not None and place.lon is not None else None
    level = str(place.level) if place is not None and place.level else "unknown"
    first = day_number(time.start if time else None)
    last = day_number((time.end or time.start) if time else None)
    published = day_number(report.published)
    kin = _KIN_OF.get(claim.type, claim.type)
    initiators = tuple(sorted(claim.initiators or claim.participants))
    # Both sides of a clash stand on one side of the table: they are one piece of evidence, not two.
    targets = tuple(sorted(claim.targets))
    spot = spot_of(place)
    row: dict[str, object] = {
        "claim": claim_key(report.report, claim.id),
        "report": report.report,
        "account": _account(claim),
        "modality": str(claim.modality),
        "type": claim.type,
        "family": FAMILY_OF[claim.type],
        "kin": kin,
        "day_first": first,
        "day_last": last,
        "told": published,
        "lat": point[0] if point else None,
        "lon": point[1] if point else None,
        "precision_km": weights.precision_km.get(level, 0.0),
        "spot": spot,
        "initiators": list(initiators) or None,
        "initiators_near": list(_near(initiators)) or None,
        "initiators_sides": list(_sides(initiators)) or None,
        "targets": list(targets) or None,
        "targets_near": list(_near(targets)) or None,
        "targets_sides": list(_sides(targets)) or None,
        "words": _words(claim) or None,
        "tf_type": weights.frequency("type", claim.type),
        "tf_spot": weights.frequency("spot", spot) if spot else None,
        "tf_initiators": weights.rarest("initiators", initiators),
        "tf_targets": weights.rarest("targets", targets),
    }
    for name, outcomes in (("killed", ("killed",)), ("wounded", ("wounded",)), ("held", ("captured", "detained", "missing"))):
        low, high = _figures(claim, outcomes)
        row[f"{name}_low"], row[f"{name}_high"] = low, high
    window = (
        (first, last) if first is not None and last is not None else (published - _TOLD_WITHIN, published) if published else None
    )
    row["window_first"], row["window_last"] = window or (None, None)
    sides = {*_sides(initiators), *_sides(targets), *(a for a in (*initiators, *targets) if not _sides((a,)))}
    row["keys"] = blocking_keys(report.report, kin, window, place, spot, sorted(sides))
    return row


def _account(claim: Claim) -> str:
    attribution = claim.attribution
    if attribution.type is SourceType.OUTLET:
        return str(attribution.type)
    return f"{attribution.type}|{fold(attribution.mention or '')}"


def spot_of(place: Place | None) -> str | None:
    """Return the square of a tenth of a degree in which a place lies, its folded name where it is not resolved, or None."""
    if place is None:
        return None
    if place.lat is not None and place.lon is not None:
        return f"{math.floor(place.lat * 10) / 10:.1f}:{math.floor(place.lon * 10) / 10:.1f}"
    return "~" + " ".join(fold(word) for word in place.name.split())


def blocking_keys(
    report: str, kin: str, window: tuple[int, int] | None, place: Place | None, spot: str | None, sides: Sequence[str]
) -> list[str]:
    """Return what a claim shares with those that it is compared with: kin and days, with the governorate or cell, or with a side.

    Days stand in windows of two that overlap, so that claims a day apart share one. Claims of one report are always compared within
    their kin. A period of more than a month is found by its first and last days.
    """
    keys = [f"r|{report}|{kin}"]
    if window is None:
        return keys
    first, last = window
    days = range(first - 1, last + 1) if last - first <= _LONGEST else (first - 1, first, last - 1, last)
    where = list(sides)
    if place is not None and place.lat is not None and place.lon is not None:
        lat, lon = place.lat, place.lon
        margin = 0.0 if place.admin1 else 0.3
        where += sorted({f"{math.floor(lat + y)}:{math.floor(lon + x)}" for y in (-margin, margin) for x in (-margin, margin)})
    elif spot is not None:
        where.append(spot)
    if place is not None and place.admin1:
        where.append(place.admin1)
    keys += [f"{day}|{kin}|{one}" for day in days for one in where]
    return keys


def _figures(claim: Claim, outcomes: Sequence[str]) -> tuple[int | None, int | None]:
    """Return the lowest and highest number of people that a claim gives, `OPEN` without an upper bound.

    None where it gives none.
    """
    rows = [loss for loss in claim.losses if loss.outcome in outcomes and (loss.min is not None or loss.max is not None)]
    if not rows:
        return None, None
    low = sum(loss.min or 0 for loss in rows)
    return low, OPEN if any(loss.max is None for loss in rows) else sum(loss.max or 0 for loss in rows)


def _words(claim: Claim) -> list[str]:
    """Return the words of detail of a claim, folded: of its place, and the exact actors that its words name."""
    words = set()
    if claim.place is not None and claim.place.detail:
        words = {folded for word in claim.place.detail.split() if len(folded := fold(word)) > 3}
    words |= {f"@{trace.registry}" for trace in claim.spans or () if trace.registry and trace.registry != trace.id}
    return sorted(words)


@lru_cache(maxsize=4096)
def _near(actors: tuple[str, ...]) -> tuple[str, ...]:
    """Return actors with all that they belong or belonged to."""
    return tuple(sorted({above for name in actors for above in lineage(name)}))


@lru_cache(maxsize=4096)
def _sides(actors: tuple[str, ...]) -> tuple[str, ...]:
    known = registry()
    # Two claims are not near because both speak of "unknown" or of civilians.
    return tuple(sorted({known[a].side for a in actors if a in known} - NO_PARTY))

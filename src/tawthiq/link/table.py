"""Lay claims out as a table to compare: one row for each event claim, with days, coordinates and actors in plain columns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pyarrow as pa

from tawthiq.model import FAMILIES, FAMILY_OF, Claim, Kind, Modality, claim_key

# Types that sources take for one another: an ambush for a blast, a raid for a sweep. Others are compared with their own kind alone.
_KIN = {
    "violence": (*FAMILIES["fight"], *FAMILIES["remote"]),
    "search": ("raid", "sweep"),
    "holding": FAMILIES["hold"],
    "crowd": ("protest", "riot"),
    "property": FAMILIES["property"],
}
EARTH_KM = 6371.0  # mean radius
_KIN_OF = {type_: kin for kin, types in _KIN.items() for type_ in types}
SCHEMA = pa.schema(
    [
        ("claim", pa.string()),
        ("report", pa.string()),
        ("account", pa.string()),
        ("asserted", pa.bool_()),
        ("type", pa.string()),
        ("family", pa.string()),
        ("kin", pa.string()),
        ("day_first", pa.int32()),
        ("day_last", pa.int32()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("precision_km", pa.float64()),
        ("cell", pa.string()),
        ("initiators", pa.list_(pa.string())),
        ("targets", pa.list_(pa.string())),
        ("killed", pa.int32()),
        ("wounded", pa.int32()),
    ]
)


def day_number(day: str | None) -> int | None:
    """Return the proleptic ordinal of an ISO date, or None."""
    return date.fromisoformat(day).toordinal() if day else None


def claims_table(claims: Iterable[tuple[str, Claim]], precision: dict[str, float]) -> pa.Table:
    """Return the event claims as an Arrow table with the columns of `SCHEMA`.

    `claims` are pairs of report id and claim. `account` tells who speaks and how firmly, so that two accounts in one report
    can be told from one account of two occurrences.
    """
    rows: dict[str, list[object]] = {name: [] for name in SCHEMA.names}
    for report, claim in claims:
        if claim.kind is not Kind.EVENT:
            continue
        place, time = claim.place, claim.time
        point = (place.lat, place.lon) if place is not None and place.lat is not None and place.lon is not None else None
        level = str(place.level) if place is not None and place.level else "unknown"
        both = claim.initiators if claim.initiators or claim.targets else claim.participants
        values: dict[str, object] = {
            "claim": claim_key(report, claim.id),
            "report": report,
            "account": f"{claim.attribution.type}|{claim.modality}|{claim.attribution.mention or ''}",
            "asserted": claim.modality is Modality.ASSERTED,
            "type": claim.type,
            "family": FAMILY_OF[claim.type],
            "kin": _KIN_OF.get(claim.type, claim.type),
            "day_first": day_number(time.start if time else None),
            "day_last": day_number((time.end or time.start) if time else None),
            "lat": point[0] if point else None,
            "lon": point[1] if point else None,
            "precision_km": precision.get(level, 0.0),
            "cell": f"{round(point[0])}:{round(point[1])}" if point else None,
            "initiators": sorted(both) or None,
            "targets": sorted(claim.targets or claim.participants) or None,
            "killed": _count(claim, "killed"),
            "wounded": _count(claim, "wounded"),
        }
        for name, value in values.items():
            rows[name].append(value)
    return pa.table(rows, schema=SCHEMA)


def _count(claim: Claim, outcome: str) -> int | None:
    counts = [loss.min for loss in claim.losses if loss.outcome == outcome and loss.min is not None and loss.status == "reported"]
    return sum(counts) if counts else None

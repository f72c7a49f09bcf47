"""Put claims into incidents so that all claims of one agree with one another.

Pairs are taken heaviest first; two groups are joined only when no claim of one contradicts a claim of the other, so that a
claim without a date never chains Monday to Thursday.
"""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa

from tawthiq.link.table import EARTH_KM


def contradict(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Say whether two claims cannot tell one occurrence: days more than one apart, places apart beyond their precision.

    A report tells its own claims apart: in one voice by type, day or place; in whatever voice, both asserted, by whom it
    happened to, and a clash from an attack.
    """
    if left["day_first"] is not None and right["day_first"] is not None:
        if left["day_first"] > right["day_last"] + 1 or right["day_first"] > left["day_last"] + 1:
            return True
    if left["lat"] is not None and right["lat"] is not None:
        if kilometres(left, right) > max(left["precision_km"], right["precision_km"]) + 30:
            return True
    if left["kin"] != right["kin"]:
        return True
    if left["report"] == right["report"] and left["account"] == right["account"]:
        if left["type"] != right["type"] or left["day_first"] != right["day_first"] or left["lat"] != right["lat"]:
            return True
    if left["report"] == right["report"] and left["asserted"] and right["asserted"]:
        if "armed-clash" in (left["type"], right["type"]) and left["type"] != right["type"]:
            return True
        return bool(left["targets"] and right["targets"] and not set(left["targets"]) & set(right["targets"]))
    return False


def kilometres(left: dict[str, Any], right: dict[str, Any]) -> float:
    """Return the great-circle distance in kilometres."""
    la, lb = math.radians(left["lat"]), math.radians(right["lat"])
    half = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(math.radians(right["lon"] - left["lon"]) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def cluster(table: pa.Table, pairs: list[tuple[float, str, str]]) -> list[tuple[str, ...]]:
    """Return groups of claim ids, each sorted, ordered by their first id; every claim of the table is in exactly one."""
    rows = {row["claim"]: row for row in table.to_pylist()}
    group_of = {claim: claim for claim in rows}
    members: dict[str, list[str]] = {claim: [claim] for claim in rows}
    for _, first, second in pairs:
        left, right = group_of[first], group_of[second]
        if left == right:
            continue
        if any(contradict(rows[a], rows[b]) for a in members[left] for b in members[right]):
            continue
        keep, gone = min(left, right), max(left, right)
        for claim in members.pop(gone):
            group_of[claim] = keep
            members[keep].append(claim)
    return sorted(tuple(sorted(claims)) for claims in members.values())

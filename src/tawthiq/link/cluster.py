"""Put claims into incidents so that all claims of one agree with one another.

Pairs are taken heaviest first; two groups are joined only when no claim of one contradicts a claim of the other, so that a
claim without a date never chains Monday to Thursday. What is joined depends on the claims that pairs lead to, and on nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from tawthiq.link.pairs import Pair
from tawthiq.link.table import EARTH_KM
from tawthiq.model import AHEAD

Row = Mapping[str, Any]
# Two places of one report are two unless they lie this close, or one is a tract or more that holds the other.
_ONE_PLACE_KM = 2.0
_COARSE_KM = 40.0
_ONE_TOWN_KM = 8.0
_SLACK_KM = 30.0


def contradiction(left: Row, right: Row) -> str | None:
    """Return why two claims, as rows of the table, cannot tell one occurrence: a key that a page puts into words; None if they can.

    "kind": an arrest is no blast; "days", "places": they lie apart beyond their precision; "day-and-place": both are slightly
    off; "before": told before the other's day; "reversed": who acts in one is the victim in the other; "one-report": a report
    tells them apart.
    """
    if left["kin"] != right["kin"]:
        return "kind"
    first, second = left["day_first"], right["day_first"]
    dated = first is not None and second is not None
    if dated:
        if first > right["day_last"] + 1 or second > left["day_last"] + 1:
            return "days"
    elif (first is None and _before(left, right)) or (second is None and _before(right, left)):
        return "before"
    one_report = left["report"] == right["report"]
    if left["lat"] is not None and right["lat"] is not None:
        apart = kilometres(left, right)
        coarser = max(left["precision_km"], right["precision_km"])
        if apart > coarser + _SLACK_KM:
            return "places"
        # A wrong day or a wrong place is a slip of the pen; both are another occurrence.
        if apart > _ONE_TOWN_KM and dated and (first > right["day_last"] or second > left["day_last"]):
            return "day-and-place"
        if one_report and apart > (coarser if coarser >= _COARSE_KM else _ONE_PLACE_KM):
            return "one-report"
    if _reversed(left, right) or _reversed(right, left):
        return "reversed"
    return "one-report" if one_report and _told_apart(left, right) else None


def _before(undated: Row, dated: Row) -> bool:
    """Say whether a report without a day was published before the other's day, or whether it speaks of what is still to come."""
    if undated["modality"] in AHEAD:
        return True
    day = dated["day_first"]
    return day is not None and undated["told"] is not None and undated["told"] < day


def _reversed(left: Row, right: Row) -> bool:
    """Say whether who acts in one claim is the victim in the other: "A shelled B" and "B shelled A" are two."""
    doers, victims = left["initiators"], right["targets"]
    if "armed-clash" in (left["type"], right["type"]):
        return False  # in a clash both act
    if not doers or not victims or set(doers).isdisjoint(victims) or not set(left["targets"] or ()).isdisjoint(victims):
        return False
    if not right["initiators"]:
        return bool(left["type"] != right["type"])
    return set(doers).isdisjoint(right["initiators"])


def _told_apart(left: Row, right: Row) -> bool:
    """Say whether a report tells two of its claims apart.

    One voice does so always; in whatever voice, a threat is no occurrence, two days are two, and another type is another occurrence
    when its day is not told, its place is another, or when it is the clash after an attack.
    """
    if left["modality"] == right["modality"] and _one_voice(left["account"], right["account"]):
        return True
    if (left["modality"] in AHEAD) != (right["modality"] in AHEAD):
        return True
    first, second = left["day_first"], right["day_first"]
    if left["type"] != right["type"]:
        if first is None or second is None or left["spot"] != right["spot"]:
            return True
        if (
            "armed-clash" in (left["type"], right["type"])
            and left["modality"] == right["modality"]
            and _sides(left) != _sides(right)
        ):
            return True
    days = (first, left["day_last"], second, right["day_last"])
    return None not in days and first != second and first == left["day_last"] and second == right["day_last"]


def _one_voice(left: str, right: str) -> bool:
    """Say whether two accounts are of one speaker, named in full or in short."""
    (kind, _, name), (other_kind, _, other_name) = left.partition("|"), right.partition("|")
    one, other = set(name.split()), set(other_name.split())
    return kind == other_kind and (one <= other or other <= one) and (bool(one) == bool(other))


def _sides(row: Row) -> set[str]:
    return {*(row["initiators"] or ()), *(row["targets"] or ())}


def kilometres(left: Row, right: Row) -> float:
    """Return the great-circle distance in kilometres."""
    la, lb = math.radians(left["lat"]), math.radians(right["lat"])
    half = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(math.radians(right["lon"] - left["lon"]) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def cluster(
    rows: Mapping[str, Row],
    pairs: Iterable[Pair],
    together: Iterable[tuple[str, str]] = (),
    apart: Iterable[frozenset[str]] = (),
) -> list[tuple[str, ...]]:
    """Return groups of claim ids, each sorted, ordered by their first id; every claim of `rows` is in exactly one.

    `pairs` come heaviest first. People's decisions go before: the pairs of `together` are joined whatever contradicts, those of
    `apart` never, not even by way of a third.
    """
    group_of = {claim: claim for claim in rows}
    members: dict[str, list[str]] = {claim: [claim] for claim in rows}
    foes: dict[str, set[str]] = {}
    for pair in apart:
        for claim in pair:
            foes.setdefault(claim, set()).update(pair - {claim})

    def join(left: str, right: str) -> None:
        keep, gone = (left, right) if len(members[left]) >= len(members[right]) else (right, left)
        moved = members.pop(gone)
        for claim in moved:
            group_of[claim] = keep
        members[keep] += moved

    def parted(left: str, right: str) -> bool:
        return any(not foes[a].isdisjoint(members[right]) for a in members[left] if a in foes)

    for first, second in sorted(together):
        if first in rows and second in rows:
            left, right = group_of[first], group_of[second]
            if left != right and not parted(left, right):
                join(left, right)
    bound = {claim for pair in together for claim in pair}
    for _, first, second in pairs:
        left, right = group_of[first], group_of[second]
        if left == right or (foes and parted(left, right)):
            continue
        # What people put together may contradict itself; what is added must agree with the claim that it is added for.
        if any(
            contradiction(rows[a], rows[b]) for a in members[left] for b in members[right] if not ({a, b} & bound - {first, second})
        ):
            continue
        join(left, right)
    return sorted(tuple(sorted(claims)) for claims in members.values())


def components(claims: Iterable[str], pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the claims that pairs lead to from one another, as sorted lists: each is clustered apart from the rest."""
    parent = {claim: claim for claim in claims}

    def root(claim: str) -> str:
        while parent[claim] != claim:
            parent[claim] = parent[parent[claim]]
            claim = parent[claim]
        return claim

    for first, second in pairs:
        a, b = root(first), root(second)
        if a != b:
            parent[max(a, b)] = min(a, b)
    out: dict[str, list[str]] = {}
    for claim in parent:
        out.setdefault(root(claim), []).append(claim)
    return sorted(sorted(group) for group in out.values())

"""Claimed against documented: each total that a source gives, beside the incidents of the record that fit it.

A record holds what was reported and found again, not what happened: what is missing from it is a question, not a refutation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tawthiq.analyse.tables import Tables, belongs
from tawthiq.model import FAMILIES, Record

# What "operations" of a group covers when a source counts them.
_OPERATIONS = frozenset((*FAMILIES["fight"], *FAMILIES["remote"], *FAMILIES["hold"]))


class Tally(Record):
    """A total beside the record. `claimed_min` and `claimed_max` are the source's figures, None where it gives none.

    `incidents` are those that fit, `undated` those that would fit but have no day, `documented` how many fit, or how many people
    they count for a total of losses (`outcome`); `missing` is what the source claims at least and the record does not hold, None
    where the source gives no figure.
    """

    claim: str
    source: str
    type: str
    outcome: str | None
    start: str | None
    end: str | None
    claimed_min: int | None
    claimed_max: int | None
    documented: int
    documented_highest: int | None
    unknown: int
    missing: int | None
    incidents: tuple[str, ...]
    undated: tuple[str, ...]


def tallies(tables: Tables) -> list[Tally]:
    """Return every tally beside the incidents that fit its actors, type, place and period, in the order of the claims."""
    incidents = [row for row in tables.incidents.to_pylist() if row["told"]]
    losses: dict[str, list[dict[str, Any]]] = {}
    for row in tables.losses.to_pylist():
        losses.setdefault(row["incident"], []).append(row)
    out = []
    for claim in tables.claims.to_pylist():
        if claim["kind"] != "tally" or claim["modality"] in ("hypothetical", "forecast"):
            continue
        fitting = [i for i in incidents if _fits(claim, i)]
        dated = [i for i in fitting if i["day"] is not None and _within(claim, i)]
        undated = tuple(i["incident"] for i in fitting if i["day"] is None)
        if claim["count_min"] is not None or claim["count_max"] is not None:
            out.append(_of_occurrences(claim, dated, undated))
        elif claim["losses"]:
            out += [_of_losses(claim, loss, dated, undated, losses) for loss in claim["losses"]]
    return out


def _base(claim: Mapping[str, Any], undated: tuple[str, ...]) -> dict[str, Any]:
    return {
        "claim": claim["claim"],
        "source": claim["voice_name"],
        "type": claim["type"],
        "start": claim["start"],
        "end": claim["end"],
        "undated": undated,
    }


def _of_occurrences(claim: Mapping[str, Any], dated: list[dict[str, Any]], undated: tuple[str, ...]) -> Tally:
    least = claim["count_min"]
    return Tally(
        **_base(claim, undated),
        outcome=None,
        claimed_min=least,
        claimed_max=claim["count_max"],
        documented=len(dated),
        documented_highest=len(dated),
        unknown=0,
        missing=max(0, least - len(dated)) if least is not None else None,
        incidents=tuple(i["incident"] for i in dated),
    )


def _of_losses(
    claim: Mapping[str, Any],
    loss: Mapping[str, Any],
    dated: list[dict[str, Any]],
    undated: tuple[str, ...],
    losses: Mapping[str, list[dict[str, Any]]],
) -> Tally:
    rows = [
        row
        for incident in dated
        for row in losses.get(incident["incident"], ())
        if row["outcome"] == loss["outcome"] and (loss["who"] is None or (row["who"] and belongs(row["who"], loss["who"])))
    ]
    known = [row for row in rows if not row["unknown"]]
    best = sum(row["best"] if row["best"] is not None else row["lowest"] or 0 for row in known)
    highest = [row["highest"] for row in known]
    return Tally(
        **_base(claim, undated),
        outcome=loss["outcome"],
        claimed_min=loss["min"],
        claimed_max=loss["max"],
        documented=best,
        documented_highest=None if None in highest else sum(highest),
        unknown=sum(row["unknown"] for row in rows),
        missing=max(0, loss["min"] - best) if loss["min"] is not None else None,
        incidents=tuple(dict.fromkeys(row["incident"] for row in rows)),
    )


def _fits(claim: Mapping[str, Any], incident: Mapping[str, Any]) -> bool:
    """Say whether an incident is of a tally's type, actors and place."""
    type_ = claim["type"]
    if type_ == "operations":
        if incident["type"] not in _OPERATIONS:
            return False
    elif type_ != "casualties" and incident["type"] != type_:
        return False
    both = incident["participants"]
    if claim["initiators"] and not _any(claim["initiators"], [*incident["initiators"], *both]):
        return False
    if claim["targets"] and not _any(claim["targets"], [*incident["targets"], *both]):
        return False
    return _there(claim, incident)


def _any(wanted: list[str], there: list[str]) -> bool:
    return any(belongs(actor, group) for actor in there for group in wanted)


def _there(claim: Mapping[str, Any], incident: Mapping[str, Any]) -> bool:
    """Say whether an incident lies where a tally counts: in its governorate, and near a place more exact than that."""
    if claim["admin1"] is not None and incident["admin1"] != claim["admin1"]:
        return False
    if claim["level"] in ("point", "town", "area", "district") and claim["lat"] is not None:
        if incident["lat"] is None:
            return False
        reach = {"point": 0.1, "town": 0.1, "area": 0.5, "district": 0.35}[claim["level"]]
        return bool(abs(incident["lat"] - claim["lat"]) <= reach and abs(incident["lon"] - claim["lon"]) <= reach)
    return True


def _within(claim: Mapping[str, Any], incident: Mapping[str, Any]) -> bool:
    first, last = claim["start"], claim["end"]
    return bool((first is None or incident["day"] >= first) and (last is None or incident["day"] <= last))

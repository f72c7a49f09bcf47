"""Who is seen for the first time in a governorate, an activity or beside another, who falls silent, and who stands with whom.

First means first in this record: what was before its beginning, and what nobody reported, is not in it.
"""

from __future__ import annotations

import io
import math
from itertools import combinations
from typing import Any, Literal

import pyarrow as pa

from tawthiq.analyse.tables import days_between
from tawthiq.lexicon.registry import registry
from tawthiq.model import Record

# A first appearance says something only when the record was kept for so long before it.
SETTLED_DAYS = 90
_ACTIVE = 5
_RARE = 0.01
_NOBODY = frozenset({"civilians", "unknown", "other"})


class Appearance(Record):
    """An actor seen for the first time: "area" (a governorate), "activity" (a type of incident) or "beside" another actor.

    `days_of_record` is for how long the record had been kept by then; less than `SETTLED_DAYS` says little.
    """

    actor: str
    aspect: Literal["area", "activity", "beside"]
    value: str
    day: str
    incident: str
    days_of_record: int


class Silence(Record):
    """An actor no longer seen: since when, after how many incidents, and how likely so long a gap is at its former rate."""

    actor: str
    last: str
    days: int
    incidents: int
    chance: float


class Tie(Record):
    """Two actors in the same incidents: "beside" one another, or "against"; how often, and when first and last."""

    first_actor: str
    second_actor: str
    tie: Literal["beside", "against"]
    incidents: tuple[str, ...]
    first: str | None
    last: str | None


def _armed(actor: str) -> bool:
    known = registry()
    return actor in known and known[actor].kind not in _NOBODY


def _dated(incidents: pa.Table) -> list[dict[str, Any]]:
    rows = [row for row in incidents.to_pylist() if row["day"] is not None and row["told"]]
    return sorted(rows, key=lambda row: (row["day"], row["incident"]))


def _doers(row: dict[str, Any]) -> list[str]:
    return sorted({a for a in (*row["initiators"], *row["participants"]) if _armed(a)})


def appearances(incidents: pa.Table) -> list[Appearance]:
    """Return the first day of each actor in each governorate and activity, and beside each other actor, the latest first."""
    rows = _dated(incidents)
    seen: dict[tuple[str, str, str], Appearance] = {}
    for row in rows:
        doers = _doers(row)
        found = [(actor, "area", row["admin1"]) for actor in doers if row["admin1"]]
        found += [(actor, "activity", row["type"]) for actor in doers]
        beside = sorted({a for a in row["initiators"] if _armed(a)})
        found += [(a, "beside", b) for a in beside for b in beside if a != b]
        for actor, aspect, value in found:
            if (actor, aspect, value) not in seen:
                seen[actor, aspect, value] = Appearance(
                    actor=actor,
                    aspect=aspect,
                    value=value,
                    day=row["day"],
                    incident=row["incident"],
                    days_of_record=days_between(rows[0]["day"], row["day"]),
                )
    return sorted(seen.values(), key=lambda a: (a.day, a.actor, a.aspect, a.value), reverse=True)


def silences(incidents: pa.Table) -> list[Silence]:
    """Return actors whose last incident lies further back than their former rate makes likely (chance below 1 %), the rarest first.

    Under a constant rate the time to the next incident is exponential; incidents come in bursts, so the chance is a hint, no proof.
    """
    rows = _dated(incidents)
    if not rows:
        return []
    end = max(row["day"] for row in rows)
    days: dict[str, list[str]] = {}
    for row in rows:
        for actor in _doers(row):
            days.setdefault(actor, []).append(row["day"])
    out = []
    for actor, seen in days.items():
        span, gap = days_between(seen[0], seen[-1]), days_between(seen[-1], end)
        if len(seen) < _ACTIVE or span == 0:
            continue
        chance = math.exp(-gap * (len(seen) - 1) / span)
        if chance < _RARE:
            out.append(Silence(actor=actor, last=seen[-1], days=gap, incidents=len(seen), chance=round(chance, 6)))
    return sorted(out, key=lambda s: (s.chance, s.actor))


def ties(incidents: pa.Table) -> list[Tie]:
    """Return who stands beside whom and against whom, the most frequent first.

    Those who act together are beside one another, doers are against those whom they strike, and the two sides of a clash against
    one another; in a clash of more than two the text does not say who stands where, and nothing is concluded.
    """
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in incidents.to_pylist():
        if not row["told"]:
            continue
        doers = sorted({a for a in row["initiators"] if _armed(a)})
        struck = sorted({a for a in row["targets"] if _armed(a)} - set(doers))
        clashing = sorted({a for a in row["participants"] if _armed(a)})
        for a, b in combinations(doers, 2):
            found.setdefault((a, b, "beside"), []).append(row)
        for doer in doers:
            for other in struck:
                found.setdefault((*sorted((doer, other)), "against"), []).append(row)
        if len(clashing) == 2:
            found.setdefault((clashing[0], clashing[1], "against"), []).append(row)
    out = []
    for (a, b, tie), rows in found.items():
        days = sorted(row["day"] for row in rows if row["day"])
        out.append(
            Tie(
                first_actor=a,
                second_actor=b,
                tie="beside" if tie == "beside" else "against",
                incidents=tuple(sorted({row["incident"] for row in rows})),
                first=days[0] if days else None,
                last=days[-1] if days else None,
            )
        )
    return sorted(out, key=lambda t: (-len(t.incidents), t.first_actor, t.second_actor, t.tie))


def graphml(found: list[Tie]) -> str:
    """Return ties as GraphML: actors as nodes with their names, an edge for each pair and kind with its number of incidents."""
    import networkx as nx  # slow to load, and only this needs it

    graph: nx.MultiGraph[str] = nx.MultiGraph()
    known = registry()
    for tie in found:
        for actor in (tie.first_actor, tie.second_actor):
            row = known.get(actor)
            graph.add_node(actor, ar=row.ar if row else actor, en=row.en if row else actor, side=row.side if row else "")
        graph.add_edge(
            tie.first_actor, tie.second_actor, tie=tie.tie, incidents=len(tie.incidents), first=tie.first or "", last=tie.last or ""
        )
    out = io.BytesIO()
    nx.write_graphml(graph, out)
    return out.getvalue().decode("utf-8")

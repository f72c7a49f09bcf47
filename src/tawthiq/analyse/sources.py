"""How sources did in the record: alone, corroborated, contested, corrected, first, and how late they tell."""

from __future__ import annotations

import statistics
from typing import Any

from tawthiq.analyse.tables import Tables, days_between
from tawthiq.model import Record


class SourceCount(Record):
    """A voice over the incidents of which it told: how many it told alone, with others, contested; tolls corrected; often first.

    `delay_days` is the median number of days from what happened to publication, over dated incidents; None where there is none.
    """

    voice: str
    name: str
    claims: int
    incidents: int
    alone: int
    corroborated: int
    contested: int
    corrected: int
    first: int
    delay_days: float | None


def sources(tables: Tables) -> list[SourceCount]:
    """Return the voices of a record, those with most incidents first."""
    incidents = {row["incident"]: row for row in tables.incidents.to_pylist()}
    by: dict[str, list[dict[str, Any]]] = {}
    of_incident: dict[str, list[dict[str, Any]]] = {}
    for claim in tables.claims.to_pylist():
        by.setdefault(claim["voice"], []).append(claim)
        if claim["incident"] in incidents:
            of_incident.setdefault(claim["incident"], []).append(claim)
    first: dict[str, str] = {}
    for name, claims in of_incident.items():
        dated = sorted((c["published"], c["voice"]) for c in claims if c["published"])
        # Of two on one day nobody was first.
        if dated and len({v for p, v in dated if p[:10] == dated[0][0][:10]}) == 1:
            first[name] = dated[0][1]
    out = []
    for voice, claims in by.items():
        told = sorted({c["incident"] for c in claims if c["incident"] in incidents})
        state = [incidents[name]["corroboration"] for name in told]
        delays = [
            days_between(incidents[c["incident"]]["day"], c["published"])
            for c in claims
            if c["incident"] in incidents and c["published"] and incidents[c["incident"]]["day"]
        ]
        out.append(
            SourceCount(
                voice=voice,
                name=min(c["voice_name"] for c in claims),
                claims=len(claims),
                incidents=len(told),
                alone=state.count("single-source"),
                corroborated=state.count("corroborated"),
                contested=state.count("contested"),
                corrected=sum(c["corrected"] for c in claims),
                first=sum(first.get(name) == voice for name in told),
                delay_days=float(statistics.median(delays)) if delays else None,
            )
        )
    return sorted(out, key=lambda s: (-s.incidents, -s.claims, s.voice))

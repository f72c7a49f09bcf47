"""The record as tables to count over: one row an incident, one a loss of an incident, one a claim.

What is not known is null in every column, never a default; lists hold actor ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import pyarrow as pa

from tawthiq.lexicon.registry import lineage
from tawthiq.link.told import Told, voice
from tawthiq.model import FAMILY_OF, Incident

_ACTORS = pa.list_(pa.string())
INCIDENTS = pa.schema(
    [
        ("incident", pa.string()),
        ("day", pa.string()),
        ("end", pa.string()),
        ("week", pa.string()),
        ("type", pa.string()),
        ("family", pa.string()),
        ("place", pa.string()),
        ("level", pa.string()),
        ("admin1", pa.string()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("initiators", _ACTORS),
        ("targets", _ACTORS),
        ("participants", _ACTORS),
        ("origins", pa.int32()),
        ("corroboration", pa.string()),
        ("review", pa.string()),
        ("told", pa.bool_()),
    ]
)
LOSSES = pa.schema(
    [
        ("incident", pa.string()),
        ("day", pa.string()),
        ("week", pa.string()),
        ("admin1", pa.string()),
        ("corroboration", pa.string()),
        ("who", pa.string()),
        ("outcome", pa.string()),
        ("lowest", pa.int32()),
        ("best", pa.int32()),
        ("highest", pa.int32()),
        ("unknown", pa.bool_()),
    ]
)
CLAIMS = pa.schema(
    [
        ("claim", pa.string()),
        ("report", pa.string()),
        ("voice", pa.string()),
        ("voice_name", pa.string()),
        ("outlet", pa.string()),
        ("published", pa.string()),
        ("kind", pa.string()),
        ("type", pa.string()),
        ("modality", pa.string()),
        ("attribution", pa.string()),
        ("initiators", _ACTORS),
        ("targets", _ACTORS),
        ("participants", _ACTORS),
        ("admin1", pa.string()),
        ("level", pa.string()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("start", pa.string()),
        ("end", pa.string()),
        ("count_min", pa.int32()),
        ("count_max", pa.int32()),
        ("losses", pa.list_(pa.struct([("who", pa.string()), ("outcome", pa.string()), ("min", pa.int32()), ("max", pa.int32())]))),
        ("incident", pa.string()),
        ("corrected", pa.bool_()),
    ]
)


class Tables(NamedTuple):
    """The record: incidents, their losses, and all claims."""

    incidents: pa.Table
    losses: pa.Table
    claims: pa.Table


def record(told: Iterable[Told], incidents: Sequence[Incident]) -> Tables:
    """Lay a record out as tables; incidents that people rejected are left out, with their losses."""
    kept = [i for i in incidents if i.review != "rejected"]
    incident_of = {claim: i.id for i in kept for claim in i.claims}
    corrected = {claim for i in kept for loss in i.losses for claim in loss.corrected}
    return Tables(
        pa.Table.from_pylist([_incident(i) for i in kept], schema=INCIDENTS),
        pa.Table.from_pylist([row for i in kept for row in _losses(i)], schema=LOSSES),
        pa.Table.from_pylist([_claim(t, incident_of.get(t.key), t.key in corrected) for t in told], schema=CLAIMS),
    )


def _incident(incident: Incident) -> dict[str, Any]:
    place = incident.place
    return {
        "incident": incident.id,
        "day": incident.start,
        "end": incident.end,
        "week": week_of(incident.start),
        "type": incident.type,
        "family": FAMILY_OF[incident.type],
        "place": place.name if place else None,
        "level": str(place.level) if place and place.level else None,
        "admin1": place.admin1 if place else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "initiators": [s.value for s in incident.initiators],
        "targets": [s.value for s in incident.targets],
        "participants": [s.value for s in incident.participants],
        "origins": incident.origins,
        "corroboration": incident.corroboration,
        "review": incident.review,
        "told": any(v.stance == "told" for v in incident.versions) or not incident.versions,
    }


def _losses(incident: Incident) -> list[dict[str, Any]]:
    return [
        {
            "incident": incident.id,
            "day": incident.start,
            "week": week_of(incident.start),
            "admin1": incident.place.admin1 if incident.place else None,
            "corroboration": incident.corroboration,
            "who": loss.who,
            "outcome": loss.outcome,
            "lowest": loss.lowest,
            "best": loss.best,
            "highest": loss.highest,
            "unknown": loss.lowest is None and loss.highest is None,
        }
        for loss in incident.losses
    ]


def _claim(told: Told, incident: str | None, corrected: bool) -> dict[str, Any]:
    claim, heard = told.claim, voice(told)
    place, time = claim.place, claim.time
    return {
        "claim": told.key,
        "report": told.report.report,
        "voice": heard.key,
        "voice_name": heard.name,
        "outlet": told.report.source,
        "published": told.report.published,
        "kind": str(claim.kind),
        "type": claim.type,
        "modality": str(claim.modality),
        "attribution": str(claim.attribution.type),
        "initiators": list(claim.initiators),
        "targets": list(claim.targets),
        "participants": list(claim.participants),
        "admin1": place.admin1 if place else None,
        "level": str(place.level) if place and place.level else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "start": time.start if time else None,
        "end": (time.end or time.start) if time else None,
        "count_min": claim.count.min if claim.count else None,
        "count_max": claim.count.max if claim.count else None,
        "losses": [{"who": x.who, "outcome": x.outcome, "min": x.min, "max": x.max} for x in claim.losses],
        "incident": incident,
        "corrected": corrected,
    }


def week_of(day: str | None) -> str | None:
    """Return the Monday of a day's week, both ISO dates; None for none.

    >>> week_of("2023-05-17")
    '2023-05-15'
    """
    if day is None:
        return None
    at = date.fromisoformat(day[:10])
    return (at - timedelta(days=at.weekday())).isoformat()


def belongs(actor: str, group: str) -> bool:
    """Say whether an actor is a group or belongs or belonged to it: `liwa-al-quds` to `regime-militias`."""
    return group in lineage(actor)


def days_between(first: str, last: str) -> int:
    """Return the number of days from one ISO date to another."""
    return (date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])).days


def add_days(day: str, days: int) -> str:
    """Return an ISO date so many days later."""
    return (date.fromisoformat(day[:10]) + timedelta(days=days)).isoformat()


def within(start: str | None, end: str | None, first: date | None, last: date | None) -> bool:
    """Say whether something of the days from start to end falls into a period; what has no day falls into the open one alone."""
    if first is None and last is None:
        return True
    if start is None:
        return False
    return (first is None or (end or start) >= first.isoformat()) and (last is None or start <= last.isoformat())

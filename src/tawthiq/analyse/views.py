"""What sources say that actors want, can and will do, beside what the record shows; and forecasts against what came.

Counts of incidents are indicators, no proof: that an actor's losses rise shows nothing of what another wants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

from tawthiq.analyse.losses import Trend, attrition
from tawthiq.analyse.tables import Tables, add_days, belongs, days_between
from tawthiq.model import Record

HORIZON_DAYS = 30
_VIEWS = ("intent", "capability", "responsibility")


class Hypothesis(Record):
    """What sources say that an actor wants, can do or stands behind, toward whom; who says it, and who denies it.

    `voices` are independent of one another as far as the record shows. Indicators: `losses` of the one it is aimed at, incidents
    in which the actor acted against it (`acts`), in which both acted together (`joint`), and all of the actor's own (`own`).
    """

    view: Literal["intent", "capability", "responsibility"]
    actors: tuple[str, ...]
    toward: tuple[str, ...]
    claims: tuple[str, ...]
    voices: tuple[str, ...]
    denied: tuple[str, ...]
    denied_by: tuple[str, ...]
    losses: Trend | None
    acts: tuple[str, ...]
    joint: tuple[str, ...]
    own: tuple[str, ...]


def hypotheses(tables: Tables) -> list[Hypothesis]:
    """Return the assessments of a record grouped by kind, actor and aim, those that most voices hold first."""
    groups: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[dict[str, Any]]] = {}
    for claim in tables.claims.to_pylist():
        if claim["kind"] == "assessment" and claim["type"] in _VIEWS:
            key = (claim["type"], tuple(sorted(claim["initiators"])), tuple(sorted(claim["targets"])))
            groups.setdefault(key, []).append(claim)
    incidents = [row for row in tables.incidents.to_pylist() if row["told"]]
    losses_of = cache(lambda who: attrition(tables.losses, who))
    out = []
    for (view, actors, toward), claims in groups.items():
        held = [c for c in claims if c["modality"] != "denied"]
        denied = [c for c in claims if c["modality"] == "denied"]
        own = [i for i in incidents if _acts(i, actors)]
        against = [i for i in own if toward and _named(i["targets"], toward)]
        joint = [i for i in own if toward and _named([*i["initiators"]], toward)]
        out.append(
            Hypothesis(
                view=view,
                actors=actors,
                toward=toward,
                claims=tuple(c["claim"] for c in held),
                voices=_voices(held),
                denied=tuple(c["claim"] for c in denied),
                denied_by=_voices(denied),
                losses=losses_of(toward[0]) if toward else None,
                acts=tuple(i["incident"] for i in against),
                joint=tuple(i["incident"] for i in joint),
                own=tuple(i["incident"] for i in own),
            )
        )
    return sorted(out, key=lambda h: (-len(h.voices), -len(h.claims), h.view, h.actors, h.toward))


def _voices(claims: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({c["voice"]: c["voice_name"] for c in claims}.values()))


def _named(there: Sequence[str], wanted: Sequence[str]) -> bool:
    return any(belongs(actor, group) for actor in there for group in wanted)


def _acts(incident: Mapping[str, Any], actors: Sequence[str]) -> bool:
    return bool(actors) and _named([*incident["initiators"], *incident["participants"]], actors)


class Forecast(Record):
    """A forecast: who says that who will do what toward whom, until when; whether it came, as people or the record have it.

    `until` is what the source says, else `HORIZON_DAYS` after publication (`horizon_given` tells which). `outcome` is "true" or
    "false" as people settled it, "unclear", or None while it is open. `suggested` are incidents of the window that fit it;
    `base_rate` is the chance of at least one such incident in a window of that length at the rate of the record before: where it
    is high, they say little.
    """

    claim: str
    voice: str
    actors: tuple[str, ...]
    toward: tuple[str, ...]
    published: str | None
    until: str | None
    horizon_given: bool
    outcome: Literal["true", "false", "unclear"] | None
    suggested: tuple[str, ...]
    base_rate: float | None


class Score(Record):
    """How a voice's settled forecasts did: the Brier score (0 best, 1 worst) of forecasts taken as certain, and of base rates."""

    voice: str
    forecasts: int
    settled: int
    brier: float | None
    brier_of_base_rates: float | None


def forecasts(tables: Tables, settled: Mapping[str, str] | None = None) -> list[Forecast]:
    """Return the forecasts of a record with what came of them, the latest first; `settled` is what people decided, by claim."""
    import math

    incidents = [row for row in tables.incidents.to_pylist() if row["told"] and row["day"]]
    begin = min((i["day"] for i in incidents), default=None)
    out = []
    for claim in tables.claims.to_pylist():
        if claim["kind"] != "assessment" or claim["type"] != "forecast":
            continue
        published = claim["published"][:10] if claim["published"] else None
        until = claim["end"] or (add_days(published, HORIZON_DAYS) if published else None)
        fitting = [i for i in incidents if _foreseen(claim, i)]
        window = [i for i in fitting if published and until and published < i["day"] <= until]
        base = None
        if published and until and begin and begin < published and until > published:
            before = [i for i in fitting if i["day"] <= published]
            rate = len(before) / max(1, days_between(begin, published))
            base = round(1 - math.exp(-rate * days_between(published, until)), 3)
        verdict = (settled or {}).get(claim["claim"])
        out.append(
            Forecast(
                claim=claim["claim"],
                voice=claim["voice_name"],
                actors=tuple(claim["initiators"]),
                toward=tuple(claim["targets"]),
                published=published,
                until=until,
                horizon_given=claim["end"] is not None,
                outcome="true" if verdict == "true" else "false" if verdict == "false" else "unclear" if verdict else None,
                suggested=tuple(i["incident"] for i in window),
                base_rate=base,
            )
        )
    return sorted(out, key=lambda f: (f.published or "", f.claim), reverse=True)


def _foreseen(claim: Mapping[str, Any], incident: Mapping[str, Any]) -> bool:
    """Say whether an incident is what a forecast speaks of; one that names neither actor nor target can be fitted by nothing."""
    if not claim["initiators"] and not claim["targets"]:
        return False
    if claim["initiators"] and not _acts(incident, claim["initiators"]):
        return False
    if claim["targets"] and not _named([*incident["targets"], *incident["participants"]], claim["targets"]):
        return False
    return claim["admin1"] is None or incident["admin1"] == claim["admin1"]


def scores(found: Sequence[Forecast]) -> list[Score]:
    """Return the Brier score (Brier, 1950) of each voice over forecasts that people settled as true or false, the most first."""
    by: dict[str, list[Forecast]] = {}
    for forecast in found:
        by.setdefault(forecast.voice, []).append(forecast)
    out = []
    for voice, rows in by.items():
        settled = [f for f in rows if f.outcome in ("true", "false")]
        based = [f for f in settled if f.base_rate is not None]
        out.append(
            Score(
                voice=voice,
                forecasts=len(rows),
                settled=len(settled),
                brier=round(sum(f.outcome == "false" for f in settled) / len(settled), 3) if settled else None,
                brier_of_base_rates=round(
                    sum((f.base_rate - (f.outcome == "true")) ** 2 for f in based if f.base_rate is not None) / len(based), 3
                )
                if based
                else None,
            )
        )
    return sorted(out, key=lambda s: (-s.settled, -s.forecasts, s.voice))

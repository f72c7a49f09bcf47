"""Make of the record what may be public: each incident as it may be told, or held back with its reason.

Nothing that a report wrote gets through unless the profile allows it: a public incident is made of ids, dates, figures and names
of the vocabulary alone, so that what was never copied cannot leak.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Literal, NamedTuple

from tawthiq.analyse.tables import add_days
from tawthiq.lexicon.sources import place_rows
from tawthiq.link.told import Told
from tawthiq.model import FAMILY_OF, Incident, LossRange, Outcome, Place, Record
from tawthiq.publish.profile import Exactness, Profile

_STEPS: tuple[Exactness, ...] = ("town", "subdistrict", "district", "governorate")
# Kilometres from its point within which a place of each level lies.
RADIUS_KM = {"town": 5.0, "subdistrict": 12.0, "district": 25.0, "governorate": 80.0}


class PublicPlace(Record):
    """A place as it may be told: a named unit of the gazetteer and its point; `level` says how exact it is."""

    code: str
    name_ar: str
    name_en: str
    level: Exactness
    admin1: str
    admin2: str | None
    lat: float
    lon: float


class PublicLoss(Record):
    """Losses of one actor and outcome: None where nobody knows, `highest` None where figures are only least ones."""

    who: str | None
    outcome: Outcome
    lowest: int | None
    best: int | None
    highest: int | None


class PublicIncident(Record):
    """An incident as it may be told. `stances` are how it is told ("told", "denied", "distanced"), `culprits` whom they name."""

    id: str
    type: str
    family: str
    start: str | None
    end: str | None
    place: PublicPlace | None
    initiators: tuple[str, ...]
    targets: tuple[str, ...]
    participants: tuple[str, ...]
    losses: tuple[PublicLoss, ...]
    stances: tuple[str, ...]
    culprits: tuple[tuple[str, ...], ...]
    origins: int
    corroboration: Literal["single-source", "corroborated", "contested"]
    reason: str
    review: Literal["unreviewed", "in-review", "needs-information", "verified", "rejected"]
    sources: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    detail: str | None = None


class Held(NamedTuple):
    """An incident that is held back, why, and until when, if time alone frees it."""

    incident: str
    reason: Literal["delay", "undated", "unreviewed", "rejected", "not-told", "withheld"]
    until: str | None = None


def redact(
    incidents: Iterable[Incident],
    told: Mapping[str, Told],
    profile: Profile,
    today: date,
    withheld: Container[str] = (),
) -> tuple[list[PublicIncident], list[Held]]:
    """Return what may be public on a day, ordered by day and id, and what is held back; `withheld` are kept out by people."""
    public: list[PublicIncident] = []
    held: list[Held] = []
    for incident in incidents:
        claims = [told[key] for key in incident.claims if key in told]
        kept_out = incident.id in withheld
        reason = Held(incident.id, "withheld") if kept_out else _held(incident, claims, profile, today)
        if reason is not None:
            held.append(reason)
        else:
            public.append(_public(incident, claims, profile))
    return sorted(public, key=lambda i: (i.start or "9999", i.id)), sorted(held)


def _held(incident: Incident, claims: Sequence[Told], profile: Profile, today: date) -> Held | None:
    if incident.review == "rejected":
        return Held(incident.id, "rejected")
    if incident.review != "verified" and profile.unreviewed == "leave-out":
        return Held(incident.id, "unreviewed")
    if incident.versions and not any(v.stance == "told" for v in incident.versions):
        return Held(incident.id, "not-told")  # a denial, a threat or an allegation that nobody stands behind
    published = max((t.report.published[:10] for t in claims if t.report.published), default=None)
    last = incident.end or incident.start or published
    if last is None:
        return Held(incident.id, "undated")
    free = add_days(last, profile.delay(incident.type))
    return Held(incident.id, "delay", free) if free > today.isoformat() else None


def _public(incident: Incident, claims: Sequence[Told], profile: Profile) -> PublicIncident:
    targets = tuple(s.value for s in incident.targets)
    sources = tuple(dict.fromkeys(origin.name for origin in incident.sources)) if profile.sources else ()
    quotes = tuple(" … ".join(t.report.text[a:b] for a, b in t.claim.evidence) for t in claims) if profile.quotes else ()
    urls = tuple(dict.fromkeys(t.report.url for t in claims if t.report.url)) if profile.urls else ()
    return PublicIncident(
        id=incident.id,
        type=incident.type,
        family=FAMILY_OF[incident.type],
        start=incident.start,
        end=incident.end,
        place=snap(incident.place, profile.exactness_of(incident.type, targets)),
        initiators=tuple(s.value for s in incident.initiators),
        targets=targets,
        participants=tuple(s.value for s in incident.participants),
        losses=tuple(_loss(loss) for loss in incident.losses),
        stances=tuple(dict.fromkeys(v.stance for v in incident.versions)),
        culprits=tuple(dict.fromkeys(v.initiators for v in incident.versions if v.initiators)),
        origins=incident.origins,
        corroboration=incident.corroboration,
        reason=incident.reason,
        review=incident.review,
        sources=sources,
        quotes=quotes,
        urls=urls,
        detail=incident.place.detail if incident.place and profile.details else None,
    )


def _loss(loss: LossRange) -> PublicLoss:
    return PublicLoss(who=loss.who, outcome=loss.outcome, lowest=loss.lowest, best=loss.best, highest=loss.highest)


def snap(place: Place | None, exactness: Exactness) -> PublicPlace | None:
    """Return the named unit that holds a place and is no more exact than allowed; None where the gazetteer knows none.

    Names come from the gazetteer, never from the report; an unknown village is told by the unit that is known to hold it.
    """
    if place is None or place.admin1 is None:
        return None
    units = gazetteer()
    by_step: dict[Exactness, str | None] = {
        "town": place.code if place.level in ("point", "town") else None,
        "subdistrict": place.admin3,
        "district": place.admin2,
        "governorate": place.admin1,
    }
    for step in _STEPS[_STEPS.index(exactness) :]:
        code = by_step[step]
        unit = units.get(code) if code else None
        if unit is not None and (step != "town" or unit.level == "town"):
            admin = unit.admin if step == "town" else str(code)
            return PublicPlace(
                code=str(code),
                name_ar=unit.ar,
                name_en=unit.en,
                level=step,
                admin1=place.admin1,
                admin2=(admin[:6] if len(admin) >= 6 else None) if step != "governorate" else None,
                lat=unit.lat,
                lon=unit.lon,
            )
    return None


class Unit(NamedTuple):
    """A row of the gazetteer: names, its point in degrees, the most exact p-code that is known of it, and its level."""

    ar: str
    en: str
    lat: float
    lon: float
    admin: str
    level: str


@cache
def gazetteer() -> dict[str, Unit]:
    """Return the package's places by code; what a project loaded is not published by its own names."""
    return {
        cells[0]: Unit(cells[1], (cells[3].split("|")[0] or cells[1]), float(cells[6]), float(cells[7]), cells[5], cells[4])
        for _, _, cells in place_rows()
    }

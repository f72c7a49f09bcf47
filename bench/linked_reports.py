"""Make linked reports with known truth, in any number: occurrences, each told by some reports, each telling with its faults.

A telling may drop the place, the day or an actor, shift the day by one, name a coarser place, a more general actor or a related
type, give an earlier toll or none, or be a copy of another telling word for word. `skewed` puts most occurrences into a few
towns.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from tawthiq.link.told import Told
from tawthiq.model import Attribution, Claim, Kind, Level, Loss, Place, Report, SourceType, Time

# Occurrences a day in the whole country: the size of a set is how long it lasts, not how dense it is.
A_DAY = 60
# Half of what happens, happens in so many towns when it is skewed.
_FEW = 10
_TYPES = (
    "shelling",
    "armed-clash",
    "attack",
    "ied",
    "air-drone-strike",
    "assassination",
    "arrest",
    "abduction",
    "raid",
    "protest",
    "looting-destruction",
    "displacement",
)
_SHARES = (18, 12, 12, 11, 9, 8, 9, 6, 5, 4, 3, 3)
_RELATED = {
    "attack": "armed-clash",
    "ied": "attack",
    "assassination": "attack",
    "air-drone-strike": "shelling",
    "arrest": "abduction",
    "abduction": "disappearance",
    "raid": "sweep",
    "protest": "riot",
}
_ACTORS = (
    "syrian-army",
    "isis",
    "sdf",
    "liwa-al-quds",
    "ndf",
    "iran-militias",
    "turkey",
    "sna",
    "hts",
    "russia",
    "israel",
    "unknown-gunmen",
    "fourth-division",
    "tribal-fighters",
)
_GENERAL = {
    "liwa-al-quds": "regime-militias",
    "ndf": "regime-militias",
    "fourth-division": "syrian-army",
    "hts": "opposition-factions",
    "sna": "opposition-factions",
}
_FIRST_DAY = date(2015, 1, 1)
_COARSER = {Level.TOWN: Level.DISTRICT, Level.DISTRICT: Level.GOVERNORATE}


def towns(random_: random.Random, count: int = 1000) -> list[Place]:
    """Return invented towns over fourteen governorates of a degree each."""
    out = []
    for number in range(count):
        governorate = number % 14
        lat, lon = 32.6 + governorate // 4 * 1.1, 36.0 + governorate % 4 * 1.4
        out.append(
            Place(
                name=f"town {number}", level=Level.TOWN, admin1=f"SY{governorate + 1:02d}",
                lat=round(lat + random_.random(), 4), lon=round(lon + 1.3 * random_.random(), 4),
            )
        )  # fmt: skip
    return out


def linked_reports(claims: int, seed: int = 1, *, skewed: bool = False) -> Iterator[tuple[Told, int]]:
    """Yield about so many claims, a report each, with the number of the occurrence that it tells."""
    random_ = random.Random(seed)
    places = towns(random_)
    shares = [50 if rank < _FEW else 500 / (len(places) - _FEW) for rank in range(len(places))] if skewed else None
    made = occurrence = 0
    while made < claims:
        day = _FIRST_DAY + timedelta(days=occurrence // A_DAY)
        place = random_.choices(places, shares)[0] if shares else random_.choice(places)
        type_ = random_.choices(_TYPES, _SHARES)[0]
        doer = random_.choice(_ACTORS)
        victim = random_.choice([a for a in (*_ACTORS, "civilians", "civilians", "civilians") if a != doer])
        killed, wounded = min(40, int(random_.expovariate(0.35))), min(60, int(random_.expovariate(0.25)))
        tellings = min(12, 1 + int(random_.expovariate(1.1)))
        last: Claim | None = None
        for number in range(tellings):
            report = Report(
                report=f"r{made:08d}", source=f"outlet {random_.randrange(60)}", text="x",
                published=(day + timedelta(days=random_.choice((0, 0, 1, 1, 2)))).isoformat(),
            )  # fmt: skip
            copied = last is not None and random_.random() < 0.1
            claim = (
                last if copied and last is not None else _telling(random_, day, place, type_, doer, victim, killed, wounded, number)
            )
            last = claim
            yield Told(report, claim.model_copy(update={"id": f"{report.report}.1"})), occurrence
            made += 1
        occurrence += 1


def _telling(
    random_: random.Random, day: date, place: Place, type_: str, doer: str, victim: str, killed: int, wounded: int, number: int
) -> Claim:
    told_day: date | None = day
    chance = random_.random()
    if chance < 0.05:
        told_day = None
    elif chance < 0.09:
        told_day = day + timedelta(days=random_.choice((-1, 1)))
    told_place: Place | None = place
    chance = random_.random()
    if chance < 0.03:
        told_place = None
    elif chance < 0.10:
        level = _COARSER[Level.TOWN] if chance < 0.07 else Level.GOVERNORATE
        number_ = int(str(place.admin1)[2:]) - 1
        centre = (32.6 + number_ // 4 * 1.1 + 0.5, 36.0 + number_ % 4 * 1.4 + 0.65)
        near = (place.lat, place.lon) if level is Level.DISTRICT else centre
        told_place = Place(name=f"{level} of {place.name}", level=level, admin1=place.admin1, lat=near[0], lon=near[1])
    if random_.random() < 0.06:
        type_ = _RELATED.get(type_, type_)
    doers = () if random_.random() < 0.2 else (_GENERAL.get(doer, doer) if random_.random() < 0.15 else doer,)
    victims = () if random_.random() < 0.15 else (_GENERAL.get(victim, victim) if random_.random() < 0.15 else victim,)
    losses = []
    if random_.random() > 0.25:
        # An earlier telling may give an earlier, lower toll.
        early = 0.6 if number == 0 and random_.random() < 0.3 else 1.0
        for outcome, figure in (("killed", killed), ("wounded", wounded)):
            if figure:
                told_figure = max(1, int(figure * early))
                losses.append(Loss(who=victim, outcome=outcome, min=told_figure, max=told_figure))
    source = SourceType.NAMED if random_.random() < 0.2 else SourceType.OUTLET
    clash = type_ == "armed-clash"
    return Claim(
        id="1", kind=Kind.EVENT, type=type_, evidence=((0, 1),),
        initiators=() if clash else doers, targets=() if clash else victims,
        participants=(*doers, *victims) if clash else (), place=told_place,
        time=Time(start=told_day.isoformat(), end=told_day.isoformat()) if told_day else None, losses=tuple(losses),
        attribution=Attribution(type=source, mention="the observatory" if source is SourceType.NAMED else None),
    )  # fmt: skip

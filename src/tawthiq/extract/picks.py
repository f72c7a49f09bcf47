"""Which place and which time of a sentence each claim takes.

A claim takes the most exact place of its own clause, else of its sentence, else it goes on where the text was; its time
likewise. A turn of the text ("in another matter", "in the town of X") ends what is carried on.
"""

from __future__ import annotations

from tawthiq.extract.drafts import Draft
from tawthiq.extract.items import Sentence
from tawthiq.extract.setting import PlaceMention
from tawthiq.resolve.calendar_words import TimeMention
from tawthiq.resolve.places import rank

_LONG_ROAD_KM = 40.0


def pick_place(draft: Draft, places: list[PlaceMention], sentence: Sentence, start: int, end: int) -> PlaceMention | None:
    """Return the place of a claim among those of its sentence: of its clause first, the most exact, the nearest.

    Where people came from is no place of an act; where they fled or were sent to neither.
    """
    leaving = draft.type in ("displacement", "release")
    usable = [p for p in places if not p.origin or draft.type in ("displacement", "protest")]
    if draft.type == "deployment":
        usable = [p for p in usable if not _after(sentence, p, "prep_from")] or usable
    elif leaving or draft.type != "territory-taken":
        aims = [p for p in usable if not _after(sentence, p, "place_to")]
        usable = aims if aims or leaving or draft.type in ("arrest", "abduction") else usable
    own = [p for p in usable if start <= p.first < end]
    pool = own
    if not pool:
        earlier = [p for p in usable if p.first < start]
        later = [p for p in usable if p.first >= end]
        pool = earlier[-1:] or (later[:1] if not draft.sequel else [])
    if not pool:
        return None
    anchor = draft.triggers[0].item.first if draft.triggers else start

    def exactness(place: PlaceMention) -> tuple[float, bool, int]:
        # Of "on the road from A to B, in the desert of C" the road says less when it is long.
        level = rank(place.place.level) + (0.5 if place.stretch > _LONG_ROAD_KM else 0) if place.place.lat is not None else 9
        return level, place.first < anchor, abs(place.first - anchor)

    return min(pool, key=exactness)


def _after(sentence: Sentence, place: PlaceMention, category: str) -> bool:
    """Say whether a place stands right after a word of a category: where one goes to, or comes from."""
    return any(i.last == place.first and i.category == category for i in sentence.items)


def pick_time(sentence: Sentence, start: int, end: int, anchor: int) -> TimeMention | None:
    """Return the time of a claim among those of its sentence: of its clause, else the last before it, else one after it."""
    dated = [t for t in sentence.times if not t.relation]
    dated = _without_late_death(sentence, dated)
    own = [t for t in dated if start <= t.first < end]
    if len(own) > 1 and (said := _said_days(sentence, own, anchor)):
        own = [t for t in own if t not in said]
    if own:
        return min(own, key=lambda t: (t.weak, t.since, abs(t.first - anchor)))
    before = [t for t in dated if t.first < start]
    if before:
        return before[-1]
    return None


def _without_late_death(sentence: Sentence, times: list[TimeMention]) -> list[TimeMention]:
    """Leave out the day on which someone died of wounds, where another day tells when the wounds were done."""
    wounds = next(iter(sentence.of("succumb")), None)
    if wounds is None or len(times) < 2:
        return times
    late = min(times, key=lambda t: min(abs(t.first - wounds.first), abs(t.last - wounds.first)))
    return [t for t in times if t is not late]


def _said_days(sentence: Sentence, times: list[TimeMention], anchor: int) -> list[TimeMention]:
    """Return the days on which something was said, not done: "announced, on Thursday, the killing of ... last week"."""
    out = []
    for time in times:
        if time.last > anchor:
            continue
        verb = next((i for i in reversed(sentence.items) if i.category == "say" and i.finite and i.first < time.first), None)
        if verb is not None and not any(
            i.category in ("that", "event", "loss", "light") and verb.last <= i.first < time.first for i in sentence.items
        ):
            out.append(time)
    return out if len(out) < len(times) else []

"""Propose values for a slot of a claim: from words that a person selected, from what they typed, else from what stands nearby.

A suggestion is a decision ready to be made; the person still makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tawthiq.extract.engine import extract_claims
from tawthiq.extract.items import Document, reader
from tawthiq.lexicon.registry import code_at, registry
from tawthiq.link.decisions import ROLES
from tawthiq.model import FAMILY_OF, TYPES_OF_KIND, Claim, Modality, Place, Record, Report, SourceType, Span, Time
from tawthiq.resolve.actors import find
from tawthiq.resolve.dates import DEFAULT_ZONE, precision
from tawthiq.resolve.gazetteer import places_of
from tawthiq.resolve.places import Candidate, Choice, choose, place_of
from tawthiq.workspace.words import PageWords

MOST = 9  # one for each digit key
# A place's name has so many words at most; of what was selected so many are looked at, and so many signs of the rest.
_LONGEST_NAME, _MOST_WORDS, _MOST_SIGNS = 6, 40, 2_000
_SHORT = 120


class Suggestion(Record):
    """A value for a slot: what is shown, what is said beside it, and the decision's fields."""

    label: str
    hint: str = ""
    kind: str = "edit"
    slot: str
    old: str | None = None
    value: Any = None
    span: Span | None = None


def suggest(
    slot: str, report: Report, claim: Claim, others: Iterable[Claim], words: PageWords, *, span: Span | None = None, typed: str = ""
) -> list[Suggestion]:
    """Return up to nine suggestions, the likeliest first.

    `others` are the other claims of the report, `span` the words selected in its text. Raises ValueError for a slot that is none
    and for a span outside the text.
    """
    if slot not in _MAKERS:
        raise ValueError(f"a slot is one of {', '.join(_MAKERS)}, not {slot!r}")
    if span is not None and not 0 <= span[0] < span[1] <= len(report.text):
        raise ValueError("the words selected are not in the text")
    said = (typed.strip() or (report.text[slice(*span)] if span else ""))[:_MOST_SIGNS]
    found: dict[str, Suggestion] = {}
    for one in _MAKERS[slot](slot, report, claim, list(others), words, said):
        if one.kind == "edit" and one.value == _now(claim, slot):
            continue
        if span is not None and not typed:
            one = one.model_copy(update={"span": span})
        found.setdefault(f"{one.kind} {one.label} {one.hint}", one)
    return list(found.values())[:MOST]


def _now(claim: Claim, slot: str) -> Any:
    return claim.model_dump(mode="json")[slot]


def _types(slot: str, report: Report, claim: Claim, others: list[Claim], words: PageWords, said: str) -> Iterator[Suggestion]:
    allowed = TYPES_OF_KIND[claim.kind]
    heard: list[str] = []
    if said:
        heard = [c.type for c in extract_claims(report.model_copy(update={"text": said, "title": None}))]
        heard += [t for t in sorted(allowed) if said.casefold() in words.name("type", t).casefold()]
    near = sorted(allowed, key=lambda t: (FAMILY_OF[t] != FAMILY_OF[claim.type], t))
    for type_ in [*heard, *([] if heard else near)]:
        if type_ in allowed:
            yield Suggestion(label=words.name("type", type_), hint=words.name("family", FAMILY_OF[type_]), slot=slot, value=type_)


def _roles(slot: str, report: Report, claim: Claim, others: list[Claim], words: PageWords, said: str) -> Iterator[Suggestion]:
    known = registry()
    mine = list(getattr(claim, slot))
    day = (claim.time.start if claim.time else None) or (report.published or "")[:10] or None
    if said:
        for match in find(" ".join(said.split()[:_MOST_WORDS]), MOST):
            coded = code_at(match.actor, day) or match.actor
            coded = coded if coded in known else match.actor
            hint = match.name if match.score == 1 else f"{match.name} ({match.score:.2f})"
            if coded not in mine:
                yield Suggestion(label=words.actor(coded), hint=hint, kind="name-actor", slot=slot, value=coded)
    else:
        elsewhere = [a for role in ROLES if role != slot for a in getattr(claim, role)]
        elsewhere += [a for other in others for role in ROLES for a in getattr(other, role)]
        for actor in dict.fromkeys([*elsewhere, "unknown-gunmen", "civilians"]):
            if actor not in mine and actor in known:
                yield Suggestion(label=words.actor(actor), hint=words("add"), kind="name-actor", slot=slot, value=actor)
    for actor in mine:
        rest = [a for a in mine if a != actor]
        yield Suggestion(label=words.actor(actor), hint=words("take_out"), slot=slot, value=rest)


def _places(slot: str, report: Report, claim: Claim, others: list[Claim], words: PageWords, said: str) -> Iterator[Suggestion]:
    if said:
        name = " ".join(said.split())
        candidates = _candidates(name)
        best = choose(candidates) if candidates else None
        for candidate in sorted(candidates, key=lambda c: best is None or c.code != best.candidate.code):
            place = place_of(Choice(candidate, "order"), name if len(name) <= _SHORT else candidate.name)
            yield _place(place.model_copy(update={"reason": None}), words, slot)
        if claim.place is not None and claim.place.detail != name and len(name) <= _SHORT:
            yield _place(claim.place.model_copy(update={"detail": name}), words, slot)
        if not candidates and len(name) <= _SHORT:
            yield _place(Place(name=name), words, slot)
        return
    if claim.place is not None:
        for runner in claim.place.runners_up:
            for candidate in places_of(claim.place.name):
                if candidate.code == runner.code:
                    yield _place(place_of(Choice(candidate, "order"), claim.place.name, detail=claim.place.detail), words, slot)
    for other in others:
        if other.place is not None:
            yield _place(other.place, words, slot)
    if claim.place is not None:
        yield Suggestion(label=words("no_place"), slot=slot, value=None)


def _candidates(name: str) -> tuple[Candidate, ...]:
    """Return the places of a name, or of the longest run of words in it that is one."""
    parts = name.split()[:_MOST_WORDS]
    for length in range(min(_LONGEST_NAME, len(parts)), 0, -1):
        for start in range(len(parts) - length + 1):
            if found := places_of(" ".join(parts[start : start + length])):
                return found
    return ()


def _place(place: Place, words: PageWords, slot: str) -> Suggestion:
    label = f"{place.name} – {place.detail}" if place.detail else place.name
    hint = words.comma.join([*([words.name("precision", place.level)] if place.level else []), words.governorate(place.admin1)])
    hint = hint if place.level else words("not_resolved")
    return Suggestion(label=label, hint=hint, kind="pick-place", slot=slot, value=place.model_dump(mode="json"))


def _times(slot: str, report: Report, claim: Claim, others: list[Claim], words: PageWords, said: str) -> Iterator[Suggestion]:
    made: list[Time] = []
    if said:
        document = Document(report.model_copy(update={"text": said, "title": None}), reader(), DEFAULT_ZONE)
        for sentence in document.sentences:
            for time in sentence.times:
                if time.start is not None and time.end is not None:
                    made.append(_time(time.start.isoformat(), time.end.isoformat(), said))
    else:
        made += [other.time for other in others if other.time is not None and other.time.start]
        if report.published:
            made.append(_time(report.published[:10], report.published[:10], None))
    for one in made:
        yield Suggestion(label=words.days(one.start, one.end), hint=one.mention or "", slot=slot, value=one.model_dump(mode="json"))
    yield Suggestion(label=words("no_day"), slot=slot, value=None)


def _time(start: str, end: str, mention: str | None) -> Time:
    from datetime import date

    acled, ucdp = precision(date.fromisoformat(start), date.fromisoformat(end))
    return Time(start=start, end=end, mention=mention, acled_precision=acled, ucdp_precision=ucdp)


def time_value(start: str, end: str) -> dict[str, Any] | None:
    """Return the time of two days as an edit sets it; raises ValueError for what is no day, or an end before the start."""
    if not start:
        return None
    end = end or start
    if end < start:
        raise ValueError("time: it ends before it begins")
    return _time(start, end, None).model_dump(mode="json")


def _numbers(report: Report, said: str) -> list[tuple[int | None, int | None, bool]]:
    document = Document(report.model_copy(update={"text": said, "title": None}), reader(), DEFAULT_ZONE)
    return [(q.least, q.most, q.approx) for sentence in document.sentences for q in sentence.quantities]


def _losses(slot: str, report: Report, claim: Claim, others: list[Claim], words: PageWords, said: str) -> Iterator[Suggestion]:
    rows = [loss.model_dump(mode="json") for loss in claim.losses]
    if said:
        heard = [loss for c in extract_claims(report.model_copy(update={"text": said, "title": None})) for loss in c.losses]
        for loss in heard:
            row = loss.model_dump(mode="json")
            yield _loss([*(r for r in rows if r["outcome"] != row["outcome"] or r["who"] != row["who"]), row], words, row)
        who = (claim.targets or claim.participants or (None,))[0]
        for low, high, approx in _numbers(report, said):
            for outcome in ("killed", "wounded", "captured", "detained"):
                row = {"who": who, "outcome": outcome, "min": low, "max": high, "status": "reported", "approx": approx or None}
                yield _loss([*(r for r in rows if r["outcome"] != outcome or r["who"] != who), row], words, row)
    for row in rows:
        yield _loss([r for r in rows if r is not row], words, row, out=True)


def _loss(rows: list[dict[str, Any]], words: PageWords, row: dict[str, Any], *, out: bool = False) -> Suggestion:
    from tawthiq.model import Loss
    from tawthiq.publish.brief import losses_text

    label = words.figures(losses_text([Loss.model_validate(row)], words))
    return Suggestion(label=label, hint=words("take_out") if out else "", slot="losses", value=rows)


def _attributions(
    slot: str, report: Report, claim: Claim, others: list[Claim], words: PageWords, said: str
) -> Iterator[Suggestion]:
    mention = " ".join(said.split())[:_SHORT] or claim.attribution.mention
    given = [claim.attribution.type] if said else []
    for type_ in [*given, *SourceType]:
        said_by = None if type_ is SourceType.OUTLET else mention
        yield Suggestion(
            label=words.name("attribution", type_), hint=said_by or "", slot=slot, value={"type": str(type_), "mention": said_by}
        )


def _modalities(slot: str, report: Report, claim: Claim, others: list[Claim], words: PageWords, said: str) -> Iterator[Suggestion]:
    for modality in Modality:
        yield Suggestion(label=words.name("modality", modality), slot=slot, value=str(modality))


def _counts(slot: str, report: Report, claim: Claim, others: list[Claim], words: PageWords, said: str) -> Iterator[Suggestion]:
    for low, high, approx in _numbers(report, said) if said else ():
        value = {"min": low, "max": high, "approx": approx or None}
        yield Suggestion(label=words.figure(low, high), slot=slot, value=value)
    yield Suggestion(label=words("unknown"), slot=slot, value=None)


_MAKERS: dict[str, Any] = {
    "type": _types,
    **dict.fromkeys(ROLES, _roles),
    "place": _places,
    "time": _times,
    "losses": _losses,
    "attribution": _attributions,
    "modality": _modalities,
    "count": _counts,
}

"""What a decision makes of a claim: an edited one, or one that the machine missed.

Nothing is set that the codebook does not know; the words that a slot was read from go with its value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from tawthiq.lexicon.registry import registry
from tawthiq.model import TYPES_OF_KIND, Claim, Count, Decision, Loss, Span, Trace

_YEARS = (1900, 2200)
_PEOPLE = 10_000_000
_NAME, _CODE = 500, 20


def one_line(error: ValidationError) -> str:
    """Return the first thing that is wrong with a record."""
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'decision'}: {first['msg']}"


def _known(claim: Claim) -> None:
    if claim.type not in TYPES_OF_KIND[claim.kind]:
        raise ValueError(f"type: {claim.type!r} is no type of {claim.kind}")
    unknown = {*claim.initiators, *claim.targets, *claim.participants} - set(registry())
    if unknown:
        raise ValueError(f"no actor {sorted(unknown)[0]!r}")


def _possible(claim: Claim) -> None:
    """Raise ValueError for what has the shape of a claim and says what cannot be: days, numbers, coordinates, names without end."""
    if claim.time is not None and (claim.time.start or claim.time.end):
        try:
            start, end = (date.fromisoformat(day or "") for day in (claim.time.start, claim.time.end or claim.time.start))
        except ValueError:
            raise ValueError("time: a day as YYYY-MM-DD is expected") from None
        if not _YEARS[0] <= start.year <= end.year <= _YEARS[1] or end < start:
            raise ValueError(f"time: it ends before it begins, or lies outside {_YEARS[0]} to {_YEARS[1]}")
    figures: list[Loss | Count] = [*claim.losses, *([claim.count] if claim.count is not None else [])]
    for row in figures:
        if max(row.min or 0, row.max or 0) > _PEOPLE:
            raise ValueError(f"no number above {_PEOPLE:,}")
        if row.min is not None and row.max is not None and row.min > row.max:
            raise ValueError("the least number is above the most")
    if claim.place is not None:
        place = claim.place
        for degrees, bound in ((place.lat, 90), (place.lon, 180)):
            if degrees is not None and not -bound <= degrees <= bound:
                raise ValueError("place: degrees out of range")
        if any(len(code) > _CODE for code in (place.admin1, place.admin2, place.admin3, place.code) if code):
            raise ValueError("place: a code is short")
    for text in _texts(claim.model_dump(mode="json")):
        if len(text) > _NAME:
            raise ValueError(f"a name has {_NAME} signs at most")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def check_plain(value: Any) -> None:
    """Raise ValueError for what no database keeps: half of a surrogate pair, NUL, a number that is none."""
    try:
        written = json.dumps(value, allow_nan=False, ensure_ascii=False)
    except (ValueError, RecursionError):
        raise ValueError("a number in it is none, or it is too deep") from None
    if "\\u0000" in written or any("\ud800" <= sign <= "\udfff" for sign in written):
        raise ValueError("a sign in it cannot be stored")


def edited_claim(claim: Claim, decision: Decision) -> Claim:
    """Return a claim with what an "edit", a "name-actor" or a "pick-place" sets; raises ValueError for what cannot be set.

    The words that a slot was read from are those that the decision names; where it names none, those of the old value go.
    """
    value: Any = decision.value
    slot = "place" if decision.kind == "pick-place" else str(decision.slot)
    gone: set[str] | None = None
    if decision.kind == "name-actor":
        before = list(getattr(claim, slot))
        actors = [value if actor == decision.old else actor for actor in before]
        value = list(dict.fromkeys(actors if value in actors else [*actors, value]))
        gone = set(before) - set(value)
    spans = [t for t in claim.spans or () if t.slot != slot or (gone is not None and t.id not in gone)]
    if decision.span is not None:
        named = decision.value if decision.kind == "name-actor" else None
        spans.append(Trace(slot=slot, id=named if isinstance(named, str) else None, span=decision.span))
    try:
        edited = Claim.model_validate(
            claim.model_dump(mode="json") | {slot: value, "spans": [t.model_dump(mode="json") for t in spans] if spans else None}
        )
    except ValidationError as error:
        raise ValueError(one_line(error)) from None
    _known(edited)
    _possible(edited)
    return edited


def check_added(decision: Decision) -> None:
    """Raise ValueError with one line for an "add-claim" that makes no claim."""
    anchor = decision.anchors[0]
    words = decision.value.get("words") if isinstance(decision.value, dict) else None
    if len(decision.anchors) != 1 or not isinstance(words, list):
        raise ValueError("add-claim: the value holds one statement's slots and its words")
    if len(words) != len(anchor.evidence) or not anchor.evidence or not all(words):
        raise ValueError("add-claim: its evidence and its words are not the same number")
    try:
        claim = _as_claim(decision, anchor.evidence)
        _known(claim)
        _possible(claim)
    except ValidationError as error:
        raise ValueError(f"add-claim: {one_line(error)}") from None


def _as_claim(decision: Decision, evidence: Sequence[Span]) -> Claim:
    anchor, value = decision.anchors[0], decision.value
    slots = {k: v for k, v in value.items() if k != "words"} if isinstance(value, dict) else {}
    told = {"id": decision.id or "X", "kind": anchor.kind, "type": anchor.type, "evidence": list(evidence)}
    return Claim.model_validate({**slots, **told})


def added_claim(decision: Decision, text: str) -> Claim | None:
    """Return the claim that an "add-claim" makes of a report's text; None when its words no longer stand there.

    Words that moved are found again where they stand once.
    """
    said = decision.value.get("words") if isinstance(decision.value, dict) else None
    evidence: list[Span] = []
    for (start, end), words in zip(decision.anchors[0].evidence, said if isinstance(said, list) else (), strict=True):
        if text[start:end] != words:
            if text.count(str(words)) != 1:
                return None
            start = text.index(str(words))
            end = start + len(str(words))
        evidence.append((start, end))
    claim = _as_claim(decision, evidence)
    moved = tuple(evidence) != decision.anchors[0].evidence
    return claim.model_copy(update={"spans": None}) if moved else claim

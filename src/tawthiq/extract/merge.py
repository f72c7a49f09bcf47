"""Within one report the same thing said twice is one claim: headlines, recaps and early tolls join what tells it in full.

Claims by another source, with another modality or of another day stay apart.
"""

from __future__ import annotations

from collections import deque

from tawthiq.extract.drafts import Draft, add
from tawthiq.extract.items import Document
from tawthiq.lexicon.morphology import ALEF, HEH
from tawthiq.model import FAMILY_OF, Kind, Level, Modality, Place

# How many claims of one type back a repeat is looked for: a report does not come back to a matter after more.
_WINDOW = 40
# How many spans of evidence a claim keeps of what is said over and over.
_MOST_SPANS = 40


def merge_repeats(document: Document, drafts: list[Draft]) -> list[Draft]:
    """Return the drafts with repeats joined to the fuller telling, in order of evidence."""
    kept: list[Draft] = []
    alike: dict[tuple[Kind, str], deque[Draft]] = {}
    body = [d for d in drafts if not d.sentence.headline]
    headlines = [d for d in drafts if d.sentence.headline]
    for draft in body:
        window = alike.setdefault((draft.kind, draft.type), deque(maxlen=_WINDOW))
        twin = None if draft.account else next((k for k in window if _same(document, k, draft)), None)
        if twin is None:
            kept.append(draft)
            window.append(draft)
        else:
            _join(twin, draft)
    for draft in headlines:
        twin = next((k for k in kept if _headline_of(draft, k)), None)
        if twin is not None:
            twin.spans += [s for s in draft.spans if s not in twin.spans]
        elif not body or (
            draft.kind is Kind.EVENT and (draft.losses or (draft.own_place and (draft.initiators or draft.targets))) and not kept
        ):
            kept.append(draft)
    return sorted(kept, key=lambda d: d.first)


def _headline_of(headline: Draft, draft: Draft) -> bool:
    if headline.kind is not draft.kind and {headline.kind, draft.kind} != {Kind.EVENT, Kind.TALLY}:
        return False
    return (
        headline.type == draft.type
        or FAMILY_OF[headline.type] == FAMILY_OF[draft.type]
        or (
            headline.kind is Kind.EVENT
            and FAMILY_OF[headline.type] in ("fight", "remote")
            and FAMILY_OF[draft.type] in ("fight", "remote")
        )
    )


def _same(document: Document, left: Draft, right: Draft) -> bool:
    """Say whether two drafts tell the same: type, day, place and people agree, and neither speaker nor doubt differs."""
    if left.kind is not right.kind or left.type != right.type or left.modality is not right.modality:
        return False
    if left.kind is Kind.TALLY:
        return left.count is not None and left.count == right.count and left.sentence is not right.sentence
    if left.kind in (Kind.ASSESSMENT, Kind.RELATION):
        return left.initiators == right.initiators and left.targets == right.targets and left.modality is Modality.DENIED
    if left.source.type is not right.source.type and right.source.first is not None:
        return False
    if left.sentence is right.sentence or _another(document, right):
        return False
    if (
        not _agree(left.initiators, right.initiators)
        or not _agree(left.targets, right.targets)
        or not _agree(left.participants, right.participants)
    ):
        return False
    if left.place and right.place and right.own_place and not _near(left.place, right.place):
        return False
    if right.time_from is None and right.time is not None and left.time is not None and right.time.start != left.time.start:
        return False
    if (
        left.losses
        and right.losses
        and not {(entry.who, entry.outcome, entry.min) for entry in left.losses}
        & {(entry.who, entry.outcome, entry.min) for entry in right.losses}
    ):
        return False
    return (right.time_from is not None and not right.own_place) or bool(left.losses and right.losses)


def _another(document: Document, draft: Draft) -> bool:
    """Say whether the words call it another: a second explosion, another attack."""
    words, using = document.words, document.using
    return any(
        t.item.last < len(words) and words[t.item.last].rstrip(ALEF).removesuffix(HEH) in using.another for t in draft.triggers
    )


def _near(left: Place, right: Place) -> bool:
    """Say whether two places can be one: the same spot, or a stretch and a spot on it."""
    if (left.lat, left.lon) == (right.lat, right.lon):
        return True
    if left.lat is None or left.lon is None or right.lat is None or right.lon is None:
        return False
    stretch = Level.AREA in (left.level, right.level)
    return stretch and abs(left.lat - right.lat) < 0.6 and abs(left.lon - right.lon) < 0.8


def _agree(left: list[str], right: list[str]) -> bool:
    return not left or not right or bool(set(left) & set(right))


def _join(left: Draft, right: Draft) -> None:
    if len(left.spans) < _MOST_SPANS:
        left.spans += [s for s in right.spans if s not in left.spans]
    add(left.initiators, right.initiators)
    add(left.targets, right.targets)
    add(left.participants, right.participants)
    for loss in right.losses:
        if not any(entry.who == loss.who and entry.outcome == loss.outcome for entry in left.losses):
            left.losses.append(loss)

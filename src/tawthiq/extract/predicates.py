"""Find the words that tell an occurrence or a loss, settle what each means, and cut the sentence into their clauses.

A word counts only where its grammar lets it: a participle is people, not an act; a weapon is an occurrence only where
something was done with it.
"""

from __future__ import annotations

from tawthiq.extract.drafts import Trigger
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.model import FAMILY_OF

_TELLING = ("event", "loss", "operation", "campaign", "crime", "body", "find", "weapon", "fall", "hit", "station")
_STRENGTH = {
    "event": 5,
    "loss": 4,
    "body": 3,
    "find": 3,
    "fall": 3,
    "hit": 3,
    "campaign": 2,
    "operation": 2,
    "crime": 2,
    "weapon": 1,
    "station": 1,
}
_LONG_AGO = 300  # days
_ASIDE = 7  # tokens
_MARKS = ("conjunction", "comma", "that")


def find_triggers(document: Document, sentence: Sentence) -> list[Trigger]:
    """Return the triggers of a sentence, one for each place, each with its clause; what lies years back is left out."""
    chosen: list[Item] = []
    taken = {t for mention in sentence.times for t in range(mention.first, mention.last)}
    for item in sentence.of("place"):
        if not item.sense.data["doubtful"]:
            taken.update(range(item.first, item.last))
    for item in sentence.items:
        if item.category not in _TELLING or (item.form.startswith("q") and item.category == "event"):
            continue
        if item.form == "xs?" and item.definite:
            continue  # "the surrounded house"
        if any(t.relation and t.days >= _LONG_AGO and 0 <= item.first - t.last <= 4 for t in sentence.times):
            continue
        if item.first in taken or _particle(document, sentence, item):
            continue
        if _struck_column(document, sentence.items, item, chosen):
            continue
        if chosen and item.first < chosen[-1].last:
            if _better(document, sentence, item, chosen[-1]):
                chosen[-1] = item
            continue
        chosen.append(item)
    out: list[Trigger] = []
    for item in chosen:
        trigger = _settle(document, sentence, item)
        if trigger is not None:
            trigger.order = len(out)
            out.append(trigger)
    _cut(document, sentence, out)
    return out


def _particle(document: Document, sentence: Sentence, item: Item) -> bool:
    """Say whether a word is no telling word here: فقد before a verb; a noun of purpose after "ready for" (معدّة للتفجير)."""
    if item.finite and item.first > sentence.first and document.words[item.first - 1] == "#":
        return True
    if (
        item.form.startswith("n")
        and item.sense.data.get("frame") != "head"
        and any(i.category == "person" and (i.first, i.last) == (item.first, item.last) for i in sentence.items)
        and any(q.last == item.first for q in sentence.quantities)
    ):
        return True  # "thousands of families", no capture
    if document.words[item.first] in document.using.particles and item.last - item.first == 1:
        return not any(i.first == item.last and i.category in ("person", "actor", "object", "epithet") for i in sentence.items)
    return bool(item.prefix) and item.definite and item.sense.data.get("frame") == "blow"


def _struck_column(document: Document, items: list[Item], item: Item, chosen: list[Item]) -> bool:
    """Say whether a column is what the verb before it struck, and no movement told for itself."""
    if item.form[:1] != "n" or item.sense.data.get("type") != "deployment" or item.sense.name not in document.using.columns:
        return False
    if any(i.last == item.first and i.category == "light" and i.sense.data.get("frame") == "undergo" for i in items):
        return True
    before = chosen[-1] if chosen else None
    return before is not None and before.finite and FAMILY_OF.get(str(before.sense.data.get("type")), "") in ("fight", "remote")


def _better(document: Document, sentence: Sentence, new: Item, old: Item) -> bool:
    """Say whether `new` is the better reading of a place than `old`."""
    if (new.last - new.first) != (old.last - old.first):
        return new.last - new.first > old.last - old.first
    if new.finite != old.finite:
        verbal = _verb_place(document, sentence, new)
        return new.finite == verbal
    return _STRENGTH[new.category] > _STRENGTH[old.category]


def _verb_place(document: Document, sentence: Sentence, item: Item) -> bool:
    """Say whether a finite verb can stand here: not after a preposition, and without the clitics of a noun."""
    if item.prefix and item.prefix[-1:] in document.using.joins[1:3]:
        return False
    previous = item.first - 1
    if previous < sentence.first:
        return True
    return not any(
        i.last == item.first
        and i.category in ("prep_on", "prep_in", "prep_from", "prep_to", "cause", "by", "resulting", "within", "sequel")
        for i in sentence.items
    )


def _needs_met(sentence: Sentence, item: Item) -> bool:
    """Say whether a verb that the expression needs stands before it, or its verbal noun."""
    needed = str(item.sense.data["needs"]).split("|")
    return any(
        str(i.sense.data.get("root")) in needed and item.first - 9 <= i.first <= item.first
        for i in sentence.items
        if i.sense.data.get("root")
    )


def _settle(document: Document, sentence: Sentence, item: Item) -> Trigger | None:
    data = item.sense.data
    category, type_, frame = item.category, str(data.get("type", "")), str(data.get("frame", ""))
    if frame == "needs-on" or "needs" in data:
        if "needs" in data and not _needs_met(sentence, item):
            return None
        frame = "act" if category != "event" or type_ != "release" else "free"
    passive = item.finite and (item.voice == "p" or (item.voice == "?" and document.passive_mark(item.first)))
    if item.form == "xs?":
        passive = False
    if item.form == "ed" and any(i.last == item.first and i.category == "passive_be" for i in sentence.items):
        passive = True
    return Trigger(item, category, type_, frame, passive=passive)


def _cut(document: Document, sentence: Sentence, triggers: list[Trigger]) -> None:
    """Give each trigger its clause: from the last mark before it to the first mark that opens the next trigger's clause."""
    marks = sorted(
        {i.first if i.category == "conjunction" else i.last for i in sentence.items if i.category in _MARKS}
        - _asides(sentence, triggers)
    )
    joins = document.using.joins
    starts: list[int] = []
    heads = [
        i
        for i in sentence.items
        if i.category
        in (
            "light",
            "result",
            "aspect",
            "say",
            "deny",
            "distance",
            "hedge",
            "accuse",
            "try",
            "resulting",
            "claim",
            "threat",
            "plan",
            "want",
            "able",
            "unable",
            "expect",
            "warn",
        )
    ]
    for index, trigger in enumerate(triggers):
        floor = triggers[index - 1].item.last if index else sentence.first
        candidates = [mark for mark in marks if floor <= mark <= trigger.item.first]
        for item in [*heads, trigger.item]:
            if floor <= item.first <= trigger.item.first and item.prefix[:1] in joins[:1] + joins[3:4] and item.prefix:
                candidates.append(item.first)
        if (
            trigger.item.first > floor
            and document.words[trigger.item.first - 1] in document.using.and_words
            and trigger.item.finite
        ):
            candidates.append(trigger.item.first)
        starts.append(
            max(candidates) if candidates and index else (sentence.first if not index else max(candidates, default=starts[-1]))
        )
    for index, trigger in enumerate(triggers):
        trigger.start = starts[index] = min(starts[index], _carrier_start(sentence, triggers, index, marks))
        following = [s for s in starts[index + 1 :] if s > trigger.item.first]
        trigger.end = min(following, default=sentence.last)


def _asides(sentence: Sentence, triggers: list[Trigger]) -> set[int]:
    """Return the commas around an aside that only says of what the number is: two fighters, one of them badly, by gunfire."""
    commas = sentence.of("comma")
    out: set[int] = set()
    for item in sentence.of("including"):
        before = next((c for c in commas if c.last == item.first), None)
        after = next((c for c in commas if item.last <= c.first <= item.last + _ASIDE), None)
        if before and after and not any(item.first <= t.item.first < after.first for t in triggers):
            out |= {before.last, after.last}
    return out


def _carrier_start(sentence: Sentence, triggers: list[Trigger], index: int, marks: list[int]) -> int:
    """Return where a clause begins whose verb waits for its noun over an insertion: "carried out, with X, a raid"."""
    trigger = triggers[index]
    if trigger.verb or trigger.item.prefix:
        return sentence.last
    floor = max((t.item.last for t in triggers[:index] if t.category != "weapon"), default=sentence.first)
    waiting = [
        i
        for i in sentence.items
        if i.category == "light" and i.finite and floor <= i.first < trigger.item.first and i.sense.data["frame"] == "act"
    ]
    if not waiting:
        return sentence.last
    return max([m for m in marks if floor <= m <= waiting[-1].first], default=floor)

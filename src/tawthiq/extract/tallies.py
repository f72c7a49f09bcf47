"""Tell counts over a period from single occurrences, and read the lists under them.

A tally needs a number of occurrences or losses and a period (since, during the month, the week), or it is a line of a list
that a tally opened. A line with a day of its own is an occurrence again.
"""

from __future__ import annotations

from itertools import pairwise

from tawthiq.extract.drafts import Draft, Trigger, add
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.extract.losses import loss_row
from tawthiq.extract.mentions import Mention
from tawthiq.extract.picks import pick_time
from tawthiq.extract.setting import PlaceMention
from tawthiq.model import Count, Kind, Outcome
from tawthiq.resolve.calendar_words import TimeMention
from tawthiq.text.numerals import Quantity

_OUTCOMES: dict[str, Outcome] = {
    "arrest": "detained",
    "abduction": "captured",
    "disappearance": "missing",
    "displacement": "displaced",
    "torture": "killed",
}
_COUNTED = ("event", "operation", "crime", "violation")


class Tallies:
    """Turns drafts into tallies where the text counts; remembers the list it is in, with its period and place."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.header: Draft | None = None
        self.period: TimeMention | None = None
        self.last_line = -1

    # --- lists -------------------------------------------------------------------------------------------------------

    def line(self, sentence: Sentence, mentions: list[Mention]) -> list[Draft] | None:
        """Return the tallies of a line of a list under a tally, or None when the sentence is no such line."""
        if self.header is None or self.period is None or sentence.times or not self._is_line(sentence):
            return None
        if any(i.finite and i.category in ("event", "light", "find") for i in sentence.items):
            return None
        numbers = [q for q in sentence.quantities if not self._is_number_of_item(sentence, q)]
        if not numbers:
            return None
        self.last_line = sentence.number
        first = numbers[0]
        nouns = [i for i in sentence.items if i.category in _COUNTED and not i.finite and i.sense.data.get("type") != "riot"]
        label = first.first - sentence.first > 1 and self.document.words[first.first - 1] in (":", "(", "-")
        if label:
            return [self._labelled(sentence, mentions, nouns, first)]
        return self._counted_people(sentence, mentions, nouns, numbers)

    def _is_line(self, sentence: Sentence) -> bool:
        words, using = self.document.words, self.document.using
        before = words[sentence.first - 1] if sentence.first else ""
        near = self.last_line if self.last_line >= 0 else (self.header.sentence.number if self.header else -9)
        return (before in using.bullets or words[sentence.first] in using.bullets or before == "\n") and sentence.number - near <= 2

    def _is_number_of_item(self, sentence: Sentence, quantity: Quantity) -> bool:
        """Say whether a number is the number of the line: "3." or "3-"."""
        words = self.document.words
        return quantity.first == sentence.first and quantity.last < sentence.last and words[quantity.last] in (".", "-", ")")

    def _new(self, sentence: Sentence, type_: str, trigger: Item | None) -> Draft:
        assert self.header is not None
        triggers = [Trigger(trigger, trigger.category, type_, "noun", sentence.first, sentence.last)] if trigger else []
        draft = Draft(Kind.TALLY, type_, sentence, triggers, [(sentence.first, sentence.last)])
        draft.time, draft.time_from = self.period, self.header
        draft.place = self.header.place
        draft.source = self.header.source
        return draft

    def _labelled(self, sentence: Sentence, mentions: list[Mention], nouns: list[Item], quantity: Quantity) -> Draft:
        """A line "label: number": a place under a count of occurrences, a cause under a count of losses."""
        assert self.header is not None
        losses = self.header.type == "casualties" or bool(self.header.losses and not self.header.count)
        noun = nouns[0] if nouns else None
        type_ = self.header.type if not losses else "casualties"
        draft = self._new(sentence, type_, noun)
        if not losses:
            draft.count = _count(quantity)
            return draft
        parts = [m for m in mentions if m.quantity is not None and m.first > quantity.last]
        rest = quantity.least or 0
        for mention in parts:
            if mention.quantity is not None and mention.quantity.least and mention.quantity.least <= rest:
                who = mention.actors[0] if mention.actors else None
                draft.losses.append(loss_row(who, "killed", mention.quantity, one=False))
                add(draft.targets, mention.actors)
                rest -= mention.quantity.least
        if rest:
            draft.losses.append(
                loss_row(None, "killed", Quantity(quantity.first, quantity.last, rest, rest, quantity.approx), one=False)
            )
        before = [m for m in mentions if m.first < quantity.first and m.actors]
        if noun is not None and noun.sense.data.get("frame") == "clash":
            for mention in before:
                add(draft.participants, mention.actors)
        else:
            for mention in before:
                add(draft.initiators, mention.actors)
        return draft

    def _counted_people(
        self, sentence: Sentence, mentions: list[Mention], nouns: list[Item], numbers: list[Quantity]
    ) -> list[Draft] | None:
        """A line "number people of": one tally of losses; "in five attacks" makes it a tally of attacks."""
        people = [m for m in mentions if m.quantity is not None and not m.partial]
        first = numbers[0]
        counted = next((n for n in nouns for q in numbers if q.last <= n.first <= q.last + 1 and q is not first), None)
        if not people and not mentions:
            return None
        assert self.header is not None
        type_ = "casualties"
        draft = self._new(sentence, type_, counted)
        if counted is not None:
            draft.type = str(counted.sense.data.get("type", "attack"))
            draft.count = _count(next(q for q in numbers if q.last <= counted.first <= q.last + 1))
        head = people[0] if people and people[0].quantity is first else None
        owners = [
            m
            for m in mentions
            if m.first >= first.last
            and not m.partial
            and m.role not in ("by", "in", "at")
            and (counted is None or m.first < counted.first)
        ]
        names: list[str] = []
        for mention in ([head] if head else []) + owners:
            add(names, mention.actors)
        cut = next(
            (i.first for i in sentence.items if i.category in ("loss", "event", "weapon", "by") and i.first > first.last),
            sentence.last,
        )
        names = [n for n in names if any(n in m.actors and m.first < cut for m in [*([head] if head else []), *owners])]
        add(draft.targets, names)
        outcome: Outcome | None = "killed"
        if first.last < sentence.last and self._counting(self.document.words[first.last]):
            draft.type = (
                str(counted.sense.data["type"]) if counted is not None and "type" in counted.sense.data else self.header.type
            )
            draft.count, outcome = _count(first), _OUTCOMES.get(draft.type)
        if outcome is not None:
            draft.losses.append(loss_row(names[0] if len(names) == 1 else None, outcome, first, one=False))
        for mention in mentions:
            if (
                mention.first >= cut
                and mention.actors
                and mention.role in ("by", "to", "", "of")
                and not set(mention.actors) <= set(names)
            ):
                add(draft.initiators, mention.actors)
        return [draft]

    # --- sentences ---------------------------------------------------------------------------------------------------

    def apply(self, sentence: Sentence, drafts: list[Draft], mentions: list[Mention]) -> None:
        """Change the drafts of a sentence into tallies where they are counts over a period."""
        if sentence.headline:
            return
        period = next((t for t in sentence.times if t.since or (t.span and _long(t))), None)
        for draft in drafts:
            self._series(draft, sentence)
        goes_on = (
            self.header is not None
            and not sentence.times
            and sentence.number - max(self.header.sentence.number, self.last_line) <= 2
            and (sentence.has("say", "total", "ranking") or self._divided(sentence))
        )
        if period is None and not goes_on:
            if sentence.times:
                self.header = self.header if self._is_line(sentence) and self.header else None
            return
        made = False
        for draft in drafts:
            if draft.kind is not Kind.EVENT:
                continue
            own = pick_time(sentence, draft.first, draft.last, draft.triggers[0].item.first)
            if (
                own is not None
                and not own.since
                and not own.span
                and own.start is not None
                and draft.first <= own.first < draft.last
            ):
                continue
            quantity = self._count_of(draft, sentence)
            means = self.document.using.joins[1]
            losses_only = bool(draft.losses) and all(
                t.category in ("loss", "weapon", "crime") or (not t.verb and t.item.prefix[-1:] == means) for t in draft.triggers
            )
            people = (
                draft.type in ("arrest", "abduction", "displacement", "release")
                and any(entry.min and entry.min > 1 for entry in draft.losses)
                and period is not None
            )
            if (
                quantity is None
                and made
                and any(draft.first <= q.first < draft.last and (q.least or 0) > 1 for q in sentence.quantities)
            ):
                people = True
                if not losses_only:
                    quantity = next(q for q in sentence.quantities if draft.first <= q.first < draft.last)
            if (
                quantity is None
                and not people
                and not (losses_only and (sentence.has("total", "ranking") or self._by_counting_verb(sentence)))
            ):
                continue
            draft.kind = Kind.TALLY
            made = True
            if quantity is not None:
                draft.count = _count(quantity)
                self._as_loss(draft, quantity)
            elif losses_only and draft.type in ("attack", "casualties"):
                draft.type = "casualties"
                self._of_whole(draft, drafts, sentence)
            elif people:
                row = next(entry for entry in draft.losses if entry.min and entry.min > 1)
                draft.count = Count(min=row.min, max=row.max, approx=row.approx)
            elif draft.type in ("attack", "ied", "shelling"):
                draft.type = "casualties"
            if period is not None:
                draft.time = period
                self.header, self.period, self.last_line = draft, period, -1
            elif self.header is not None:
                draft.time, draft.time_from, draft.place = self.period, self.header, self.header.place
        self._joined(drafts)

    def _divided(self, sentence: Sentence) -> bool:
        """Say whether a sentence without a place divides losses counted before: "26 were killed by X, and 13 by Y"."""
        assert self.header is not None
        return self.header.type == "casualties" and len(sentence.quantities) >= 2 and not sentence.has("place")

    def _joined(self, drafts: list[Draft]) -> None:
        """Make one count of the dead and the wounded told together: "eight dead and eleven injured"."""
        counts = [d for d in drafts if d.kind is Kind.TALLY and d.type == "casualties" and not d.initiators]
        for left, right in pairwise(counts):
            known = {entry.outcome for entry in left.losses}
            if 0 <= right.first - left.last <= 2 and not known & {entry.outcome for entry in right.losses}:
                right.losses = [*left.losses, *right.losses]
                right.spans = [(left.first, right.last)]
                drafts.remove(left)

    def _of_whole(self, draft: Draft, drafts: list[Draft], sentence: Sentence) -> None:
        """A count "of them" is a part of the people counted before: "the army killed 40 of them"."""
        whole = next((d for d in drafts if d is not draft and d.kind is Kind.TALLY and d.first < draft.first), None) or self.header
        of_them = any(i.category == "including" and draft.first <= i.first < draft.last for i in sentence.items)
        if whole is None or whole is draft or not of_them or len(whole.losses) == 0:
            return
        add(draft.targets, whole.targets)
        who = whole.losses[0].who
        draft.losses = [entry if entry.who else entry.model_copy(update={"who": who}) for entry in draft.losses]

    def _shares(self, whole: Draft, sentence: Sentence, mentions: list[Mention], told: list[Draft]) -> list[Draft]:
        """Return who did how much of a count: "the army 40 of them, Russian forces 13 and ... 9"; two shares at the least."""
        taken = {m.quantity.first for m in mentions if m.quantity is not None}
        pairs: list[tuple[Mention, Quantity]] = []
        for mention in mentions:
            follows = next((q for q in sentence.quantities if 0 <= q.first - mention.last <= 2), None)
            if not mention.actors or not mention.armed or mention.role or follows is None or not follows.least:
                continue
            between = range(mention.last, follows.first)
            if follows.first in taken or any(self.document.words[at] in self.document.using.and_words for at in between):
                continue
            if any(i.category in ("comma", "person", "weapon") and i.first in between for i in sentence.items):
                continue
            pairs.append((mention, follows))
        if len(pairs) < 2:
            return []
        out = []
        for mention, quantity in pairs:
            if any(
                d.kind is Kind.TALLY and d.first <= quantity.first < d.last and d.initiators == list(mention.actors) for d in told
            ):
                continue
            draft = Draft(Kind.TALLY, whole.type, sentence, list(whole.triggers), [(mention.first, quantity.last)])
            draft.initiators, draft.targets = list(mention.actors), [t for t in whole.targets if t not in mention.actors]
            draft.time, draft.time_from, draft.place, draft.source = whole.time, whole, whole.place, whole.source
            if whole.count is not None:
                draft.count = _count(quantity)
                self._as_loss(draft, quantity)
            elif whole.losses:
                draft.losses = [loss_row(whole.losses[0].who, whole.losses[0].outcome, quantity, one=False)]
            out.append(draft)
        for draft in [d for d in told if d.kind is Kind.EVENT and all(t.category == "loss" for t in d.triggers)]:
            if any(draft.first <= quantity.first < draft.last for _, quantity in pairs):
                told.remove(draft)  # it is the shares
        return out

    def parts(self, sentence: Sentence, drafts: list[Draft], places: list[PlaceMention], mentions: list[Mention]) -> list[Draft]:
        """Return the parts of a count told with it: "14 attacks, 11 of them in X and 3 in Y", "57 of them by Z"."""
        whole = next((d for d in drafts if d.kind is Kind.TALLY), None)
        if whole is None and self.header is not None and sentence.number - max(self.header.sentence.number, self.last_line) <= 1:
            whole = self.header
        if whole is None:
            return []
        out = self._shares(whole, sentence, mentions, drafts)
        parts = [i for i in sentence.items if i.category == "including" and i.last - i.first == 1]
        begun = -1
        for quantity in sentence.quantities:
            of_them = any(i.last == quantity.first or i.first == quantity.last for i in parts)
            joined = (
                begun >= 0
                and self.document.words[quantity.first][:1] == self.document.using.joins[0]
                and quantity.first - begun <= 12
            )
            told = begun >= 0 or any(d.kind is Kind.TALLY and d.first <= quantity.first < d.last for d in drafts)
            joined = joined or (told and self.document.words[quantity.first - 1] in self.document.using.and_words)
            if not (of_them or joined):
                continue
            start = quantity.last + int(any(i.first == quantity.last for i in parts))
            place = next(
                (
                    p
                    for p in places
                    if 0 <= p.first - start <= 2
                    and not any(i.category in ("event", "loss") and start <= i.first < p.first for i in sentence.items)
                ),
                None,
            )
            held = {i.last for i in sentence.items if i.category == "belongs"}
            near = [m for m in mentions if 0 <= m.first - start <= 3 and m.actors and m.armed]
            doer = next((m for m in near if m.role in ("by", "at", "in") or m.first in held), None)
            if place is None and doer is None:
                continue
            end = place.last if place is not None else (doer.last if doer is not None else quantity.last)
            begun = end
            draft = Draft(Kind.TALLY, whole.type, sentence, list(whole.triggers), [(quantity.first, end)])
            draft.initiators, draft.targets = list(whole.initiators), list(whole.targets)
            draft.time, draft.time_from, draft.place, draft.source = whole.time, whole, whole.place, whole.source
            if place is not None:
                draft.place, draft.own_place = place.place, True
            if doer is not None:
                draft.initiators = list(doer.actors)
            if whole.count is not None:
                draft.count = _count(quantity)
                self._as_loss(draft, quantity)
            elif whole.losses:
                draft.losses = [loss_row(whole.losses[0].who, whole.losses[0].outcome, quantity, one=False)]
            out.append(draft)
        doers = [name for part in out for name in part.initiators]
        if whole.sentence is sentence and whole.count is not None and doers and set(whole.initiators) <= set(doers):
            add(whole.initiators, doers)
        for draft in drafts:  # a share is of its own doer alone
            others = {n for p in out if draft.first <= p.first < draft.last for n in p.initiators}
            if draft.kind is Kind.TALLY and draft.count is None and set(draft.initiators) - others:
                draft.initiators = [n for n in draft.initiators if n not in others]
                draft.targets = [n for n in draft.targets if n not in others]
        return out

    def _series(self, draft: Draft, sentence: Sentence) -> None:
        """Many operations told with their number are a count, also without a period; so are losses of no told occurrence."""
        if draft.kind is not Kind.EVENT:
            return
        if draft.type in ("attack", "assassination", "operations", "raid"):
            quantity = self._count_of(draft, sentence) or self._operations(draft, sentence)
            if quantity is not None and (quantity.least or 0) >= 3 and not quantity.vague:
                draft.kind, draft.count = Kind.TALLY, _count(quantity)
                if draft.type == "attack" and any(
                    i.category == "operation" and draft.first <= i.first < draft.last for i in sentence.items
                ):
                    draft.type = "operations"
            elif (
                draft.type == "attack"
                and not sentence.times
                and not sentence.has("place")
                and draft.losses
                and all(t.category == "loss" and not t.verb for t in draft.triggers)
                and all(entry.status == "unquantified" for entry in draft.losses)
            ):
                draft.kind, draft.type = Kind.TALLY, "casualties"

    def _operations(self, draft: Draft, sentence: Sentence) -> Quantity | None:
        """Return the number of operations by which a verb's act was done: "struck them in 10 operations"."""
        for item in sentence.of("operation"):
            if draft.first <= item.first < draft.last:
                for quantity in sentence.quantities:
                    if 0 <= item.first - quantity.last <= 1:
                        return quantity
        return None

    def _as_loss(self, draft: Draft, quantity: Quantity) -> None:
        """A count of people held, or of deaths under torture, is a row of losses as well."""
        outcome = _OUTCOMES.get(draft.type)
        if outcome is None:
            return
        draft.losses = [entry for entry in draft.losses if entry.outcome != outcome]
        who = draft.targets[0] if len(draft.targets) == 1 else None
        draft.losses.append(loss_row(who, outcome, quantity, one=False))

    def _by_counting_verb(self, sentence: Sentence) -> bool:
        return any(i.category == "say" and i.sense.data.get("frame") == "count" for i in sentence.items) or any(
            q.least is not None and q.least >= 10 for q in sentence.quantities
        )

    def _count_of(self, draft: Draft, sentence: Sentence) -> Quantity | None:
        """Return the number that counts the occurrence: before its noun or "cases of", or after "the number of ... to"."""
        words = self.document.words
        for trigger in draft.triggers:
            if trigger.verb or trigger.category in ("loss", "weapon"):
                continue
            start = trigger.item.first
            for quantity in sentence.quantities:
                gap = words[quantity.last : start]
                if (
                    quantity.last <= start
                    and len(gap) <= 3
                    and all(self._counting(w) or w in self.document.using.glue for w in gap)
                ):
                    return quantity if quantity.least != 1 or quantity.vague else None
            totals = [i for i in sentence.items if i.category == "total"]
            if totals and (trigger.item.plural or trigger.item.form == "np" or self._counting(words[start - 1])):
                return next((q for q in sentence.quantities if q.first > totals[0].first), None)
        return None

    def _counting(self, word: str) -> bool:
        using = self.document.using
        return word in using.counting or word[1:] in using.counting


def _long(time: TimeMention) -> bool:
    return time.start is None or time.end is None or (time.end - time.start).days >= 2 or time.since


def _count(quantity: Quantity) -> Count:
    return Count(min=quantity.least, max=quantity.most, approx=True if quantity.approx else None)

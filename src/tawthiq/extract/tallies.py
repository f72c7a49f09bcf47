"""Tell counts over a period from single occurrences, and read the lists under them.

A tally needs a number of occurrences or losses and a period (since, during the month, the week), or it is a line of a list
that a tally opened.
"""

from __future__ import annotations

from tawthiq.extract.drafts import Draft
from tawthiq.extract.items import Document, Sentence
from tawthiq.extract.mentions import Mention
from tawthiq.model import FAMILY_OF, Count, Kind
from tawthiq.resolve.dates import TimeMention
from tawthiq.text.numerals import Quantity


class Tallies:
    """Turns drafts into tallies where the text counts, sentence by sentence; remembers the period of the list it is in."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.header: Draft | None = None
        self.header_period: TimeMention | None = None

    def apply(self, sentence: Sentence, drafts: list[Draft], mentions: list[Mention]) -> None:
        """Change the drafts of a sentence into tallies where they are counts."""
        if sentence.headline and any(d.kind is Kind.EVENT for d in drafts):
            return
        period = next((t for t in sentence.times if t.since or (t.span and self._long(t))), None)
        listed = self.header is not None and self._line_of_list(sentence)
        if period is None and not listed and not self._continues(sentence):
            if not listed and self.header is not None and sentence.times:
                self.header = None
            return
        for draft in drafts:
            if draft.kind is not Kind.EVENT:
                continue
            quantity = self._count_of(draft, sentence)
            counted = quantity is not None and self._counts_events(draft, quantity, sentence)
            only_losses = self._only_losses(draft, sentence) and (period is not None or listed)
            if not counted and not only_losses:
                continue
            if self._single(draft, sentence, period):
                continue
            draft.kind = Kind.TALLY
            if counted and quantity is not None:
                draft.count = Count(min=quantity.least, max=quantity.most, approx=True if quantity.approx else None)
            elif draft.type == "attack":
                draft.type = "casualties"
            if period is not None:
                draft.time = period
                self.header, self.header_period = draft, period
            elif self.header is not None:
                draft.time = self.header_period
                draft.place = draft.place or self.header.place

    def _long(self, time: TimeMention) -> bool:
        return time.start is None or time.end is None or (time.end - time.start).days >= 2 or time.since

    def _line_of_list(self, sentence: Sentence) -> bool:
        first = sentence.first
        before = self.document.words[first - 1] if first else ""
        word = self.document.words[first]
        return before in self.document.using.bullets or word in self.document.using.bullets or (word.isdigit() and before == "\n")

    def _continues(self, sentence: Sentence) -> bool:
        return self.header is not None and not sentence.times and (sentence.number - self.header.sentence.number) <= 2 and sentence.has("say", "total")

    def _count_of(self, draft: Draft, sentence: Sentence) -> Quantity | None:
        """Return the number right before the word that tells the occurrence, or before "cases of", "operations of"."""
        for trigger in draft.triggers:
            if trigger.verb or trigger.category == "loss":
                continue
            start = trigger.item.first
            for quantity in sentence.quantities:
                gap = self.document.words[quantity.last : start]
                if quantity.last <= start and len(gap) <= 3 and all(self._counting(w) or w in ("و", "من") for w in gap):
                    return quantity
        return None

    def _counting(self, word: str) -> bool:
        using = self.document.using
        return word in using.counting or word[1:] in using.counting

    def _counts_events(self, draft: Draft, quantity: Quantity, sentence: Sentence) -> bool:
        many = (quantity.least or 0) != 1
        return many and FAMILY_OF[draft.type] != "view"

    def _only_losses(self, draft: Draft, sentence: Sentence) -> bool:
        return all(t.category in ("loss", "weapon") for t in draft.triggers) and sentence.has("say", "total", "including", "loss") and bool(draft.losses)

    def _single(self, draft: Draft, sentence: Sentence, period: TimeMention | None) -> bool:
        """Say whether a draft is one occurrence after all: its clause has a day of its own."""
        start, end = draft.first, draft.last
        return any(not t.since and not t.span and t.start is not None and start <= t.first < end for t in sentence.times) and period is None

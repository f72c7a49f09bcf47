"""Tell for each slot of a claim the words it was read from, so that a reviewer sees why it says what it says.

A role, a place or a day carried on from before points at the words that named it; a slot filled by custom (shelled villages
are civilians) has no words of its own.
"""

from __future__ import annotations

from bisect import bisect_right

from tawthiq.extract.drafts import Draft
from tawthiq.extract.items import Document, Sentence
from tawthiq.extract.mentions import Mention
from tawthiq.extract.setting import PlaceMention
from tawthiq.model import Loss, Modality, Trace
from tawthiq.text.numerals import Quantity

_ROLES = ("initiators", "targets", "participants")
_SIGNS: dict[Modality, tuple[str, ...]] = {
    Modality.HEDGED: ("hedge",),
    Modality.DISTANCED: ("distance",),
    Modality.DENIED: ("deny", "negation", "unable", "incapable", "lose", "intent"),
    Modality.FORECAST: ("expect", "warn", "grow", "hedge"),
    Modality.HYPOTHETICAL: ("condition", "plan", "threat", "expect", "try"),
}
_STATED: dict[str, tuple[str, ...]] = {"unknown": ("loss_unknown",), "none": ("loss_none", "loss_word")}

Tokens = tuple[int, int]


class Traces:
    """The words of a report that name actors and places, in order."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.actors: dict[str, list[Tokens]] = {}
        self.places: dict[tuple[str, float | None], list[Tokens]] = {}
        self.registered: dict[Tokens, str] = {}

    def note(self, sentence: Sentence, mentions: list[Mention], places: list[PlaceMention]) -> None:
        """Remember the names of a sentence."""
        named = [i for i in sentence.of("actor") if "registry" in i.sense.data]
        for mention in mentions:
            for name in mention.actors:
                at = (mention.first, mention.last)
                self.actors.setdefault(name, []).append(at)
                exact = next((i for i in named if mention.first <= i.first < mention.last and i.sense.name == name), None)
                if exact is not None:
                    self.registered[at] = exact.sense.data["registry"]
        for place in places:
            self.places.setdefault((place.place.name, place.place.lat), []).append((place.first, place.last))

    def of(self, draft: Draft) -> tuple[Trace, ...]:
        """Return the traces of a draft, in the order of the slots."""
        out: list[Trace] = []
        anchor = draft.triggers[0].item.first if draft.triggers else draft.first
        for trigger in draft.triggers:
            out.append(self._trace("type", (trigger.item.first, trigger.item.last)))
        for role in _ROLES:
            for name in getattr(draft, role):
                if (at := self._nearest(self.actors.get(name, ()), draft, anchor)) is not None:
                    out.append(self._trace(role, at, name))
        for mention in draft.victims:
            if not mention.actors and not mention.neutral:
                out.append(self._trace("targets", (mention.first, mention.last)))
        if draft.place is not None:
            known = self.places.get((draft.place.name, draft.place.lat), ())
            if (at := self._nearest(known, draft, anchor)) is not None:
                out.append(self._trace("place", at))
        if draft.time is not None:
            out.append(self._trace("time", (draft.time.first, draft.time.last)))
        for loss in draft.losses:
            if (at := self._loss(draft, loss)) is not None:
                out.append(self._trace("losses", at, loss.who))
        if draft.count is not None and (
            counted := next((q for q in _numbers(draft) if (q.least, q.most) == (draft.count.min, draft.count.max)), None)
        ):
            out.append(self._trace("count", (counted.first, counted.last)))
        if draft.source.first is not None and draft.source.last is not None and draft.source.last > draft.source.first:
            out.append(self._trace("attribution", (draft.source.first, draft.source.last)))
        signs = _SIGNS.get(draft.modality, ())
        said = [i for i in draft.sentence.items if i.category in signs]
        if said:
            sign = min(said, key=lambda i: (i.first > anchor, abs(i.first - anchor)))
            out.append(self._trace("modality", (sign.first, sign.last)))
        return tuple(dict.fromkeys(out))

    def _trace(self, slot: str, tokens: Tokens, name: str | None = None) -> Trace:
        registered = self.registered.get(tokens) if name is not None else None
        return Trace(slot=slot, id=name, registry=registered, span=self.document.span(*tokens))

    def _nearest(self, known: list[Tokens] | tuple[()], draft: Draft, anchor: int) -> Tokens | None:
        """Return the words inside the evidence nearest to the act, else the last ones before it, else the first after it."""
        if not known:
            return None
        low, high = bisect_right(known, (draft.first, -1)), bisect_right(known, (draft.last, -1))
        if low < high:
            return min(known[low:high], key=lambda t: abs(t[0] - anchor))
        return known[low - 1] if low else known[0]

    def _loss(self, draft: Draft, loss: Loss) -> Tokens | None:
        """Return the number and the people of a row, or the words that say that none or nothing is known."""
        if loss.status in _STATED:
            at = next(
                (i for i in draft.sentence.items if i.category in _STATED[loss.status] and _covered(draft, i.first)),
                None,
            )
            return (at.first, at.last) if at is not None else None
        for quantity in _numbers(draft):
            if (quantity.least, quantity.most) == (loss.min, loss.max):
                people = next((m for m in draft.victims if m.quantity is quantity), None)
                return (quantity.first, people.last if people is not None else quantity.last)
        for mention in draft.victims:
            if loss.who in mention.actors or not mention.actors:
                return (mention.first, mention.last)
        trigger = next((t for t in draft.triggers if t.category == "loss"), None)
        return (trigger.item.first, trigger.item.last) if trigger is not None else None


def _covered(draft: Draft, token: int) -> bool:
    return any(first <= token < last for first, last in draft.spans)


def _numbers(draft: Draft) -> list[Quantity]:
    return [q for q in draft.sentence.quantities if _covered(draft, q.first)]

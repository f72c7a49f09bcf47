"""Tie losses to the occurrences of their sentence, and make occurrences of losses that nothing else explains.

A loss belongs to the act that a cause word, a preposition or the order of the clauses ties it to; told by another source, it
is another account of that act.
"""

from __future__ import annotations

from tawthiq.extract.accounts import harms, other_account
from tawthiq.extract.doers import relative_doer
from tawthiq.extract.drafts import Draft, Trigger, add
from tawthiq.extract.events import EventBuilder
from tawthiq.extract.items import Item
from tawthiq.extract.losses import Victims, attach
from tawthiq.extract.stance import negated
from tawthiq.model import Kind

_LINKS = ("cause", "by", "prep_in", "prep_at", "resulting", "relative")


class Builder(EventBuilder):
    """Builds the drafts of one sentence, acts and losses together."""

    def build(self, triggers: list[Trigger]) -> list[Draft]:
        """Return the drafts that the triggers tell, in order; losses are tied to them."""
        events = [t for t in triggers if t.category != "loss"]
        owner: dict[int, Draft] = {}
        for trigger in events:
            draft = self._event(trigger, triggers)
            if draft is not None:
                owner[trigger.order] = draft
        for trigger in (t for t in triggers if t.category == "loss"):
            self._loss(trigger, triggers, owner)
        self.retell()
        return self.drafts

    def _loss(self, trigger: Trigger, triggers: list[Trigger], owner: dict[int, Draft]) -> None:
        item = trigger.item
        frame = trigger.frame
        active = trigger.verb and not trigger.passive and frame in ("kill", "hurt", "capture") and self._active(trigger)
        if trigger.type == "captured" and item.sense.data.get("frame") == "capture" and not trigger.verb and not item.prefix:
            return
        if (
            item.definite
            and item.sense.data.get("frame") == "head"
            and not any(q.last == item.first or 0 <= q.first - item.last <= 6 for q in self.sentence.quantities)
        ):
            return
        if any(
            i.category == "earlier" and 0 <= item.first - i.last <= 14 and i.first > self.sentence.first + 3
            for i in self.sentence.items
        ):
            return
        if (
            trigger.type == "wounded"
            and not trigger.verb
            and item.suffix
            and any(t.type == "killed" and t.frame == "die" and t.item.first < item.first for t in triggers)
        ):
            return  # died of the wounds
        if trigger.type == "wounded" and any(0 < item.first - i.first <= 4 for i in self.sentence.of("succumb")):
            return  # "of wounds that he had suffered"
        outcome = next(
            (i for i in reversed(self.sentence.items) if i.category == "result" and 0 <= item.first - i.last <= 14), None
        )
        if outcome is not None and not trigger.verb and negated(self.document, self.sentence, outcome.first):
            return
        if any(i.category == "loss_unknown" and i.first <= item.first <= i.last + 6 for i in self.sentence.items):
            return
        victims = Victims(self.document, self.sentence, self.mentions, trigger)
        victims.read(objects=active)
        if not victims.rows:
            self._theirs(trigger, victims)
        if trigger.type == "wounded" and trigger.verb and not victims.rows:
            return
        draft = self._cause(trigger, triggers, owner)
        fresh = False
        if (
            draft is not None
            and victims.rows
            and draft.sentence is not self.sentence
            and other_account(self.scopes, self.sentence, draft, item.first)
        ):
            mine = next((d for d in self.drafts if d.time_from is draft and d.account and not d.losses), None)
            draft = mine or self.account(draft, trigger)
        on = draft is None and bool(victims.rows) and self._goes_on(trigger)
        if on:
            draft = self.drafts[-1]
            if draft.type == "assassination":
                draft.type = "attack"
        if draft is None:
            if not victims.rows or (item.definite and not victims.rows[0][1] and not trigger.verb):
                return
            draft = self._alone(trigger, victims)
            if draft is None:
                return
            if any(0 <= item.first - i.last <= 3 for i in self.sentence.of("threat")):
                for mention, *_ in victims.rows:  # "threatened to kill the elders": nobody is dead
                    add(draft.targets, mention.actors if mention is not None else ())
                return
            fresh = True
        names_doer = not trigger.verb if on else active or fresh
        if names_doer:
            self._killer(draft, trigger, victims)
        if fresh:
            relative_doer(self.document, draft, trigger, [m for m in self.mentions if m.first >= trigger.item.last])
        if self._with_wounded(trigger, triggers):
            victims.rows = [(m, None, False, tie) for m, _, _, tie in victims.rows]
            attach(self.document, draft, victims, "killed")
        attach(self.document, draft, victims, trigger.type)  # type: ignore[arg-type]
        if draft.sentence is self.sentence:
            draft.cover(min(trigger.start if fresh else victims.first, victims.first), victims.last)
        elif victims.rows:
            draft.spans.append((min(trigger.start, victims.first), victims.last))

    def _theirs(self, trigger: Trigger, victims: Victims) -> None:
        """Find whose death or wounds a pronoun means: "fired at a fighter, which led to his killing" (ما أدى إلى مقتله)."""
        item, using = trigger.item, self.document.using
        told = trigger.frame == "life" or (
            not trigger.verb
            and item.suffix in using.pronouns
            and any(i.category in ("resulting", "result") and 0 <= item.first - i.last <= 2 for i in self.sentence.items)
        )
        if not told:
            return
        before = [m for m in self.mentions if m.last <= item.first and (m.person or m.quantity) and not m.partial]
        several = self.document.words[item.last - 1].endswith(using.plural_pronouns)
        for mention in reversed(before):
            many = mention.head.plural or (mention.quantity is not None and mention.quantity.most != 1)
            if many == several:
                victims.rows.append((mention, mention.quantity, not several, ""))
                return

    def _with_wounded(self, trigger: Trigger, triggers: list[Trigger]) -> bool:
        """Say whether one number counts dead and wounded together: مقتل وإصابة ستة."""
        return trigger.type == "wounded" and any(
            t.type == "killed"
            and t.category == "loss"
            and not t.verb
            and t.item.last == trigger.item.first
            and t.item.sense.data.get("frame") != "head"
            for t in triggers
        )

    def _goes_on(self, trigger: Trigger) -> bool:
        """Say whether a verb goes on with the doer of the loss told right before: "shot a youth dead and wounded another"."""
        before = self.drafts[-1] if self.drafts else None
        return (
            before is not None
            and before.sentence is self.sentence
            and all(t.category == "loss" for t in before.triggers)
            and trigger.item.prefix[:1] == self.document.using.joins[0]
            and trigger.verb == before.triggers[-1].verb
            and (bool(before.initiators) if trigger.verb else trigger.item.first - before.triggers[-1].item.last <= 5)
            and not (
                trigger.verb
                and any(m.armed for m in self.mentions if trigger.item.last <= m.first < trigger.end and m.role in ("", "by"))
            )
        )

    def _active(self, trigger: Trigger) -> bool:
        """Say whether a verb that could be a passive has a doer: a gunman or force before an unarmed or numbered object."""
        item = trigger.item
        if item.sense.data.get("english") or item.voice == "a":
            return True
        if item.person in ("p", "1") and item.form[0] in "px" and item.form.startswith("pp"):
            return True
        after = [m for m in self.mentions if item.last <= m.first < trigger.end and m.role == ""]
        return bool(
            after
            and len(after) > 1
            and (
                after[0].person in ("gunman", "attacker")
                or (after[0].head.category == "actor" and after[0].armed)
                or (after[0].armed and bool(after[0].actors) and after[1].head.accusative)
            )
            and not after[0].quantity
        )

    def _killer(self, draft: Draft, trigger: Trigger, victims: Victims) -> None:
        """Name who did it where a loss word is all that tells the act: by-phrases, and the subject of an active verb."""
        counted = {id(m) for m, *_ in victims.rows if m is not None}
        carrier = next(
            (
                i
                for i in reversed(self.sentence.items)
                if i.category == "light"
                and i.finite
                and i.sense.data.get("frame") == "act"
                and trigger.start <= i.first < trigger.item.first
            ),
            None,
        )
        if carrier is not None and not trigger.verb:
            subject = [
                m
                for m in self.mentions
                if trigger.start <= m.first < trigger.item.first and m.role == "" and m.armed and id(m) not in counted
            ]
            for mention in subject[-1:]:
                add(draft.initiators, mention.actors)
        for mention in self.mentions:
            if not trigger.start <= mention.first < trigger.end or id(mention) in counted:
                continue
            if mention.role in ("by", "behind") or (
                mention.role == ""
                and mention.armed
                and not trigger.passive
                and trigger.verb
                and mention.head.category != "object"
                and trigger.frame in ("kill", "hurt")
                and mention.first < min((m.first for m, *_ in victims.rows if m is not None), default=victims.last)
            ):
                add(draft.initiators, mention.actors)

    def _cause(self, trigger: Trigger, triggers: list[Trigger], owner: dict[int, Draft]) -> Draft | None:
        """Return the occurrence to which a loss belongs."""
        item = trigger.item
        following = next(
            (
                t
                for t in triggers
                if t.item.first > item.first
                and t.order in owner
                and owner[t.order].kind is Kind.EVENT
                and harms(owner[t.order])
                and not (owner[t.order].type == "deployment" and self._clause_between(item.first, t.item.first))
            ),
            None,
        )
        previous = next(
            (t for t in reversed(triggers) if t.item.first < item.first and t.order in owner and harms(owner[t.order])),
            None,
        )
        if following is not None and self._linked(item, following):
            if previous is None or not self._result_before(trigger):
                return owner[following.order]
        if previous is not None:
            if self._new_act(trigger, previous):
                return None if following is None or not self._linked(item, following) else owner[following.order]
            return owner[previous.order]
        if following is not None and not self._contrast_between(item.first, following.item.first):
            return owner[following.order]
        last = self.recent[-1] if self.recent else None
        if (
            last is not None
            and not owner
            and last.sentence.paragraph == self.sentence.paragraph
            and not self.sentence.times
            and not self.sentence.has("place")
            and last.kind is Kind.EVENT
            and harms(last)
            and last.sentence.number == self.sentence.number - 1
            and not trigger.verb
        ):
            return last
        placed = any(not self._in_source(i) for i in self.sentence.of("place"))
        told_on = (
            not owner
            and not self.sentence.times
            and not placed
            and not self.weapons
            and not self.sentence.has("turn", "by", "with")
            and bool(self.recent)
            and (
                self.recent[-1].sentence.paragraph == self.sentence.paragraph
                or self.sentence.has("say", "distance", "deny", "total")
            )
        )
        if told_on or self.sentence.has("result", "resulting", "sequel") or item.definite:
            pool = [d for d in self.recent if d.kind is Kind.EVENT and harms(d)]
            if pool and pool[-1].sentence.number >= self.sentence.number - 3:
                return pool[-1]
        return None

    def _in_source(self, item: Item) -> bool:
        """Say whether a place only says where a source is: a nurse at the hospital of."""
        sources = [s.source for s in self.scopes if s.source is not None and s.source.last is not None]
        return any(0 <= item.first - (s.last or 0) <= 3 for s in sources)

    def _clause_between(self, first: int, last: int) -> bool:
        """Say whether another clause begins between two tokens: "two were killed before they withdrew"."""
        return any(first < i.first < last for i in self.sentence.of("conjunction"))

    def _contrast_between(self, first: int, last: int) -> bool:
        return any(
            i.category == "conjunction" and first < i.first < last and i.sense.name in self.document.using.contrasts
            for i in self.sentence.items
        )

    def _linked(self, item: Item, event: Trigger) -> bool:
        """Say whether a cause word or a preposition ties an event to the loss before it, with no other clause between."""
        if self._contrast_between(item.first, event.item.first):
            return False
        prefix = event.item.prefix
        if prefix[:1] in self.document.using.joins[:1] and prefix:
            return False
        if prefix and prefix[-1:] in self.document.using.joins[1:2]:
            return True
        return any(
            i.category in _LINKS and item.last <= i.first < event.item.first and event.item.first - i.last <= 6
            for i in self.sentence.items
        )

    def _result_before(self, trigger: Trigger) -> bool:
        return any(
            i.category in ("result", "resulting") and trigger.item.first - 5 <= i.first < trigger.item.first
            for i in self.sentence.items
        )

    def _new_act(self, trigger: Trigger, previous: Trigger) -> bool:
        """Say whether a loss is an act of its own and no outcome of what came before: another clause with a verb and a doer."""
        if not trigger.verb or self._result_before(trigger):
            return False
        between = [
            i
            for i in self.sentence.items
            if previous.item.last <= i.first <= trigger.item.first
            and i.category in ("conjunction", "turn", "place")
            and (i.category != "conjunction" or i.sense.name in self.document.using.contrasts)
        ]
        return any(i.category in ("conjunction", "turn") for i in between)

    def _alone(self, trigger: Trigger, victims: Victims) -> Draft | None:
        """Make an occurrence of a loss that nothing else explains."""
        type_ = self._refine(trigger, "attack")
        clause = (min(trigger.start, victims.first), max(trigger.item.last, victims.last))
        if not any(m is not None or q is not None for m, q, *_ in victims.rows):
            return None
        if trigger.type == "missing":
            type_ = "disappearance"
        elif trigger.type == "captured":
            type_ = "abduction"
        draft = Draft(Kind.EVENT, type_, self.sentence, [trigger], [self._clause(trigger)])
        draft.cover(*clause)
        for mention in self.mentions:
            if trigger.start <= mention.first < trigger.end and mention.role in ("side", "against"):
                add(draft.targets, mention.actors)
        self.drafts.append(draft)
        return draft

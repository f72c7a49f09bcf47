"""Accounts of an occurrence by someone else: competing claims, denials, accusations, and threats that name no act.

An account takes type, people, place and day of what was told before, as far as its own words give no others.
"""

from __future__ import annotations

from tawthiq.extract.drafts import Draft, Trigger, add
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.extract.mentions import Mention
from tawthiq.extract.stance import Scope, govern
from tawthiq.model import FAMILY_OF, Kind, Modality, SourceType

_HARMFUL = ("raid", "riot", "abduction", "protest", "sweep", "disappearance", "weapons-seized", "arrest", "deployment")
_SPEAKING = ("say", "hedge", "distance", "deny", "accuse", "claim")


def harms(draft: Draft) -> bool:
    """Say whether losses and denials can belong to an occurrence of this type."""
    return FAMILY_OF[draft.type] in ("fight", "remote", "harm") or draft.type in _HARMFUL


def other_account(scopes: list[Scope], sentence: Sentence, told: Draft, token: int) -> bool:
    """Say whether someone else tells, or with another firmness, what was told before: a claim of its own."""
    source, modality = govern(scopes, token)
    if modality in (Modality.DENIED, Modality.DISTANCED):
        return True
    if source is None or source.first is None or told.sentence is sentence:
        return False
    if source.type is SourceType.OUTLET:
        return False
    return (source.type, source.actor) != (told.source.type, told.source.actor) or modality is not told.modality


class Accounts:
    """What the builder of a sentence's drafts adds for other speakers; the attributes are those of `EventBuilder`."""

    document: Document
    sentence: Sentence
    mentions: list[Mention]
    recent: list[Draft]
    scopes: list[Scope]
    views: list[Draft]
    drafts: list[Draft]

    def account(self, told: Draft, trigger: Trigger) -> Draft:
        """Make another account of an occurrence."""
        end = max(trigger.end, trigger.item.last)
        words = self.document.words
        while end > trigger.item.last and not words[end - 1][:1].isalnum():
            end -= 1
        draft = Draft(Kind.EVENT, told.type, self.sentence, [trigger], [(trigger.start, end)])
        draft.initiators, draft.targets, draft.participants = list(told.initiators), list(told.targets), list(told.participants)
        draft.place, draft.time, draft.time_from, draft.account = told.place, told.time, told, True
        self.drafts.append(draft)
        return draft

    def retell(self) -> None:
        """Read what other speakers say of an occurrence without naming the act, and threats that name none."""
        for scope in self.scopes:
            item = scope.verb
            if item is None:
                continue
            if item.category == "deny" and item.suffix in self.document.using.pronouns and item.suffix:
                self._denied(scope, item)
                continue
            if any(start <= item.first < end for d in self.views for start, end in d.spans):
                continue
            covered = any(start <= item.first < end for d in self.drafts for start, end in d.spans) or any(
                d.kind is Kind.EVENT and scope.first <= d.first < scope.last for d in self.drafts
            )
            if covered:
                continue
            if item.category in ("deny", "accuse"):
                self._spoken_of(scope, item)
            elif item.category == "threat" and item.finite:
                self._threatened(scope, item)
            elif item.category in _SPEAKING:
                self._attributed(scope, item)

    def _told(self, item: Item) -> Draft | None:
        """Return the occurrence that someone speaks of: the last one that harmed, not long before."""
        pool = [d for d in [*self.recent[-3:], *self.drafts] if d.kind is Kind.EVENT and harms(d) and d.first < item.first]
        return pool[-1] if pool and pool[-1].sentence.number >= self.sentence.number - 2 else None

    def _spoken_of(self, scope: Scope, item: Item) -> None:
        """A denial or an accusation without an act of its own: "denied any link to it", "accuse X of the crime"."""
        told = self._told(item)
        if told is None or any(scope.first <= start < scope.last for d in self.views for start, _ in d.spans):
            return
        draft = self.account(told, Trigger(item, "event", told.type, "act", scope.first, scope.last))
        after = [m for m in self.mentions if item.last <= m.first < scope.last and m.actors and m.armed]
        if item.category == "accuse":
            named = [m for m in after if m.role in ("", "on")] or after
            draft.initiators = list(named[-1].actors) if named else draft.initiators
        elif scope.source is not None and scope.source.actor and scope.source.type is SourceType.PARTY:
            if scope.source.actor not in draft.targets:
                draft.initiators = [scope.source.actor]

    def _denied(self, scope: Scope, item: Item) -> None:
        """ "Which the embassy denied": the statement right before it, told again as denied."""
        views = [d for d in self.views if d.first < item.first] if any(d.first < item.first for d in self.views) else []
        own = [d for d in self.drafts if d.first < item.first and d.kind is Kind.EVENT]
        told = own[-1] if own else next((d for d in reversed([*self.recent[-2:], *views]) if d.kind is not Kind.TALLY), None)
        if told is None or told.sentence.number < self.sentence.number - 1:
            return
        start = max((i.last for i in self.sentence.items if i.category == "comma" and i.last <= item.first), default=item.first)
        for at, (first, last) in enumerate(told.spans):
            if first < start < last:
                told.spans[at] = (first, start - 1)
        trigger = Trigger(item, "event", told.type, "act", min(start, item.first), scope.last)
        draft = self.account(told, trigger)
        draft.kind, draft.losses, draft.modality = told.kind, list(told.losses), Modality.DENIED
        if told.kind is not Kind.EVENT:
            draft.time, draft.time_from = told.time, None

    def _attributed(self, scope: Scope, item: Item) -> None:
        """Who fired, who sent it: a definite weapon or a pronoun on a verb, and an actor: "the drone was probably Israeli"."""
        told = self._told(item)
        if told is None:
            return
        pointing = [
            i
            for i in self.sentence.items
            if item.last <= i.first < scope.last
            and (
                (i.category == "weapon" and i.definite)
                or (i.category == "light" and i.finite and i.suffix in self.document.using.pronouns and i.suffix)
            )
        ]
        if not pointing:
            return
        speaker = scope.source.last if scope.source is not None and scope.source.last is not None else item.last
        doers = [
            m
            for m in self.mentions
            if m.first >= max(speaker, item.last) and m.first < scope.last and m.armed and m.actors and m.role in ("", "by")
        ]
        if not doers:
            return
        draft = self.account(told, Trigger(item, "event", told.type, "act", scope.first, scope.last))
        draft.initiators = list(doers[0].actors)
        draft.targets = [t for t in draft.targets if t not in draft.initiators]

    def _threatened(self, scope: Scope, item: Item) -> None:
        """An ultimatum or a threat of death that names no act of its own is an attack that may come."""
        after = [m for m in self.mentions if item.last <= m.first < scope.last and m.actors and m.role in ("", "to", "on")]
        violent = any(i.category in ("loss", "event", "weapon") and item.last <= i.first < scope.last for i in self.sentence.items)
        if not after or not (violent or item.sense.name.startswith(tuple(self.document.using.ultimatums))):
            return
        draft = Draft(Kind.EVENT, "attack", self.sentence, [Trigger(item, "event", "attack", "act", scope.first, scope.last)])
        draft.spans = [(scope.first, scope.last)]
        before = [m for m in self.mentions if m.last <= item.first and m.role == "" and m.actors]
        doer = after[:1] if len(after) > 1 and not before and not (scope.source and scope.source.actor) else []
        if scope.source is not None and scope.source.actor:
            add(draft.initiators, (scope.source.actor,))
        for mention in before[-1:] or doer:
            if not draft.initiators:
                add(draft.initiators, mention.actors)
        struck = [m for m in after if m not in doer and not set(m.actors) & set(draft.initiators)]
        for mention in struck[:1]:
            add(draft.targets, mention.actors)
        self.drafts.append(draft)

"""What a view is read with: the mentions of its sentence, who speaks where, the clause that holds it, its subject."""

from __future__ import annotations

from dataclasses import dataclass

from tawthiq.extract.drafts import Draft, add
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.extract.mentions import Mention, last_group
from tawthiq.extract.stance import Scope, govern, negated
from tawthiq.lexicon.morphology import ALEF
from tawthiq.lexicon.outlets import TRANSITION
from tawthiq.model import Kind, SourceType

# Words of saying, expecting and wanting that begin a statement of their own where they open a clause.
_TURNS = ("say", "expect", "warn", "accuse", "deny", "want", "able", "hedge", "distance", "support")
UNARMED = {"civilians", "medical", "refugees", "detainees", "unknown-gunmen"}
GROUPS = ("actor", "epithet", "anaphor", "object")


@dataclass(slots=True)
class Context:
    """What the views of a sentence are read with: its mentions, who speaks where, and the actors named so far, last last."""

    document: Document
    sentence: Sentence
    mentions: list[Mention]
    scopes: list[Scope]
    named: list[str]

    def denier(self, item: Item) -> str | None:
        """Return the party whose own act a verb tells that it denies or alleges: "denied that it had armed them"."""
        source, _ = govern(self.scopes, item.first)
        if source is None or not source.actor or not self.sentence.of("deny", "distance"):
            return None
        return source.actor if any(0 < item.first - i.last <= 3 for i in self.sentence.of("that")) else None

    def stand_in(self, item: Item, but: list[str]) -> str | None:
        """Return the actor that a verb without a subject means: the party that speaks of itself, else the one named last."""
        that = next((i for i in self.sentence.items if i.category == "that" and i.last == item.first), None)
        source, _ = govern(self.scopes, item.first)
        word = self.document.words[item.first - 1] if item.first else ""
        if that is not None and source is not None and source.actor and source.type is SourceType.PARTY:
            if any(word.endswith(p) and len(word) > len(p) + 1 for p in self.document.using.endings):
                return source.actor
        if (denier := self.denier(item)) is not None and denier not in but:
            return denier
        for capital in self.sentence.of("source_capital"):
            if (
                capital.last == item.first or capital.first == item.last
            ) and capital.sense.name in self.document.using.state_capitals:
                after = self.document.published is not None and self.document.published.isoformat() >= TRANSITION
                return "syrian-transitional" if after else "syrian-army"
        speaker = self.document.outlet.speaker(self.document.published)
        if item.person == "1" or (self.document.outlet.party and not self.named and speaker):
            return speaker
        return next((n for n in reversed(self.named) if n not in but), None)


def denied(document: Document, sentence: Sentence, item: Item) -> bool:
    """Say whether a word is negated: by a particle before it, or by the first word of its expression (لا يريد)."""
    if item.category in ("unable", "incapable") or negated(document, sentence, item.first):
        return True
    holder = next(
        (i for i in reversed(sentence.items) if i.category in ("possess", "lose") and 0 <= item.first - i.last <= 5), None
    )
    if item.category == "able" and holder is not None and (holder.category == "lose" or negated(document, sentence, holder.first)):
        return True
    if item.form.startswith("n") and any(
        i.sense.name in document.using.verb_negations and item.first - 5 <= i.first < item.first for i in sentence.of("negation")
    ):
        return True
    inner = document.words[item.first]
    if item.last - item.first > 1 and inner.removeprefix(document.using.joins[0]) in document.using.verb_negations:
        return True
    return any(
        i.category == "incapable" and i.last >= item.first - 1 and i.first <= item.first and i.last <= item.last
        for i in sentence.items
    )


def clause(context: Context, item: Item) -> tuple[int, int]:
    """Return the clause of an item: from the last "that" or contrast before it to where another view or speaker takes over."""
    document, sentence = context.document, context.sentence
    using = document.using
    start = sentence.first
    for other in sentence.items:
        contrast = other.category == "conjunction" and other.sense.name in using.contrasts
        if other.last <= item.first and (other.category == "that" or contrast):
            start = other.last if other.category == "that" else other.first
        elif other.last <= item.first and other.category in _TURNS and other.finite and _opens(document, sentence, other):
            start = other.first
    end = sentence.last
    for other in sentence.items:
        if other.first <= item.last + 1 or other.first >= end:
            continue
        contrast = other.category == "conjunction" and other.sense.name in using.contrasts
        joined_that = other.category == "that" and document.words[other.first][:1] == using.joins[0]
        turn = other.category in _TURNS and other.finite and _opens(document, sentence, other)
        if contrast or joined_that or turn:
            end = other.first
    return start, end


def _opens(document: Document, sentence: Sentence, item: Item) -> bool:
    """Say whether a verb opens a clause of its own: joined, after a comma or a conjunction, or a participle of saying."""
    if item.prefix[:1] in document.using.joins[:1] and item.prefix:
        return True
    if any(i.last == item.first and i.category in ("conjunction", "comma") for i in sentence.items):
        return True
    return item.form == "xs?" and item.category in ("expect", "warn", "accuse") and document.words[item.first].endswith(ALEF)


def armed_in(mentions: list[Mention], first: int, last: int) -> list[Mention]:
    """Return the mentions of armed groups and their like between two tokens."""
    return [
        m
        for m in mentions
        if first <= m.first < last and (m.armed or m.armed_owner or (m.head.category == "actor" and m.actors != ("civilians",)))
    ]


def subject_of(context: Context, start: int, item: Item, end: int) -> list[Mention]:
    """Return who wants or can: before the word, nearest and bare; else right after a verb that is not plural."""
    before = [m for m in armed_in(context.mentions, start, item.first) if m.role in ("", "of", "to") and m.last <= item.first]
    if before:
        return last_group(before)
    if not (item.finite or item.category in ("intent", "capable", "incapable")) or item.person == "p":
        return []
    after = [m for m in armed_in(context.mentions, item.last, min(end, item.last + 3)) if m.role in ("", "at")]
    return [m for m in after[:1] if m.first - item.last <= (1 if item.person else 2)]


def make(context: Context, kind: Kind, type_: str, start: int, end: int) -> Draft:
    """Begin the draft of a view over a clause, without the marks that close it."""
    words = context.document.words
    while end > start + 1 and not words[end - 1][:1].isalnum():
        end -= 1
    return Draft(kind, type_, context.sentence, [], [(start, end)])


def fill(draft: Draft, subject: list[Mention], others: list[Mention]) -> None:
    """Put the actors of two lists of mentions into the roles of a draft."""
    for mention in subject:
        add(draft.initiators, mention.actors)
    for mention in others:
        if mention not in subject and not set(mention.actors) <= set(draft.initiators):
            add(draft.targets, mention.actors)

"""Whom an epithet or a pronoun means: the organisation, the militia, the latter, our forces, "the army" of this outlet.

The antecedent is the actor last named that the word fits; nothing is resolved to an actor that the text has not named, except
what the outlet's name settles.
"""

from __future__ import annotations

from itertools import pairwise

from tawthiq.extract.drafts import Draft
from tawthiq.extract.items import Document, Sentence
from tawthiq.extract.mentions import Mention
from tawthiq.lexicon.outlets import TRANSITION
from tawthiq.model import Kind

_CIVIL = ("civilians", "protesters", "refugees", "detainees", "journalists", "medical", "un", "sohr")

_RESCUERS = (("medical",), ("journalists",))


class Antecedents:
    """The actors named so far, the latest last."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.named: list[tuple[str, str]] = []
        self.doers: tuple[str, ...] = ()
        self.sentence: Sentence
        self.everywhere = {i.sense.name: str(i.sense.data["kind"]) for s in document.sentences for i in s.of("actor")}

    def names(self) -> list[str]:
        """Return the actors named so far, the last last, no civilians and nobody unknown."""
        return [name for name, _ in self.named if name not in _CIVIL and not name.startswith("unknown")]

    def resolve(self, sentence: Sentence, mentions: list[Mention]) -> None:
        """Fill the actors of epithets and of people whose group the text has named."""
        self.sentence = sentence
        for mention, after in pairwise(mentions):
            if after.joined and mention.person in ("soldier", "fighter") and after.person in ("soldier", "fighter"):
                if not mention.actors and after.actors and mention.owner is None and not mention.head.suffix:
                    mention.actors = after.actors  # "an officer and two soldiers of the Fourth Division"
        speaker_of: tuple[str, ...] = ()
        for mention in mentions:
            head = mention.head
            if head.category == "actor" and mention.actors:
                speaker_of = mention.actors
            if head.category == "epithet" and mention.person:
                pass  # "a cell of X": the owner is named beside it
            elif head.category == "epithet":
                mention.actors = self._epithet(mention)
            elif head.category == "anaphor":
                mention.actors = self._anaphor(list(head.sense.data["kinds"]))
            elif mention.owner is not None:
                mention.actors = self._anaphor(list(mention.owner.sense.data["kinds"]))
            elif mention.person == "rebel" and not mention.actors:
                mention.actors = self._rebel()
            elif (mention.person == "attacker" and not mention.actors) or (
                mention.person == "soldier" and not mention.actors and head.definite and self.doers
            ):
                mention.actors = self.doers
            elif mention.person == "soldier" and not mention.actors and not head.suffix:
                mention.actors = ("syrian-transitional" if self._after_transition() else "syrian-army",)
            elif mention.person == "cell" and not mention.actors:
                mention.actors = ("isis",) if "isis" in self.everywhere else ()
            elif mention.actors == ("syrian-army",) and self._after_transition():
                mention.actors = ("syrian-transitional",)
            elif head.suffix and self._first_person(mention):
                speaker = self.document.outlet.speaker(self.document.published)
                mention.actors = (speaker,) if speaker else mention.actors
            elif (
                mention.neutral
                and not mention.actors
                and self.document.outlet.party
                and head.sense.name in self.document.using.lexicon.first_person
            ):
                speaker = self.document.outlet.speaker(self.document.published)
                mention.actors = (speaker,) if speaker else ()
            elif mention.neutral and not head.suffix and not mention.actors and mention.person:
                by = self._speaking(sentence)
                mention.likely = next(iter([n for n in self.names() if n != by][-1:]), None)
            elif mention.neutral and head.suffix and not mention.actors and speaker_of in _RESCUERS:
                mention.actors = speaker_of  # "Civil Defence said that a shell fell on its team"
            elif mention.neutral and head.suffix and not mention.actors and self.named:
                mention.actors = self._anaphor(["any"])
            if mention.actors == ("syrian-transitional",) and self.document.published is not None and not self._after_transition():
                mention.actors = ("syrian-army",)  # "the security forces" of a day before there were others
            if (mention.actors and mention.head.category in ("actor", "epithet")) or (mention.armed and mention.actors):
                kind = str(head.sense.data.get("kind") or self.everywhere.get(mention.actors[0], "any"))
                self.named = [(n, k) for n, k in self.named if n != mention.actors[0]] + [(mention.actors[0], kind)]

    def _speaking(self, sentence: Sentence) -> str | None:
        """Return the actor who says what a sentence tells, "X alleges that": a leader killed is none of X's own."""
        for item in sentence.of("actor"):
            said = any(i.category in ("distance", "say") and i.last == item.first for i in sentence.items)
            if said and any(i.category == "that" and 0 <= i.first - item.last <= 4 for i in sentence.items):
                return item.sense.name
        return None

    def identify(self, sentence: Sentence, mentions: list[Mention]) -> None:
        """Let "gunmen believed to belong to X" be X: a hedge and a word of belonging between people unknown and a name."""
        for mention, after in pairwise(mentions):
            if mention.actors != ("unknown-gunmen",) or not 0 <= after.first - mention.last <= 8:
                continue
            if after.head.category not in ("actor", "epithet") or not after.actors or after.actors == ("unknown-gunmen",):
                continue
            between = [i for i in sentence.items if mention.last <= i.first < after.first]
            if any(i.category == "hedge" for i in between) and not any(
                i.finite and i.category in ("event", "loss", "light") for i in between
            ):
                mention.actors = after.actors
                after.partial = True

    def note(self, sentence: Sentence, mentions: list[Mention], drafts: list[Draft]) -> None:
        """Remember who acted in a sentence: the doer is the likeliest antecedent of what follows."""
        for draft in drafts:
            if draft.kind is Kind.EVENT and draft.initiators and not set(draft.initiators) & set(_CIVIL):
                self.doers = tuple(draft.initiators)
        for draft in drafts[-1:]:
            for name in draft.initiators[:1]:
                if name not in _CIVIL and any(n == name for n, _ in self.named):
                    kind = next(k for n, k in self.named if n == name)
                    self.named = [(n, k) for n, k in self.named if n != name] + [(name, kind)]

    def _after_transition(self) -> bool:
        published = self.document.published
        return published is not None and published.isoformat() >= TRANSITION

    def _epithet(self, mention: Mention) -> tuple[str, ...]:
        """An epithet of several actors is the one named last; "the army" is the state's army of the day."""
        head = mention.head
        options = {
            i.sense.name for i in self.sentence.items if i.category == "epithet" and i.first == head.first and i.last == head.last
        }
        for name, _ in reversed(self.named):
            if name in options:
                return (name,)
        named = sorted(n for n in options if n in self.everywhere)
        if named and not options & {"syrian-army", "syrian-transitional"}:
            return (named[0],)
        if options & {"syrian-army", "syrian-transitional"}:
            return ("syrian-transitional" if self._after_transition() else "syrian-army",)
        # Where the text names none, the epithet means whom reporting means by it.
        return ("isis",) if "isis" in options else tuple(sorted(options)[:1])

    def _anaphor(self, kinds: list[str]) -> tuple[str, ...]:
        for name, kind in reversed(self.named):
            if ("any" in kinds or kind in kinds) and name not in _CIVIL and not name.startswith("unknown"):
                return (name,)
        if "any" not in kinds:
            fitting = [n for n, kind in self.everywhere.items() if kind in kinds]
            return (fitting[0],) if fitting else ()
        return ()

    def _rebel(self) -> tuple[str, ...]:
        """A word of the state for its enemies: the group named in the text, else factions at large."""
        for name, _ in reversed(self.named):
            if name in ("isis", "hts", "nlf", "opposition-factions", "hurras-al-din"):
                return (name,)
        for name in ("isis", "hts", "opposition-factions"):
            if name in self.everywhere:
                return (name,)
        return ("opposition-factions",)

    def _first_person(self, mention: Mention) -> bool:
        words = self.document.words[mention.head.first : mention.head.last]
        return bool(self.document.using.lexicon.first_person & set(words)) or mention.head.suffix == self.document.using.our

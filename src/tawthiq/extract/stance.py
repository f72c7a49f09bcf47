"""Who says a clause, and how firmly: sources and how far each reaches, hedges, distance, denial, plans and threats.

A verb of saying governs what follows it in its sentence, until another source or a contrast takes over; "according to" governs
its whole clause; a definite source ("the sources added") is the one named last.
"""

from __future__ import annotations

from dataclasses import dataclass

from tawthiq.extract.drafts import Source
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.model import Modality, SourceType

SAYING = ("say", "deny", "distance", "hedge", "expect", "warn", "threat", "accuse", "claim")
_SOURCES: dict[str, SourceType] = {
    "source_corroborated": SourceType.CORROBORATED,
    "source_unnamed": SourceType.UNNAMED,
    "source_named": SourceType.NAMED,
    "source_party": SourceType.PARTY,
    "source_capital": SourceType.PARTY,
    "source_social": SourceType.SOCIAL,
    "source_outlet": SourceType.OUTLET,
}
_NOT_PARTIES = ("civilians", "protesters", "refugees", "detainees")
_NAMED_ACTORS = ("sohr", "medical", "un")


@dataclass(slots=True)
class Scope:
    """A stretch of a sentence with its source and its modality, tokens `first` to `last`, exclusive."""

    first: int
    last: int
    source: Source | None
    modality: Modality | None
    verb: Item | None = None


class Stances:
    """Reads the sources of a report sentence by sentence and remembers the one that still speaks."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.current = Source()
        self.named: Source | None = None
        self.unnamed: Source | None = None  # the last source without a name: who "the sources" are

    def read(self, sentence: Sentence) -> list[Scope]:
        """Return the scopes of a sentence; where scopes overlap, the later one governs."""
        document = self.document
        scopes: list[Scope] = []
        if sentence.reply is not None:
            words = sentence.reply or None
            return [Scope(sentence.first, sentence.last, Source(SourceType.SOCIAL, words=words), None)]
        contrast = [i.first for i in sentence.items if i.category == "conjunction" and i.sense.name in document.using.contrasts]
        for item in sentence.items:
            if item.category in SAYING and self._speaks(sentence, item) and not self._relayed(sentence, item):
                source = self._speaker(sentence, item)
                limit = min([c for c in contrast if c > item.last + 1], default=sentence.last)
                modality = _MODALITY.get(item.category)
                if item.sense.data.get("root") is None:
                    continue  # a word that colours a clause names no speaker
                start = (
                    sentence.first
                    if item.sense.data.get("english") and self._closes(sentence, item)
                    # Who said one thing and denies another denies what follows.
                    else item.first
                    if source.last is not None
                    and any(i.category == "that" and source.last <= i.first < item.first for i in sentence.items)
                    else min(item.first, source.first or item.first)
                )
                if source.type is not SourceType.OUTLET or source.first is not None:
                    self.named = source
                elif self._continues(item) and self.named is not None:
                    source = self.named
                scopes.append(Scope(start, limit, source, modality, item))
        if (opener := self._opener(sentence)) is not None:
            self.named = opener
            scopes.insert(0, Scope(sentence.first, sentence.last, opener, None))
        for item in sentence.of("according"):
            cited = self._after(sentence, item.last)
            if cited is None:
                continue
            start = max([c for c in contrast if c < item.first], default=sentence.first)
            following = [c for c in contrast if c > item.first]
            at_start = item.first - start <= 2
            last = min(following, default=sentence.last) if at_start or not following else item.first
            self.named = cited
            scopes.append(Scope(start, last, cited, None))
        for item in sentence.of("distance", "deny", "hedge", "condition", "plan", "threat", "expect"):
            if item.sense.data.get("root") is not None and item.category != "plan":
                continue
            if item.category == "hedge" and any(0 <= item.first - i.last <= 3 for i in sentence.of("response")):
                continue  # what is guarded against is in doubt, not the act: تحسبا لأي هجوم محتمل
            scopes.append(self._soft(sentence, item, contrast))
        return scopes

    def _opener(self, sentence: Sentence) -> Source | None:
        """Return the source that a line opens with before a colon: "Military source: ..."."""
        words = self.document.words
        colon = next((at for at in range(sentence.first, min(sentence.last, sentence.first + 9)) if words[at] == ":"), None)
        if colon is None or any(i.finite and i.first < colon for i in sentence.items):
            return None
        if not any(
            i.first < colon
            and (
                (i.category in _SOURCES and i.first - sentence.first <= 1)
                or (
                    i.category == "actor"
                    and i.first - sentence.first <= 1
                    and colon - i.last <= 1
                    and i.sense.data["kind"] not in ("civilians", "unknown")
                    and not any(q.first - colon <= 1 for q in sentence.quantities if q.first > colon)
                )
                or (i.category == "statement" and i.first == sentence.first)
            )
            for i in sentence.items
        ):
            return None
        return self._classify(sentence, sentence.first, colon)

    def _soft(self, sentence: Sentence, item: Item, contrast: list[int]) -> Scope:
        """A word that colours a clause without naming a speaker: believed, if, no truth in."""
        modality = _SOFT[item.category]
        start = item.first
        last = min([c for c in contrast if c > item.last], default=sentence.last)
        if item.category == "deny" or (
            item.category in ("condition", "hedge", "distance") and not sentence_has_after(sentence, item)
        ):
            start = max([c for c in contrast if c < item.first], default=sentence.first)
        return Scope(start, last, None, modality, item)

    def _speaks(self, sentence: Sentence, item: Item) -> bool:
        """Say whether a word is a verb of saying here, and not a noun inside a name, nor "is called" spelt like "alleges"."""
        if item.sense.data.get("frame") == "call" and item.finite:
            return any(
                (i.category == "that" and item.last <= i.first <= item.last + 8)
                or (i.first == item.last and (i.category in ("actor", "epithet") or i.category in _SOURCES))
                for i in sentence.items
            )
        return (
            item.finite
            or item.category in ("deny", "warn", "accuse", "threat")
            or (
                item.category == "say"
                and any(i.category == "that" and item.last <= i.first <= item.last + 8 for i in sentence.items)
            )
        )

    def _relayed(self, sentence: Sentence, item: Item) -> bool:
        """Say whether a verb only tells what was going round, inside a denial: نفى صحة ما تداولته صفحات."""
        if item.sense.data.get("frame") != "social" and item.category != "say":
            return False
        what = any(i.category in ("relayed", "relative") and i.last == item.first for i in sentence.items)
        return what and any(i.category == "deny" and i is not item for i in sentence.items)

    def _closes(self, sentence: Sentence, item: Item) -> bool:
        """Say whether an English "X said" ends its sentence or its clause, so that it governs what is before it."""
        after = [i for i in sentence.items if i.first >= item.last and i.category in ("event", "loss", "that")]
        return not after or (after[0].first - item.last > 6 and not any(i.category == "that" for i in after))

    def _continues(self, item: Item) -> bool:
        return item.prefix[:1] in self.document.using.joins or item.sense.data.get("root") in self.document.using.adding

    def _speaker(self, sentence: Sentence, item: Item) -> Source:
        """Return who speaks by a verb: after it, before "that"; else before it."""
        if item.voice == "p" or (item.voice == "?" and self.document.passive_mark(item.first)):
            return Source()
        stop = min(
            [i.first for i in sentence.items if i.category == "that" and i.first >= item.last],
            default=min(sentence.last, item.last + 9),
        )
        verbs = [
            i.first
            for i in sentence.items
            if i.first >= item.last and i is not item and (i.finite or i.category == "relayed") and i.category not in _SOURCES
        ]
        reach = 2 if item.category == "accuse" else 14  # the accused comes right after who accuses
        source = self._classify(sentence, item.last, min(stop, item.last + reach, *verbs))
        told_by = next((i for i in sentence.of("about") if item.last <= i.first < min(stop, item.last + 4)), None)
        if told_by is not None and item.sense.data.get("root") in self.document.using.relaying:
            source = self._classify(sentence, told_by.last, min(stop, told_by.last + 9)) or source
        if source is None or item.sense.data.get("english"):
            before = self._classify(sentence, max(sentence.first, item.first - 12), item.first, nearest_last=True)
            source = before or source
        if source is None and item.sense.data.get("frame") == "social":
            return Source(SourceType.SOCIAL, item.first, item.last)
        if source is None and item.category == "deny" and self.named is not None:
            return self.named
        return source or Source()

    def _after(self, sentence: Sentence, start: int) -> Source | None:
        stops = [
            i.first
            for i in sentence.items
            if i.first > start and (i.category in ("comma", "that") or (i.finite and i.category in ("event", "loss", "light")))
        ]
        end = min([s for s in stops if s > start + 1], default=sentence.last)
        return self._classify(sentence, start, min(end, start + 12))

    def _classify(self, sentence: Sentence, first: int, last: int, *, nearest_last: bool = False) -> Source | None:
        """Return the source named in a stretch of tokens, or None."""
        best: Item | None = None
        for item in sentence.items:
            if not first <= item.first < last:
                continue
            if item.category == "source_capital" and (
                item.prefix not in ("", self.document.using.joins[0])
                or not (item.last == last if nearest_last else item.first == first)
            ):
                continue
            if item.category in _SOURCES and (
                best is None
                or nearest_last
                or (item.first == best.first and (item.last, not item.definite) > (best.last, not best.definite))
            ):
                best = item
        actors = [
            i
            for i in sentence.items
            if first <= i.first < last and i.category in ("actor", "epithet", "adjective") and i.sense.name not in _NOT_PARTIES
        ]
        actor = actors[-1] if actors and nearest_last else next(iter(actors), None)
        if best is None and (actor is None or actor.category == "adjective"):
            return None
        if (
            best is None
            and actor is not None
            and not nearest_last
            and actor.first - first > 1
            and not self._titled(first, actor.first)
        ):
            return None  # whom the statement speaks of, not who makes it
        document = self.document
        if best is not None:
            type_ = _SOURCES[best.category]
            if (
                type_ in (SourceType.UNNAMED, SourceType.NAMED)
                and actor is not None
                and actor.sense.name not in _NAMED_ACTORS
                and best.category != "source_corroborated"
                and self._belongs(best, actor)
                and not (type_ is SourceType.NAMED and actor.first <= best.first and actor.last >= best.last)
            ):
                if actor.sense.data.get("kind") != "civilians":
                    type_ = SourceType.PARTY
            if type_ is SourceType.UNNAMED and best.definite and (told := self.unnamed or self.named) is not None:
                return Source(told.type, best.first, best.last, told.actor)
            if (
                type_ is SourceType.NAMED
                and best.definite
                and self.named is not None
                and best.sense.name in document.using.back_sources
            ):
                return Source(self.named.type, best.first, best.last, self.named.actor)
            whose = actor is not None and (type_ is SourceType.PARTY or self._belongs(best, actor))
            near = actor is not None and whose and 0 <= actor.first - best.last <= (1 if actor.category == "adjective" else 3)
            end = min(last, max(best.last, actor.last)) if near and actor is not None else best.last
            source = Source(type_, best.first, end, actor.sense.name if actor is not None and whose else None)
            if type_ in (SourceType.UNNAMED, SourceType.CORROBORATED):
                self.unnamed = source
        else:
            assert actor is not None
            name = actor.sense.name
            type_ = SourceType.NAMED if name in _NAMED_ACTORS else SourceType.PARTY
            source = Source(type_, actor.first, actor.last, name)
        if self._own(source):
            return Source(SourceType.OUTLET, source.first, source.last, source.actor)
        return source

    def _titled(self, first: int, actor: int) -> bool:
        """Say whether only a title or a word of belonging stands between a verb of saying and an actor."""
        using = self.document.using
        return all(w in using.link_words or w in using.close_words or not w[:1].isalnum() for w in self.document.words[first:actor])

    def _belongs(self, source: Item, actor: Item) -> bool:
        """Say whether a source is of an actor: nothing but "in", "of", "close to" stands between ("a source in the SDF")."""
        if not 0 <= actor.first - source.last <= 3:
            return source.first <= actor.first < source.last
        if actor.first == source.last and source.category == "source_unnamed" and not actor.prefix:
            return False  # "residents accuse the SDF": no word of belonging between
        between = self.document.words[source.last : actor.first]
        return all(w in self.document.using.link_words or w in self.document.using.close_words for w in between)

    def _own(self, source: Source) -> bool:
        """Say whether a source is the outlet itself: it names itself, or a side's own statement speaks of that side."""
        document = self.document
        if source.first is None or source.last is None:
            return False
        words = " ".join(document.words[source.first : source.last])
        return (
            bool(document.outlet_words) and (words in document.outlet_words or (len(words) > 6 and document.outlet_words in words))
        ) or (
            document.outlet.party
            and source.actor is not None
            and source.actor == document.outlet.speaker(document.published)
            and document.outlet.actor not in (None,)
            and not document.agency
        )


def sentence_has_after(sentence: Sentence, item: Item) -> bool:
    """Say whether an occurrence is told after an item in its sentence."""
    return any(i.first >= item.last and i.category in ("event", "loss", "weapon") for i in sentence.items)


_MODALITY: dict[str, Modality] = {
    "deny": Modality.DENIED,
    "distance": Modality.DISTANCED,
    "hedge": Modality.HEDGED,
    "expect": Modality.FORECAST,
    "warn": Modality.FORECAST,
    "threat": Modality.HYPOTHETICAL,
}
_SOFT: dict[str, Modality] = {
    "deny": Modality.DENIED,
    "distance": Modality.DISTANCED,
    "hedge": Modality.HEDGED,
    "condition": Modality.HYPOTHETICAL,
    "plan": Modality.HYPOTHETICAL,
    "threat": Modality.HYPOTHETICAL,
    "expect": Modality.FORECAST,
}


def govern(scopes: list[Scope], token: int) -> tuple[Source | None, Modality]:
    """Return the source and the modality at a token: the last scope that began before it decides each."""
    source: Source | None = None
    modality = Modality.ASSERTED
    begun = -1
    for scope in scopes:
        if scope.first <= token < scope.last:
            if scope.source is not None and (scope.source.type is not SourceType.OUTLET or scope.source.first is not None):
                source = scope.source
            if (
                scope.verb is not None
                and scope.source is not None
                and scope.modality is None
                and scope.verb.first < token
                and scope.first >= begun
            ):
                # A plain "said" after a denial begins anew.
                modality = Modality.ASSERTED
            if scope.modality is Modality.HEDGED and modality is Modality.DENIED and scope.source is None:
                continue  # "no truth to the reports that"
            if scope.modality is not None and scope.first >= begun - 1:
                modality = scope.modality
            begun = max(begun, scope.first)
    return source, modality


def negated(document: Document, sentence: Sentence, token: int) -> bool:
    """Say whether a negation stands right before a verb."""
    using = document.using
    for item in sentence.items:
        if (
            item.category == "negation"
            and token - 3 <= item.first < token
            and (
                item.sense.name in using.verb_negations
                or (item.sense.name in using.without and any(i.category == "that" and i.first == item.last for i in sentence.items))
            )
        ):
            if item.first and document.words[item.first - 1] in using.temporal:
                continue  # "before they withdrew": the word after "before" negates nothing
            if item.sense.name in using.which_words and any(
                i.first == item.last and i.category == "result" for i in sentence.items
            ):
                continue  # "which led to": ما أدى إلى
            if not any(i.category in ("comma", "conjunction") and item.last <= i.first < token for i in sentence.items):
                return True
    return False

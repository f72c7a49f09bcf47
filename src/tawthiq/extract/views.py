"""Assessments and relations: what a source thinks an actor wants, can or will do; who backs, belongs to or joins whom.

What such a statement speaks of is its content and no occurrence of its own; the triggers inside it are taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

from tawthiq.extract.drafts import Draft, add
from tawthiq.extract.items import TRANSITION, Document, Item, Sentence
from tawthiq.extract.mentions import Mention, last_group
from tawthiq.extract.stance import Scope, govern, negated
from tawthiq.lexicon.morphology import ALEF, NUN, TEH, YEH
from tawthiq.model import Kind, Modality, SourceType

# Words of saying, expecting and wanting that begin a statement of their own where they open a clause.
_TURNS = ("say", "expect", "warn", "accuse", "deny", "want", "able", "hedge", "distance", "support")
_UNARMED = {"civilians", "medical", "refugees", "detainees", "unknown-gunmen"}
_GROUPS = ("actor", "epithet", "anaphor", "object")


@dataclass(slots=True)
class Context:
    """What the views of a sentence are read with: its mentions, who speaks where, and the actors named so far, last last."""

    document: Document
    sentence: Sentence
    mentions: list[Mention]
    scopes: list[Scope]
    named: list[str]

    def stand_in(self, item: Item, but: list[str]) -> str | None:
        """Return the actor that a verb without a subject means: the party that speaks of itself, else the one named last."""
        that = next((i for i in self.sentence.items if i.category == "that" and i.last == item.first), None)
        source, _ = govern(self.scopes, item.first)
        word = self.document.words[item.first - 1] if item.first else ""
        if that is not None and source is not None and source.actor and source.type is SourceType.PARTY:
            if any(word.endswith(p) and len(word) > len(p) + 1 for p in self.document.using.endings):
                return source.actor
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


def find_views(context: Context) -> list[Draft]:
    """Return the assessments and relations of a sentence."""
    out: list[Draft] = []
    document, sentence = context.document, context.sentence
    for item in sentence.items:
        draft = None
        if _inside(out, item):
            continue
        match item.category:
            case "want" | "intent" if not (item.form.startswith("n") and item.definite):
                draft = _intent(context, item)
            case "plan" if item.finite and (_denied(document, sentence, item) or not _act_after(context, item)):
                draft = _intent(context, item)
            case "able" | "capable" | "unable" | "incapable":
                draft = _capability(context, item)
            case "possess" if item.finite:
                draft = _possession(context, item)
            case "expect" | "warn" if not item.form.startswith("n"):
                draft = _forecast(context, item)
            case "hedge" if item.finite and _future_told(document, sentence, item):
                draft = _forecast(context, item)
            case "grow" if item.prefix[-1:] == document.using.future_mark:
                draft = _forecast(context, item)
            case "join" if not any(d.type == "joins" for d in out) and not item.definite:
                draft = _joined(context, item)
            case "support":
                draft = _support(context, item)
            case "belong" if item.finite:
                draft = _tie(context, item)
            case "first" if not any(d.type == "joins" for d in out):
                draft = _joins(context, item)
            case "behind":
                draft = _responsibility(context, item)
        if draft is not None:
            out.append(draft)
    return out


def _inside(drafts: list[Draft], item: Item) -> bool:
    return any(start <= item.first < end for d in drafts if d.type != "joins" for start, end in d.spans)


def _denied(document: Document, sentence: Sentence, item: Item) -> bool:
    """Say whether a word is negated: by a particle before it, or by the first word of its expression (لا يريد)."""
    if item.category in ("unable", "incapable") or negated(document, sentence, item.first):
        return True
    holder = next(
        (i for i in reversed(sentence.items) if i.category in ("possess", "lose") and 0 <= item.first - i.last <= 5), None
    )
    if item.category == "able" and holder is not None and (holder.category == "lose" or negated(document, sentence, holder.first)):
        return True
    inner = document.words[item.first]
    if item.last - item.first > 1 and inner.removeprefix(document.using.joins[0]) in document.using.verb_negations:
        return True
    return any(
        i.category == "incapable" and i.last >= item.first - 1 and i.first <= item.first and i.last <= item.last
        for i in sentence.items
    )


def _act_after(context: Context, item: Item) -> bool:
    """Say whether an act is named after a word of planning: then it is that act that is planned."""
    end = _clause(context, item)[1]
    return any(
        i.category in ("event", "loss", "weapon", "operation", "crime", "campaign", "body") and not i.form.startswith("q")
        for i in context.sentence.items
        if item.last <= i.first < end
    )


def _future_told(document: Document, sentence: Sentence, item: Item) -> bool:
    """Say whether what is thought likely is still to come: "that" and a verb in the present after it (يرجّح أن تعمد)."""
    that = next((i for i in sentence.items if i.category == "that" and item.last <= i.first <= item.last + 4), None)
    if that is None or that.last >= sentence.last:
        return False
    word = document.words[that.last]
    named = any(i.first == that.last and not i.finite and i.category != "conjunction" for i in sentence.items)
    return (
        len(word) > 3
        and word[:1] in (YEH, TEH)
        and word not in document.using.copulas
        and not named
        and document.words[that.last - 1] == ALEF + NUN
    )


def _clause(context: Context, item: Item) -> tuple[int, int]:
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


def _armed(mentions: list[Mention], first: int, last: int) -> list[Mention]:
    return [
        m
        for m in mentions
        if first <= m.first < last and (m.armed or m.armed_owner or (m.head.category == "actor" and m.actors != ("civilians",)))
    ]


def _subject(context: Context, start: int, item: Item, end: int) -> list[Mention]:
    """Return who wants or can: before the word, nearest and bare; else right after a verb that is not plural."""
    before = [m for m in _armed(context.mentions, start, item.first) if m.role in ("", "of", "to") and m.last <= item.first]
    if before:
        return last_group(before)
    if not (item.finite or item.category in ("intent", "capable", "incapable")) or item.person == "p":
        return []
    after = [m for m in _armed(context.mentions, item.last, min(end, item.last + 3)) if m.role in ("", "at")]
    return [m for m in after[:1] if m.first - item.last <= (1 if item.person else 2)]


def _make(context: Context, kind: Kind, type_: str, start: int, end: int) -> Draft:
    words = context.document.words
    while end > start + 1 and not words[end - 1][:1].isalnum():
        end -= 1
    return Draft(kind, type_, context.sentence, [], [(start, end)])


def _fill(draft: Draft, subject: list[Mention], others: list[Mention]) -> None:
    for mention in subject:
        add(draft.initiators, mention.actors)
    for mention in others:
        if mention not in subject and not set(mention.actors) <= set(draft.initiators):
            add(draft.targets, mention.actors)


def _intent(context: Context, item: Item) -> Draft | None:
    if item.first and context.document.words[item.first - 1] in context.document.using.questions:
        return None
    start, end = _clause(context, item)
    subject = _subject(context, start, item, end)
    draft = _make(context, Kind.ASSESSMENT, "intent", start, end)
    others = [m for m in context.mentions if item.last <= m.first < end and m.actors and m not in subject]
    _fill(draft, subject, _first_group(others))
    if not draft.initiators:
        unarmed = [m for m in context.mentions if start <= m.first < item.first and m.role == "" and m.person and not m.armed]
        name = None if unarmed or not (item.finite or item.category == "intent") else context.stand_in(item, [])
        if name is None:
            return None
        draft.initiators = [name]
        draft.targets = [t for t in draft.targets if t != name]
    if _denied(context.document, context.sentence, item):
        draft.modality = Modality.DENIED
    return draft


def _first_group(mentions: list[Mention]) -> list[Mention]:
    """Return the first mention that names an actor, with those joined to it."""
    out: list[Mention] = []
    for mention in mentions:
        if out and not mention.joined:
            break
        out.append(mention)
    return out


def _capability(context: Context, item: Item) -> Draft | None:
    start, end = _clause(context, item)
    bare = context.document.words[item.first].removeprefix(context.document.using.joins[0])
    if item.last - item.first == 1 and bare in context.document.using.ability:
        if not any(i.category == "prep_on" and item.last <= i.first <= item.last + 4 for i in context.sentence.items):
            return None  # "the capacity of" something, not "to do" something
    subject = _subject(context, start, item, end)
    name = None if subject else context.stand_in(item, [])
    if not subject and name is None:
        return None
    draft = _make(context, Kind.ASSESSMENT, "capability", start, end)
    _fill(
        draft, subject, _first_group([m for m in context.mentions if item.last <= m.first < end and m.actors and m not in subject])
    )
    if name is not None:
        draft.initiators = [name]
        draft.targets = [t for t in draft.targets if t != name]
    if _denied(context.document, context.sentence, item):
        draft.modality = Modality.DENIED
    return draft


def _possession(context: Context, item: Item) -> Draft | None:
    """What a group has is what it can do, where it has weapons: يمتلك مسيّرات بعيدة المدى."""
    end = _clause(context, item)[1]
    if not any(i.category == "weapon" and item.last <= i.first < min(end, item.last + 6) for i in context.sentence.items):
        return None
    return _capability(context, item)


def _forecast(context: Context, item: Item) -> Draft | None:
    document, sentence = context.document, context.sentence
    begin, end = _clause(context, item)
    following = [
        i
        for i in sentence.items
        if item.last <= i.first < end
        and i.category in ("event", "loss", "that", "person", "actor", "anaphor", "epithet", "grow", "operation", "place", "object")
    ]
    if not following and item.category != "grow":
        return None
    start = item.first if item.sense.data.get("root") and item.category != "grow" else begin
    draft = _make(context, Kind.ASSESSMENT, "forecast", start, end)
    draft.modality = Modality.FORECAST
    after = [m for m in context.mentions if item.last <= m.first < end]
    bare = [
        m for m in after if m.role == "" and m.armed and m.head.category in ("actor", "epithet", "anaphor", "person") and m.actors
    ]
    _fill(draft, bare[:1], [m for m in after if m.actors and m not in bare[:1] and m.role in ("", "against", "side", "on")])
    if not bare and not draft.targets and any(i.finite and i.first - item.last <= 2 for i in following):
        name = context.stand_in(item, [])
        draft.initiators = [name] if name and negated(document, sentence, item.first) is False else []
    return draft


def _responsibility(context: Context, item: Item) -> Draft | None:
    """Blame in general: who stands behind the incidents, most of the killings, the wave of bombs."""
    document, sentence = context.document, context.sentence
    start, end = _clause(context, item)
    general = [
        i
        for i in sentence.items
        if i.category in ("event", "operation", "crime", "loss")
        and (i.plural or i.form == "np")
        and sentence.first <= i.first < end
    ]
    general_words = any(w in document.using.general_words for w in document.words[sentence.first : end])
    if not general and not general_words:
        return None
    actors = [
        m
        for m in _armed(context.mentions, sentence.first, end)
        if m.head.category in ("actor", "epithet", "person", "anaphor")
        and m.actors
        and abs(m.first - item.first) <= 12
        and m.role in ("", "of", "to", "in")
    ]
    if not actors:
        return None
    near = min(actors, key=lambda m: abs(m.first - item.first))
    draft = _make(context, Kind.ASSESSMENT, "responsibility", min(start, near.first), end)
    add(draft.initiators, near.actors)
    if _denied(document, sentence, item):
        draft.modality = Modality.DENIED
    return draft


def _support(context: Context, item: Item) -> Draft | None:
    """Who backs whom: a verb with its object, a noun that a verb carries, what someone receives, a participle that says so."""
    document, sentence = context.document, context.sentence
    start, end = _clause(context, item)
    participle = item.form.startswith("q")
    if item.definite or (participle and item.last - item.first == 0):
        return None
    subject = [m for m in _subject(context, start, item, end) if m.head.category in _GROUPS and m.actors]
    others = [
        m
        for m in _armed(context.mentions, item.last, end)
        if m.head.category in (*_GROUPS, "person") and m.actors and not set(m.actors) <= _UNARMED and m not in subject
    ]
    frame = item.sense.data.get("frame")
    if participle:
        # An indefinite participle after a name says something of it; after an indefinite noun it only tells which.
        told = subject and subject[-1].definite and not any(i.finite and i.category != "relative" for i in sentence.items)
        givers = [m for m in others if m.role in ("of", "by")]
        if not told or not givers:
            return None
        subject, others = givers[:1], subject
    elif item.form.startswith("n"):
        carried = [i for i in sentence.items if i.category == "undertake" and start <= i.first < item.first]
        if not carried:
            return None
        subject = subject or [m for m in _armed(context.mentions, carried[-1].last, item.first) if m.role == ""][:1]
    elif frame in ("give", "receive") and not any(i.category == "aid" and item.last <= i.first < end for i in sentence.items):
        return None
    if frame == "receive":
        givers = [m for m in others if m.role in ("of", "from", "by")] or others[:1]
        receivers = subject or [m for m in others if m not in givers][:1]
        subject, others = givers[:1], receivers
        if not others and (name := context.stand_in(item, [n for m in subject for n in m.actors])):
            return _relation(context, "supports", start, end, subject, [name])
    targets = [n for m in others for n in m.actors]
    if not subject and item.finite and frame != "receive" and (name := context.stand_in(item, targets)):
        draft = _relation(context, "supports", start, end, [], targets)
        if draft is not None:
            draft.initiators = [name]
        return draft
    if not targets and subject and _pronoun_object(document, sentence, item, end):
        doers = [n for m in subject for n in m.actors]
        name = next((n for n in reversed(context.named) if n not in doers), None)
        targets = [name] if name else []
    if not subject or not targets:
        return None
    return _relation(context, "supports", start, end, subject, targets)


def _pronoun_object(document: Document, sentence: Sentence, item: Item, end: int) -> bool:
    """Say whether whom is backed is a pronoun, on the verb or on a noun of support after it: يمدّهم, تسليحها."""
    return any(
        i.suffix in document.using.pronouns and i.suffix
        for i in sentence.items
        if i.category in ("support", "aid") and item.first <= i.first < end
    )


def _relation(context: Context, type_: str, start: int, end: int, subject: list[Mention], targets: list[str]) -> Draft | None:
    draft = _make(context, Kind.RELATION, type_, start, end)
    _fill(draft, subject, [])
    add(draft.targets, [t for t in targets if t not in draft.initiators])
    return draft if draft.targets else None


def _tie(context: Context, item: Item) -> Draft | None:
    start, end = _clause(context, item)
    after = [
        m
        for m in _armed(context.mentions, item.last, min(end, item.last + 7))
        if m.head.category in ("actor", "epithet") and m.actors
    ]
    subject = [m for m in _subject(context, start, item, end) if m.actors and m.head.category in (*_GROUPS, "person")]
    if not subject and len(after) > 1 and after[0].role == "":
        subject = after[:1]
    after = [m for m in after if m not in subject and not (subject and set(m.actors) & set(subject[0].actors))]
    if not after:
        return None
    if subject:
        draft = _relation(context, "member-of", start, end, subject, list(after[0].actors))
    else:
        name = context.stand_in(item, list(after[0].actors))
        if name is None or not item.sense.data.get("root") or any(i.category == "relative" for i in context.sentence.items):
            return None
        draft = _relation(context, "member-of", start, end, [], list(after[0].actors))
        if draft is not None:
            draft.initiators = [name]
    if draft is not None and _denied(context.document, context.sentence, item):
        draft.modality = Modality.DENIED
    return draft


def _joined(context: Context, item: Item) -> Draft | None:
    """A group that joined another: انضمّ، التحق، بايع."""
    start, end = _clause(context, item)
    named = [
        m
        for m in context.mentions
        if start <= m.first < end and m.actors and m.armed and m.head.category in ("actor", "epithet", "person", "anaphor")
    ]
    before = [m for m in named if m.first < item.first and m.role in ("", "of", "to")]
    after = [m for m in named if m.first >= item.last]
    subject = before[-1:] or after[:1]
    others = [m for m in after if m not in subject]
    if not subject or not others:
        return None
    draft = _make(context, Kind.RELATION, "joins", start, end)
    _fill(draft, subject, others[:1])
    return draft if draft.targets else None


def _joins(context: Context, item: Item) -> Draft | None:
    """A group seen taking part for the first time, beside or inside another."""
    start, end = _clause(context, item)
    named = [
        m
        for m in context.mentions
        if m.first >= context.sentence.first
        and m.actors
        and (m.armed or m.person == "fighter")
        and m.head.category in ("actor", "person", "epithet", "object")
    ]
    beside = [m for m in named if m.role in ("beside", "along", "with", "side", "in") and m.first > min(n.first for n in named)]
    if not named:
        return None
    subject = [m for m in named if m not in beside]
    if not subject:
        return None
    draft = _make(context, Kind.RELATION, "joins", min(start, item.first), end)
    _fill(draft, subject[:1], beside)
    return draft

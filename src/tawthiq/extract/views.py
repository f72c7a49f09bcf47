"""Assessments and relations: what a source thinks an actor wants, can or will do; who backs, belongs to or joins whom.

What such a statement speaks of is its content and no occurrence of its own; the triggers inside it are taken out.
"""

from __future__ import annotations

from tawthiq.extract.drafts import Draft, add
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.extract.mentions import Mention, last_group
from tawthiq.extract.stance import negated
from tawthiq.model import Kind, Modality

_UNARMED = {"civilians", "medical", "refugees", "detainees", "unknown-gunmen"}
_GROUPS = ("actor", "epithet", "anaphor", "object")


def find_views(document: Document, sentence: Sentence, mentions: list[Mention], latest: str | None) -> list[Draft]:
    """Return the assessments and relations of a sentence; `latest` is the actor that a verb without a subject means."""
    out: list[Draft] = []
    for item in sentence.items:
        draft = None
        match item.category:
            case "want" | "intent" if not _inside(out, item) and not (item.form.startswith("n") and item.definite):
                draft = _intent(document, sentence, mentions, item, latest)
            case "plan" if item.finite and not _inside(out, item) and negated(document, sentence, item.first):
                draft = _intent(document, sentence, mentions, item, latest)
            case "able" | "capable" | "unable" | "incapable" if not _inside(out, item):
                draft = _capability(document, sentence, mentions, item, latest)
            case "expect" | "warn" if not _inside(out, item) and not item.form.startswith("n"):
                draft = _forecast(document, sentence, mentions, item)
            case "grow" if item.prefix[-1:] == document.using.future_mark and not _inside(out, item):
                draft = _forecast(document, sentence, mentions, item)
            case "join" if not any(d.type == "joins" for d in out) and not item.definite:
                draft = _joined(document, sentence, mentions, item)
            case "support" if not item.form.startswith("q"):
                draft = _support(document, sentence, mentions, item)
            case "belong" if item.finite:
                draft = _tie(document, sentence, mentions, item, "member-of")
            case "first" if not any(d.type == "joins" for d in out):
                draft = _joins(document, sentence, mentions, item)
            case "behind" if not _inside(out, item):
                draft = _responsibility(document, sentence, mentions, item)
        if draft is not None:
            out.append(draft)
    return out


def _inside(drafts: list[Draft], item: Item) -> bool:
    return any(start <= item.first < end for d in drafts for start, end in d.spans)


def _clause(document: Document, sentence: Sentence, item: Item) -> tuple[int, int]:
    """Return the clause of an item: from the last "that" or mark before it to the contrast or the sentence's end after it."""
    start = sentence.first
    for other in sentence.items:
        if other.last <= item.first and (
            other.category in ("that",) or (other.category == "conjunction" and other.sense.name in document.using.contrasts)
        ):
            start = other.last if other.category == "that" else other.first
    end = sentence.last
    for other in sentence.items:
        contrast = other.category == "conjunction" and other.sense.name in document.using.contrasts
        if other.first > item.last + 1 and (
            contrast or (other.category == "that" and document.words[other.first][:1] == document.using.joins[0])
        ):
            end = other.first
            break
    return start, end


def _armed(mentions: list[Mention], first: int, last: int) -> list[Mention]:
    return [
        m
        for m in mentions
        if first <= m.first < last
        and (m.armed or m.armed_owner or (m.head.category == "actor" and m.actors != ("civilians",)))
    ]


def _subject(mentions: list[Mention], start: int, item: Item, end: int) -> list[Mention]:
    """Return who wants or can: before the word, nearest and bare; else right after the verb."""
    before = [m for m in _armed(mentions, start, item.first) if m.role in ("", "of", "to")]
    if before:
        return last_group(before)
    after = [m for m in _armed(mentions, item.last, min(end, item.last + 4)) if m.role == ""]
    return after[:1] if item.finite else []


def _make(document: Document, sentence: Sentence, kind: Kind, type_: str, start: int, end: int) -> Draft:
    words = document.words
    while end > start + 1 and not words[end - 1][:1].isalnum():
        end -= 1
    return Draft(kind, type_, sentence, [], [(start, end)])


def _fill(draft: Draft, subject: list[Mention], others: list[Mention]) -> None:
    for mention in subject:
        add(draft.initiators, mention.actors)
    for mention in others:
        if mention not in subject and not set(mention.actors) <= set(draft.initiators):
            add(draft.targets, mention.actors)


def _intent(document: Document, sentence: Sentence, mentions: list[Mention], item: Item, latest: str | None) -> Draft | None:
    start, end = _clause(document, sentence, item)
    subject = _subject(mentions, start, item, end)
    if not subject and item.person != "1" and not (latest and item.form == "xs?"):
        return None
    draft = _make(document, sentence, Kind.ASSESSMENT, "intent", start, end)
    _fill(draft, subject, [m for m in mentions if item.last <= m.first < end])
    if not subject and item.person != "1" and latest:
        draft.initiators = [latest]
        draft.targets = [t for t in draft.targets if t != latest]
    if not draft.initiators and item.person == "1" and (speaker := document.outlet.speaker(document.published)):
        draft.initiators = [speaker]
    if negated(document, sentence, item.first):
        draft.modality = Modality.DENIED
    return draft


def _capability(document: Document, sentence: Sentence, mentions: list[Mention], item: Item, latest: str | None) -> Draft | None:
    start, end = _clause(document, sentence, item)
    subject = _subject(mentions, start, item, end)
    if not subject and not latest:
        return None
    draft = _make(document, sentence, Kind.ASSESSMENT, "capability", start, end)
    _fill(draft, subject, [m for m in mentions if item.last <= m.first < end])
    if not subject and latest:
        draft.initiators = [latest]
    if (
        item.category in ("unable", "incapable")
        or negated(document, sentence, item.first)
        or any(i.category == "incapable" and i.last >= item.first - 1 and i.first <= item.first for i in sentence.items)
    ):
        draft.modality = Modality.DENIED
    return draft


def _forecast(document: Document, sentence: Sentence, mentions: list[Mention], item: Item) -> Draft | None:
    end = _clause(document, sentence, item)[1]
    following = [
        i
        for i in sentence.items
        if item.last <= i.first < end and i.category in ("event", "loss", "that", "person", "actor", "anaphor", "epithet")
    ]
    if not following:
        return None
    start = item.first if item.sense.data.get("root") else _clause(document, sentence, item)[0]
    draft = _make(document, sentence, Kind.ASSESSMENT, "forecast", start, end)
    draft.modality = Modality.FORECAST
    after = [m for m in mentions if item.last <= m.first < end]
    bare = [m for m in after if m.role == "" and m.armed and m.head.category in ("actor", "epithet", "anaphor")]
    _fill(draft, bare[:1], [m for m in after if m.actors and m not in bare[:1] and m.role in ("", "against", "side", "on")])
    return draft


def _responsibility(document: Document, sentence: Sentence, mentions: list[Mention], item: Item) -> Draft | None:
    """Blame in general: who stands behind the incidents, most of the killings, the wave of bombs."""
    start, end = _clause(document, sentence, item)
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
        for m in _armed(mentions, sentence.first, end)
        if m.head.category in ("actor", "epithet", "person")
        and abs(m.first - item.first) <= 12
        and m.role in ("", "of", "to", "in")
    ]
    if not actors:
        return None
    near = min(actors, key=lambda m: abs(m.first - item.first))
    draft = _make(document, sentence, Kind.ASSESSMENT, "responsibility", min(start, near.first), end)
    add(draft.initiators, near.actors)
    return draft


def _support(document: Document, sentence: Sentence, mentions: list[Mention], item: Item) -> Draft | None:
    start, end = _clause(document, sentence, item)
    subject = [m for m in _subject(mentions, start, item, end) if m.head.category in _GROUPS]
    others = [m for m in _armed(mentions, item.last, end) if m.head.category in (*_GROUPS, "person") and m.actors]
    if not subject or not others or not item.finite:
        return None
    draft = _make(document, sentence, Kind.RELATION, "supports", start, end)
    _fill(draft, subject, [m for m in others if not set(m.actors) <= _UNARMED])
    return draft if draft.targets else None


def _tie(document: Document, sentence: Sentence, mentions: list[Mention], item: Item, type_: str) -> Draft | None:
    start, end = _clause(document, sentence, item)
    after = [m for m in _armed(mentions, item.last, min(end, item.last + 6)) if m.head.category in ("actor", "epithet")]
    subject = [m for m in _subject(mentions, start, item, end) if m.actors and m.head.category in (*_GROUPS, "person")]
    if not subject and len(after) > 1:
        subject, after = after[:1], after[1:]
    if not after or not subject:
        return None
    draft = _make(document, sentence, Kind.RELATION, type_, start, end)
    _fill(draft, subject, [m for m in after if m not in subject][:1])
    if negated(document, sentence, item.first):
        draft.modality = Modality.DENIED
    return draft if draft.targets else None


def _joined(document: Document, sentence: Sentence, mentions: list[Mention], item: Item) -> Draft | None:
    """A group that joined another: انضمّ، التحق، بايع."""
    start, end = _clause(document, sentence, item)
    named = [
        m
        for m in mentions
        if start <= m.first < end and m.actors and m.armed and m.head.category in ("actor", "epithet", "person", "anaphor")
    ]
    before = [m for m in named if m.first < item.first and m.role in ("", "of", "to")]
    after = [m for m in named if m.first >= item.last]
    subject = before[-1:] or after[:1]
    others = [m for m in after if m not in subject]
    if not subject or not others:
        return None
    draft = _make(document, sentence, Kind.RELATION, "joins", start, end)
    _fill(draft, subject, others[:1])
    return draft if draft.targets else None


def _joins(document: Document, sentence: Sentence, mentions: list[Mention], item: Item) -> Draft | None:
    """A group seen taking part for the first time, beside or inside another."""
    start, end = _clause(document, sentence, item)
    named = [
        m
        for m in mentions
        if m.first >= sentence.first
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
    draft = _make(document, sentence, Kind.RELATION, "joins", min(start, item.first), end)
    _fill(draft, subject[:1], beside)
    return draft

"""Relations: who backs, arms, belongs to or joins whom."""

from __future__ import annotations

from tawthiq.extract.context import GROUPS, UNARMED, Context, armed_in, clause, denied, fill, make, subject_of
from tawthiq.extract.drafts import Draft, add
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.extract.mentions import Mention
from tawthiq.model import Kind, Modality


def support(context: Context, item: Item) -> Draft | None:
    """Who backs whom: a verb with its object, a noun that a verb carries, what someone receives, a participle that says so."""
    document, sentence = context.document, context.sentence
    start, end = clause(context, item)
    participle = item.form.startswith("q")
    if item.definite or (participle and item.last - item.first == 0):
        return None
    subject = [m for m in subject_of(context, start, item, end) if m.head.category in (*GROUPS, "person") and m.actors]
    if item.finite and context.denier(item) is not None and all(m.first > item.first for m in subject):
        subject = []
    others = [
        m
        for m in armed_in(context.mentions, item.last, end)
        if m.head.category in (*GROUPS, "person") and m.actors and not set(m.actors) <= UNARMED and m not in subject
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
        subject = subject or [m for m in armed_in(context.mentions, carried[-1].last, item.first) if m.role == ""][:1]
    elif frame in ("give", "receive") and not any(
        i.category in ("aid", "support") and item.last <= i.first < end for i in sentence.items
    ):
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


def arms_sent(context: Context, item: Item) -> Draft | None:
    """Weapons sent to a group are support: "sent a shipment of missiles to"."""
    start, end = clause(context, item)
    arms = [i for i in context.sentence.of("weapon", "aid", "arms") if 0 <= i.first - item.last <= 6]
    subject = [m for m in subject_of(context, start, item, end) if m.head.category in GROUPS and m.actors]
    after = [m for m in armed_in(context.mentions, item.last, end) if m.role == "to" and m.actors and m.head.category in GROUPS]
    receivers = [m for m in after if m not in subject and arms and m.first > arms[0].first]
    if not subject or not receivers:
        return None
    return _relation(context, "supports", start, end, subject, [n for m in receivers for n in m.actors])


def _pronoun_object(document: Document, sentence: Sentence, item: Item, end: int) -> bool:
    """Say whether whom is backed is a pronoun, on the verb or on a noun of support after it: يمدّهم, تسليحها."""
    return any(
        i.suffix in document.using.pronouns and i.suffix
        for i in sentence.items
        if i.category in ("support", "aid") and item.first <= i.first < end
    )


def _relation(context: Context, type_: str, start: int, end: int, subject: list[Mention], targets: list[str]) -> Draft | None:
    draft = make(context, Kind.RELATION, type_, start, end)
    fill(draft, subject, [])
    add(draft.targets, [t for t in targets if t not in draft.initiators])
    return draft if draft.targets else None


def tie(context: Context, item: Item) -> Draft | None:
    """What belongs to what: a group to its parent, a fighter to a group."""
    start, end = clause(context, item)
    after = [
        m
        for m in armed_in(context.mentions, item.last, min(end, item.last + 7))
        if m.head.category in ("actor", "epithet") and m.actors
    ]
    subject = [m for m in subject_of(context, start, item, end) if m.actors and m.head.category in (*GROUPS, "person")]
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
    if draft is not None and denied(context.document, context.sentence, item):
        draft.modality = Modality.DENIED
    return draft


def joined(context: Context, item: Item) -> Draft | None:
    """A group that joined another: انضمّ، التحق، بايع."""
    start, end = clause(context, item)
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
    draft = make(context, Kind.RELATION, "joins", start, end)
    fill(draft, subject, others[:1])
    return draft if draft.targets else None


def joins(context: Context, item: Item) -> Draft | None:
    """A group seen taking part for the first time, beside or inside another."""
    start, end = clause(context, item)
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
    draft = make(context, Kind.RELATION, "joins", min(start, item.first), end)
    fill(draft, subject[:1], beside)
    return draft

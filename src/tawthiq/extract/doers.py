"""Who did it, beyond subject and object: by a relative clause, a belief, the owner of a weapon, the verb that carries a noun."""

from __future__ import annotations

from tawthiq.extract.drafts import Draft, Source, Trigger, add
from tawthiq.extract.items import Document, Sentence
from tawthiq.extract.mentions import UNARMED, Mention
from tawthiq.model import Kind, Modality, SourceType

# Acts whose doer announces them: "announced the arrest of".
_OWN_ACTS = ("arrest", "raid", "weapons-seized", "confiscation", "release", "air-drone-strike", "shelling", "attack", "sweep")


def relative_doer(document: Document, draft: Draft, trigger: Trigger, inside: list[Mention]) -> list[Mention]:
    """Read who did it in a clause about the act: "attacks that remnants launched", "a mine it had planted"."""
    for item in draft.sentence.items:
        if (
            item.category == "light"
            and item.finite
            and item.sense.data.get("frame") in ("act", "plant")
            and item.suffix in document.using.pronouns
            and item.suffix
            and trigger.start < item.first < trigger.end
            and item.first > trigger.item.first
        ):
            near = [m for m in inside if m.role == "" and 0 <= m.first - item.last <= 3 and (m.armed or m.armed_owner)]
            if near:
                add(draft.initiators, near[0].actors)
                return near[:1]
    return []


def own_act(draft: Draft, trigger: Trigger, source: Source) -> bool:
    """Say whether a party tells its own act: "announced the arrest of", "announced the killing of fighters by a strike"."""
    if draft.kind is not Kind.EVENT or draft.type not in _OWN_ACTS or draft.modality is not Modality.ASSERTED:
        return False
    if source.type is not SourceType.PARTY or source.last is None or trigger.verb or source.actor in draft.targets:
        return False
    if trigger.category == "event" and 0 <= trigger.item.first - source.last <= 1:
        return True
    foes = bool(draft.targets) and not set(draft.targets) & set(UNARMED)
    killing = any(-2 <= i.first - source.last <= 1 for i in draft.sentence.of("loss"))
    return foes and killing and draft.type in ("air-drone-strike", "shelling")


def believed_doer(document: Document, draft: Draft, trigger: Trigger, mentions: list[Mention]) -> None:
    """Read whose a weapon is thought to be: "a drone believed to be Turkish", مسيّرة يُرجح أنها للتحالف."""
    if draft.initiators or draft.type not in ("air-drone-strike", "shelling", "attack", "raid"):
        return
    hedges = [i for i in draft.sentence.of("hedge") if 0 <= i.first - trigger.item.last <= 8]
    for that in draft.sentence.of("that"):
        word = document.words[that.last - 1]
        if any(0 <= that.first - h.last <= 1 for h in hedges) and word.endswith(tuple(p for p in document.using.pronouns if p)):
            near = [m for m in mentions if 0 <= m.first - that.last <= 1 and m.actors and m.head.category != "person"]
            for mention in near:
                add(draft.initiators, mention.actors)


def of_weapon(draft: Draft, mention: Mention) -> bool:
    """Say whether a name tells whose an aircraft or gun is: مروحية للجيش, مروحية تابعة للجيش."""
    return any(
        i.category == "weapon"
        and i.sense.data["type"] in ("air-drone-strike", "shelling")
        and i.last <= mention.first
        and mention.first - i.last <= 2
        and mention.role == "to"
        for i in draft.sentence.items
    )


def from_whom(draft: Draft, mention: Mention) -> bool:
    """Say whether a name follows "from": shelling from an unknown aircraft."""
    return any(i.last == mention.first for i in draft.sentence.of("prep_from"))


def demanded(draft: Draft, trigger: Trigger, mention: Mention) -> bool:
    """Say whether a crowd only speaks of someone: "a protest that demands the fall of the government"."""
    return any(trigger.item.last <= i.first < mention.first for i in draft.sentence.of("demand"))


def carrier(document: Document, sentence: Sentence, trigger: Trigger) -> Trigger | None:
    """Return the verb that carries a noun trigger (launched, carried out, was exposed to), the nearest before it in its clause."""
    if trigger.verb:
        return None
    best = None
    for item in sentence.items:
        if (
            item.category in ("light", "aspect", "try", "hit", "fall", "claim")
            and (
                item.finite
                or (item.form[:1] == "n" and item.sense.data.get("frame") == "undergo" and item.first < trigger.item.first)
            )
            and trigger.start <= item.first < trigger.item.last + 6
        ):
            if item.first < trigger.item.first:
                best = item
            elif best is None and item.first - trigger.item.last <= 3 and item.category == "light":
                best = item  # a relative clause after the noun: كمين نفذته خلايا
    if best is None:
        return None
    passive = best.voice == "p" or (best.voice == "?" and document.passive_mark(best.first))
    return Trigger(best, best.category, "", str(best.sense.data.get("frame", "")), trigger.start, trigger.end, passive)


def doer_and_object(trigger: Trigger, inside: list[Mention]) -> tuple[Mention, Mention] | None:
    """Read doer and object of a verbal noun, the object after "to": "the army's arrest of youths" (اعتقال الجيش لثلاثة شبان)."""
    item = trigger.item
    if trigger.item.sense.data.get("of") == "initiator":
        return None
    following = [m for m in inside if m.first >= item.last]
    if len(following) < 2 or following[0].first != item.last or following[0].role or not following[0].armed:
        return None
    doer, other = following[:2]
    if doer.head.category == "object" or not doer.actors or other.role != "to" or other.first - doer.last > 1 or not other.person:
        return None
    return doer, other

"""Decide who does, who suffers and who takes part: from verbs and their voice, verbal nouns, prepositions and word order.

Each rule looks at one clause: the trigger, the verbs that carry it (شنّ، نفّذ، تعرّض لـ) and the mentions with their role words.
"""

from __future__ import annotations

from tawthiq.extract.doers import carrier, demanded, doer_and_object, from_whom, of_weapon, relative_doer
from tawthiq.extract.drafts import Draft, Trigger, add
from tawthiq.extract.items import Document, Sentence
from tawthiq.extract.mentions import Mention, last_group

# Whom a release frees, whatever the grammar.
_FREED = {"detainees", "civilians", "refugees"}
_HOLDING = ("arrest", "abduction", "torture", "sexual-violence")
_CROWDS = ("protest", "riot")
_VICTIM_ONLY = (
    "arrest",
    "abduction",
    "assassination",
    "execution",
    "torture",
    "release",
    "disappearance",
    "confiscation",
    "displacement",
    "looting-destruction",
    "sexual-violence",
)


def assign(document: Document, draft: Draft, trigger: Trigger, mentions: list[Mention]) -> None:
    """Fill the roles of a draft from the clause of one trigger."""
    inside = [m for m in mentions if trigger.start <= m.first < trigger.end]
    frame = trigger.frame
    if draft.type in ("armed-clash", "agreement") or frame in ("clash", "agree"):
        _sides(draft, trigger, inside)
        return
    if draft.type == "deployment" and not trigger.verb:
        for mention in mentions:
            if mention.first <= trigger.item.first < mention.last and mention.armed_owner:
                add(draft.initiators, mention.actors)  # a Turkish column
    if not trigger.verb and (pair := doer_and_object(trigger, inside)):
        add(draft.initiators, pair[0].actors)
        _target(draft, pair[1])
        inside = [m for m in inside if m not in pair]
    light = carrier(document, draft.sentence, trigger)
    if frame == "down":
        _downed(document, draft, trigger, inside)
        return
    relative = relative_doer(document, draft, trigger, inside)
    inside = [m for m in inside if m not in relative]
    subject_taken = bool(draft.initiators)
    bare_after: list[Mention] = []
    for mention in inside:
        if mention.partial or (draft.type in _CROWDS and demanded(draft, trigger, mention)):
            continue
        role = mention.role
        if draft.type == "ied" and any(
            i.category == "weapon" and i.sense.name in document.using.remnants and i.last == mention.first
            for i in draft.sentence.items
        ):
            add(draft.initiators, mention.actors)
            continue
        if draft.type == "release" and mention.actors and set(mention.actors) <= _FREED:
            _target(draft, mention)
            continue
        if role in ("by", "behind") or role == "with":
            add(draft.initiators, mention.actors)
        elif role == "beside":
            alone = document.words[mention.first - 1] in document.using.company
            if mention.armed and mention.head.category != "object" and not alone:
                add(draft.initiators, mention.actors)
        elif role in ("side", "against"):
            add(draft.targets, mention.actors)
            draft.victims.append(mention)
        elif role == "on" and draft.type in _HOLDING and mention.armed_owner and mention.head.category == "object":
            add(draft.initiators, mention.actors)
        elif role == "on" and draft.type in _HOLDING and mention.head.category == "object":
            continue  # taken on a road, at a post: nobody's
        elif role == "on":
            if mention.first > trigger.item.first or frame == "explode":
                _target(draft, mention)
        elif role == "from":
            if draft.type == "territory-taken":
                add(draft.targets, mention.actors)
            elif trigger.type in ("shelling", "air-drone-strike"):
                add(draft.initiators, mention.actors)
        elif role == "to":
            _to(draft, trigger, light, mention)
        elif role in ("in", "at") and draft.type in ("torture", "arrest", "abduction") and (mention.armed_owner or mention.armed):
            if not any(i.category == "belong" and i.last == mention.first for i in draft.sentence.items):
                add(draft.initiators, mention.actors)
        elif role == "at":
            if (
                (frame == "explode" or draft.type in ("ied", "suicide-bombing"))
                and mention.head.category == "object"
                and not draft.targets
            ):
                _target(draft, mention)
        elif role == "in" and mention.actors == ("unknown-aircraft",):
            add(draft.initiators, mention.actors)
        elif role == "in" and frame in ("vanish", "noun") and draft.type == "disappearance" and mention.person:
            _target(draft, mention)
        elif role == "in":
            if (
                frame in ("explode", "device")
                or trigger.item.sense.data.get("of") == "device"
                or trigger.category == "weapon"
                or (
                    mention.head.category == "object"
                    and 0 < mention.first - trigger.item.first <= 5
                    and draft.type in ("attack", "ied", "shelling", "air-drone-strike", "suicide-bombing", "grenade")
                    and not draft.targets
                )
            ):
                _target(draft, mention)
        elif role == "of":
            if draft.type in ("territory-taken", "confiscation", "looting-destruction") and mention.first > trigger.item.first:
                add(draft.targets, mention.actors)
            elif any(
                i.category == "weapon" and i.sense.data["type"] == "suicide-bombing" and 0 <= mention.first - i.last <= 1
                for i in draft.sentence.items
            ) or (
                0 <= mention.first - trigger.item.last <= 2
                and (trigger.item.sense.data.get("of") == "initiator" or (light is not None and from_whom(draft, mention)))
            ):
                add(draft.initiators, mention.actors)
        elif role == "":
            bare_after.append(mention)
    for hit in draft.sentence.of("hit"):
        if trigger.start <= hit.first < trigger.end and hit.first > trigger.item.first and not trigger.verb:
            for mention in inside:
                if 0 <= mention.first - hit.last <= 2:
                    _target(draft, mention)
    _bare(document, draft, trigger, light, bare_after, subject_taken, mentions)
    if draft.type == "suicide-bombing" and not draft.initiators:
        for mention in (m for m in bare_after if m.last == trigger.item.first and m.armed):
            add(draft.initiators, mention.actors)  # "two of the group blew themselves up"
    if draft.type in ("shelling", "air-drone-strike", "ied") and len(draft.initiators) > 1 and "civilians" in draft.initiators:
        draft.initiators.remove("civilians")  # whose station was shelled: an accusation names its doer first
        add(draft.targets, ("civilians",))


def _downed(document: Document, draft: Draft, trigger: Trigger, inside: list[Mention]) -> None:
    """What was shot down belonged to whom the aircraft or missile is named after; who shot stands before it."""
    weapons = [i for i in draft.sentence.of("weapon") if trigger.start <= i.first < trigger.end]
    at = weapons[0].first if weapons else trigger.item.last
    if trigger.item.person == "1" and (speaker := document.outlet.speaker(document.published)):
        add(draft.initiators, (speaker,))
    for mention in inside:
        if mention.role in ("by", "with") or (mention.role == "" and mention.first < at and mention.head.category != "adjective"):
            add(draft.initiators, mention.actors)
        elif mention.first >= at and mention.role in ("", "to", "of") and mention.armed:
            _target(draft, mention)


def _target(draft: Draft, mention: Mention) -> None:
    if mention.actors:
        if not set(mention.actors) <= set(draft.initiators):
            add(draft.targets, mention.actors)
    draft.victims.append(mention)


def _sides(draft: Draft, trigger: Trigger, inside: list[Mention]) -> None:
    for mention in inside:
        if (
            mention.role in ("between", "beside", "along", "", "with", "by", "side", "against", "on", "of", "to")
            and (mention.armed or (mention.armed_owner and mention.role == "between"))
            and mention.head.category != "adjective"
        ):
            if (
                mention.role in ("side", "on", "of")
                and mention.actors
                and draft.type == "armed-clash"
                and mention.head.category == "object"
            ):
                continue
            add(draft.participants, mention.actors)
        elif mention.person and mention.role in ("between", "beside", "along") and draft.type == "agreement":
            add(draft.participants, mention.actors)


def _to(draft: Draft, trigger: Trigger, light: Trigger | None, mention: Mention) -> None:
    """A name after "to": the owner after a verbal noun, or the one to whom something happened."""
    if mention.first < trigger.item.first and not of_weapon(draft, mention):
        return
    near = mention.first - trigger.item.last <= 3 and not any(
        i.finite and trigger.item.last <= i.first < mention.first for i in draft.sentence.items
    )
    if of_weapon(draft, mention) and mention.armed:
        add(draft.initiators, mention.actors)
        return
    if draft.type == "deployment" and mention.armed and mention.head.category != "object":
        nouns = [i for i in draft.sentence.of("event") if not i.finite and i.sense.data.get("type") == "deployment"]
        if any(0 <= mention.first - i.last <= 1 for i in nouns):
            add(draft.initiators, mention.actors)  # reinforcements of the Guard
            return
    strike = draft.type in ("shelling", "air-drone-strike") and not trigger.verb and not trigger.item.definite
    if strike and mention.armed and mention.head.category != "object" and mention.first - trigger.item.last <= 1:
        add(draft.initiators, mention.actors)  # shelling of the army's, قصف للجيش
        return
    if trigger.item.sense.data.get("of") == "initiator" and near:
        laid = any(
            i.finite and i.sense.data.get("frame") == "act" and trigger.start <= i.first < trigger.item.first
            for i in draft.sentence.of("light")
        )
        if mention.head.category == "object" or laid or (light is not None and draft.initiators):
            _target(draft, mention)  # laid an ambush for a convoy
        else:
            add(draft.initiators, mention.actors)
    elif (draft.type in ("attack", "weapons-seized", "ied") and near) or (
        trigger.verb and trigger.frame == "act" and mention.first - trigger.item.last <= 4
    ):
        _target(draft, mention)


def _bare(
    document: Document,
    draft: Draft,
    trigger: Trigger,
    light: Trigger | None,
    bare: list[Mention],
    subject_taken: bool,
    mentions: list[Mention],
) -> None:
    """Mentions without a role word: subject and object by voice and order."""
    verb = trigger if trigger.verb else light
    item = trigger.item
    fell = verb is not None and verb.frame == "occur" and _fell_into(document, draft.sentence, verb, trigger)
    if verb is not None and (verb.frame in ("undergo", "witness") or fell) and not trigger.verb:
        for mention in bare:
            if mention.first < item.first or not draft.targets:
                _target(draft, mention)
        return
    if verb is None:
        _after_noun(draft, trigger, bare)
        return
    if verb is trigger and item.suffix in document.using.pronouns and item.suffix and trigger.frame == "act":
        # "three youths whom it arrested": the pronoun on the verb is the people named before it.
        antecedent = [m for m in mentions if m.last <= item.first <= m.last + 9 and m.person and not m.partial]
        if antecedent and draft.type not in ("sweep",):
            _target(draft, antecedent[-1])
    before = [m for m in bare if m.last <= verb.item.first]
    # "Gunmen on a motorcycle opened fire": what nobody owns does nothing.
    before = [m for m in before if m.head.category != "object" or m.armed_owner] or before
    if trigger.verb and before and not verb.item.person.startswith("p"):
        # "three were wounded by shelling that hit the post": the shelling hits, not who stands before it.
        acts = [i for i in draft.sentence.of("event") if not i.finite and before[-1].last <= i.first < verb.item.first]
        if (
            acts
            and verb.item.first - acts[-1].last <= 4
            and not any(
                acts[-1].last <= i.first < verb.item.first and i.category in ("comma", "conjunction", "relative")
                for i in draft.sentence.items
            )
        ):
            before = []
            subject_taken = True
    after = [m for m in bare if m.first >= verb.item.last]
    if verb.frame == "repel" and verb is not trigger:
        # "The army repelled an attack by the group": the subject is attacked, who follows the noun attacks.
        for mention in bare:
            if mention.last <= item.first:
                _target(draft, mention)
            else:
                add(draft.initiators, mention.actors)
        return
    if verb.passive or trigger.frame in ("die", "flee", "flee-people", "vanish"):
        cut = min(
            (
                i.first
                for i in draft.sentence.items
                if i.first > verb.item.first and i.category in ("cause", "by", "event", "resulting") and not i.form.startswith("q")
            ),
            default=trigger.end,
        )
        near = [m for m in after if m.first < cut]
        for mention in near or (after if trigger.frame not in ("die",) else []) or before[-1:]:
            _target(draft, mention)
        return
    if verb.frame in ("explode", "occur", "hit", "fall"):
        for mention in after:
            if verb.frame != "occur" and mention.first > verb.item.first:
                _target(draft, mention)
        if verb.frame == "occur":
            _after_noun(draft, trigger, after)
        return
    english = item.sense.data.get("english")
    plural_subject = verb.item.person in ("p", "1") or (verb.item.person == "d")
    objects = after
    if before and not subject_taken:
        group = last_group(before)
        which = any(group[-1].last <= i.first < verb.item.first for i in draft.sentence.of("relative"))
        owned = group[0].armed_owner and not which
        if owned and not after and verb.item.form.endswith("?"):
            for mention in group:  # "a patrol of the force was targeted by a charge": nothing is left to be its object
                _target(draft, mention)
            return
        owned = owned and bool(after) and not after[0].role  # "a patrol of the Guard arrested three"
        if group[0].armed or owned or draft.type in _CROWDS or (english and group[0].head.category != "object"):
            for mention in group:
                add(draft.initiators, mention.actors)
            subject_taken = True
    if not subject_taken and after and not english:
        first = _leading(after)
        has_pronoun = verb.item.suffix in document.using.pronouns
        rest = after[len(first) :]
        if has_pronoun and first[0].head.category == "object" and not first[0].armed_owner:
            has_pronoun = False
        if (
            has_pronoun
            or (
                first[0].armed
                and not first[0].head.accusative
                and first[0].head.category != "object"
                and (not plural_subject or rest or verb.item.person == "1")
            )
            or draft.type in _CROWDS
            or (
                first[0].armed_owner
                and (
                    rest
                    or draft.type == "deployment"
                    or (
                        draft.type in ("looting-destruction", "raid")
                        and any(q.first >= first[0].last for q in draft.sentence.quantities if q.first < trigger.end)
                    )
                    or trigger.frame == "find"
                    or any(m.role == "on" and m.first > first[0].first for m in mentions)
                )
            )
        ):
            if verb.item.person != "1":
                for mention in first:
                    add(draft.initiators, mention.actors)
                objects = rest
    if verb.item.person == "1":
        speaker = document.outlet.speaker(document.published)
        if speaker:
            add(draft.initiators, (speaker,))
    if not trigger.verb and light is not None:
        later = [m for m in objects if m.first >= item.last]
        _after_noun(draft, trigger, later)
        for mention in objects:
            if mention.last <= item.first and not draft.initiators:
                add(draft.initiators, mention.actors)
        return
    for mention in objects:
        if mention.first > verb.item.first:
            _target(draft, mention)


def _fell_into(document: Document, sentence: Sentence, verb: Trigger, trigger: Trigger) -> bool:
    """Say whether someone fell into the act: وقعت دورية في كمين."""
    prefix = trigger.item.prefix
    inside = (
        any(i.category == "prep_in" and i.last == trigger.item.first for i in sentence.items)
        or prefix[-1:] == document.using.joins[1]
    )
    return inside and any(
        verb.item.last <= i.first < trigger.item.first and i.category in ("object", "person", "actor") for i in sentence.items
    )


def _leading(after: list[Mention]) -> list[Mention]:
    """Return the first mention with those joined to it."""
    run = [after[0]]
    for mention in after[1:]:
        if not mention.joined:
            break
        run.append(mention)
    return run


def _after_noun(draft: Draft, trigger: Trigger, bare: list[Mention]) -> None:
    """Whom the name after a verbal noun means: who does it, or to whom it is done; two names are doer and done-to."""
    item = trigger.item
    following = [m for m in bare if m.first >= item.last]
    verbs = [i.first for i in draft.sentence.items if i.finite and i.first >= item.last]
    near = [m for m in following if (m.first - item.last <= 3 or m.joined) and not any(v < m.first for v in verbs)]
    for mention in bare:
        if mention.last <= item.first and mention.head.category == "adjective":
            add(draft.initiators, mention.actors)
    if not near:
        return
    first = near[0]
    of = item.sense.data.get("of", "target")
    type_ = draft.type
    if first.head.category == "adjective":
        add(draft.initiators, first.actors)
        return
    group = _leading(near)
    rest = [m for m in following if m not in group]
    if rest and first.armed and type_ not in ("release",) and rest[0].role == "" and first.head.category != "object":
        for mention in group:
            add(draft.initiators, mention.actors)
        for mention in rest:
            _target(draft, mention)
        return
    struck = any(
        i.category in ("place", "place_town")
        and group[-1].last < i.first < trigger.end
        and not any(j.last == i.first and j.category.startswith(("prep", "near", "place_", "side")) for j in draft.sentence.items)
        and not i.prefix
        for i in draft.sentence.items
    )
    by_weapon = struck and any(i.category == "weapon" and i.prefix and i.first == group[-1].last for i in draft.sentence.items)
    doer = of == "initiator" or by_weapon or (of == "either" and first.armed and first.head.category != "object")
    if type_ in _VICTIM_ONLY and of != "initiator":
        doer = False
    if type_ == "deployment" and any(m.armed or m.armed_owner for m in group):
        for mention in group:
            add(draft.initiators, mention.actors)
        return
    for mention in group:
        if doer and (mention.armed or mention.person):
            add(draft.initiators, mention.actors)
        else:
            _target(draft, mention)

"""Build occurrences from the triggers of a sentence: which words tell the same act, of what type, with which losses."""

from __future__ import annotations

from tawthiq.extract.accounts import harms, other_account
from tawthiq.extract.doers import believed_doer
from tawthiq.extract.drafts import Draft, Trigger
from tawthiq.extract.items import Document, Sentence
from tawthiq.extract.mentions import Mention
from tawthiq.extract.objects import Objects
from tawthiq.extract.roles import assign
from tawthiq.extract.stance import Scope, govern
from tawthiq.model import FAMILY_OF, Kind, Modality

# An attack told with a weapon is an event of the weapon's type, the most telling weapon first.
_OPERATIONS = ("raid", "sweep")
_WEAPON_ORDER = ("suicide-bombing", "chemical-weapon", "grenade", "ied", "air-drone-strike", "shelling")
_REFINED = ("attack", "ied", "shelling", "assassination", "air-drone-strike")
# How little a type says of the act; types not named here say more than these.
_VAGUENESS = {"attack": 9, "ied": 5, "shelling": 5, "assassination": 4}


class EventBuilder(Objects):
    """Builds the drafts of one sentence from the words that tell acts; `recent` are the drafts of the report so far."""

    def __init__(
        self,
        document: Document,
        sentence: Sentence,
        mentions: list[Mention],
        recent: list[Draft],
        scopes: list[Scope],
        views: list[Draft],
    ) -> None:
        self.document = document
        self.sentence = sentence
        self.mentions = mentions
        self.recent = recent
        self.scopes = scopes
        self.views = views
        self.drafts: list[Draft] = []
        self.weapons = sentence.of("weapon")

    # --- events ------------------------------------------------------------------------------------------------------

    def _event(self, trigger: Trigger, triggers: list[Trigger]) -> Draft | None:
        type_ = self._type(trigger, triggers)
        if type_ is None:
            if trigger.category not in ("operation", "campaign") or not (trigger.item.definite or trigger.item.suffix):
                return None
            told = [d for d in reversed([*self.recent[-6:], *self.drafts]) if d.kind is Kind.EVENT and harms(d)]
            reference = next((d for d in told if d.type not in ("arrest", "disappearance")), told[0] if told else None)
            if reference is None:
                return None
        else:
            reference = self._reference(trigger, type_) or self._denied_before(trigger, type_)
            if reference is None and self._only_meant(trigger):
                return None
        claimed = any(i.category == "claim" and 0 <= trigger.item.first - i.last <= 6 for i in self.sentence.items)
        if reference is not None and not claimed and other_account(self.scopes, self.sentence, reference, trigger.item.first):
            account = self.account(reference, trigger)
            assign(self.document, account, trigger, self.mentions)
            return account
        if reference is not None:
            if reference.sentence is self.sentence:
                reference.cover(trigger.item.first, trigger.item.last)
                assign(self.document, reference, trigger, self.mentions)
            return reference
        assert type_ is not None
        same = self._same(trigger, type_)
        if same is not None:
            if _more_telling(type_, same.type):
                same.type = type_
            first = same.triggers[0]
            if first.verb and not same.targets and trigger.end > first.end:
                first.end = trigger.end
                assign(self.document, same, first, self.mentions)
            same.triggers.append(trigger)
            same.cover(trigger.start, trigger.item.last)
            assign(self.document, same, trigger, self.mentions)
            return same
        draft = Draft(Kind.EVENT, type_, self.sentence, [trigger], [self._clause(trigger)])
        assign(self.document, draft, trigger, self.mentions)
        believed_doer(self.document, draft, trigger, self.mentions)
        self.drafts.append(draft)
        return draft

    def _clause(self, trigger: Trigger) -> tuple[int, int]:
        """Return the tokens of a trigger's clause without the marks at its edges."""
        start, end = trigger.start, max(trigger.end, trigger.item.last)
        words = self.document.words
        while end > trigger.item.last and not words[end - 1][:1].isalnum():
            end -= 1
        while start < trigger.item.first and not words[start][:1].isalnum() and words[start] != "#":
            start += 1
        return start, end

    def _type(self, trigger: Trigger, triggers: list[Trigger]) -> str | None:
        """Return the event type of a trigger, or None when it tells no occurrence here."""
        item, category = trigger.item, trigger.category
        if not trigger.verb and any(i.category == "response" and 0 <= item.first - i.last <= 1 for i in self.sentence.items):
            return None
        if self._ruined(trigger, triggers):
            return None
        if category == "weapon":
            return self._weapon_type(trigger, triggers)
        if category == "operation":
            if item.definite or not any(
                i.category == "light" and i.sense.data.get("frame") == "act" and trigger.start <= i.first <= item.first
                for i in self.sentence.items
            ):
                return None
            return "attack"
        if category == "campaign":
            return (
                "raid"
                if any(i.category in ("light", "aspect") and trigger.start <= i.first <= item.first for i in self.sentence.items)
                else None
            )
        if category == "crime":
            return "attack" if item.definite and self.sentence.has("accuse") else None
        if category == "body":
            found = any(i.category == "find" for i in self.sentence.items) or trigger.item.sense.name in self.document.using.graves
            return "body-found" if found else None
        if category == "find":
            return self._found(trigger)
        if category in ("fall", "hit"):
            weapon = self._weapon_near(trigger)
            return weapon if weapon in ("shelling", "air-drone-strike", "grenade") else None
        if category == "station":
            return None
        type_ = trigger.type
        if not trigger.verb and any(
            i.sense.data.get("frame") == "exchange" and i.finite and 0 <= trigger.item.first - i.last <= 8
            for i in self.sentence.of("event")
        ):
            return None  # what the two sides exchanged is told by the verb
        if type_ == "torture" and any(d.type == "body-found" for d in self.drafts):
            return None  # traces on a body that was found
        if type_ == "attack" and trigger.verb and self._rioting(trigger):
            return "riot"
        if type_ in _REFINED:
            type_ = self._refine(trigger, type_)
        return self._by_object(trigger, type_)

    def _weapon_type(self, trigger: Trigger, triggers: list[Trigger]) -> str | None:
        """A weapon tells an occurrence where it falls, is thrown or fired, or where people die by it and nothing else is told."""
        item = trigger.item
        type_ = str(item.sense.data["type"])
        carried = [
            i
            for i in self.sentence.items
            if i.category in ("light", "fall", "hit")
            and trigger.start <= i.first < trigger.end
            and i.sense.data.get("frame") in ("act", "fall", "hit")
            and abs(i.first - item.first) <= 7
        ]
        if any(t.category == "event" and trigger.start <= t.item.first < trigger.end and t is not trigger for t in triggers):
            return None
        if type_ == "attack":
            fired = item.sense.name in self.document.using.gunfire and any(
                i.sense.data.get("root") in self.document.using.gunfire_verbs and 0 <= item.first - i.first <= 6
                for i in self.sentence.items
            )
            return "attack" if fired else None
        if type_ in ("shelling", "grenade", "air-drone-strike") and carried:
            if type_ == "air-drone-strike" and not any(
                i.category in ("hit", "light") and i.sense.data.get("frame") in ("hit", "act") for i in carried
            ):
                return None
            return type_
        if type_ in ("shelling", "grenade") and any(
            i.finite and i.sense.data.get("frame") == "occur" and -2 <= i.first - item.last <= 6 for i in self.sentence.of("light")
        ):
            return type_  # a mortar shell "fell" or "came down"
        if type_ in ("ied", "grenade", "shelling") and self.sentence.has("loss_none", "loss_unknown") and not triggers[0].verb:
            return type_
        losses = [t for t in triggers if t.category == "loss" and trigger.start - 12 <= t.item.first <= trigger.end]
        if losses and not any(t.category == "event" for t in triggers):
            return type_
        return None

    def _found(self, trigger: Trigger) -> str | None:
        if trigger.item.last - trigger.item.first > 1:
            return "body-found"  # the expression names the body
        for item in self.sentence.items:
            if trigger.start <= item.first < trigger.end and item.first > trigger.item.first - 4:
                killed = item.category == "loss" and (item.sense.data.get("frame") == "head" or item.form.startswith("q"))
                if item.category == "body" or killed:
                    return "body-found"
                if item.category in ("weapon", "arms"):
                    return "weapons-seized"
        for on in self.sentence.of("prep_on"):  # the clause may have been cut by what was done meanwhile
            if on.first < trigger.item.last or trigger.item.sense.data.get("root") not in self.document.using.finding:
                continue
            near = [i for i in self.sentence.items if 0 <= i.first - on.last <= 2]
            if any(i.category == "body" for i in near):
                return "body-found"
            if any(i.category in ("weapon", "arms") for i in near):
                return "weapons-seized"
            stores = any(i.category == "object" and i.sense.data.get("level") == "point" for i in near)
            if stores and any(0 <= w.first - on.last <= 10 for w in self.weapons):
                return "weapons-seized"
        return None

    def _weapon_near(self, trigger: Trigger) -> str | None:
        near = [w for w in self.weapons if trigger.start <= w.first < trigger.end]
        types = {str(w.sense.data["type"]) for w in near}
        return next((t for t in _WEAPON_ORDER if t in types), None)

    def _refine(self, trigger: Trigger, type_: str) -> str:
        """Return the type that the weapon of the clause makes of an attack or an explosion."""
        weapon = self._weapon_near(trigger) or self._airborne(trigger)
        if any(m.actors == ("unknown-aircraft",) and trigger.start <= m.first < trigger.end for m in self.mentions) and type_ in (
            "attack",
            "shelling",
        ):
            return "air-drone-strike"
        if weapon is None:
            return type_
        if type_ == "ied":
            subject = [w for w in self.weapons if 0 <= w.first - trigger.item.last <= 1]
            if trigger.verb and any(w.sense.data["type"] == "air-drone-strike" for w in subject):
                return "air-drone-strike"  # a drone that blows itself up
            return weapon if weapon in ("suicide-bombing", "grenade", "chemical-weapon") else type_
        if type_ == "air-drone-strike":
            return weapon if weapon in ("suicide-bombing", "chemical-weapon") else type_
        if type_ == "shelling":
            return weapon if weapon in ("air-drone-strike", "chemical-weapon") else type_
        if type_ == "assassination":
            return weapon if weapon == "ied" else type_
        return weapon

    def _airborne(self, trigger: Trigger) -> str | None:
        """Return an air strike where the doer's name says that it flies: طيران التحالف, مروحياته."""
        words, lexicon = self.document.words, self.document.using.lexicon
        for mention in self.mentions:
            if trigger.start <= mention.first < trigger.end and mention.role in ("", "by") and mention.head.category == "actor":
                for at in range(mention.first, mention.last):
                    if any(
                        r.sense.category == "weapon" and r.sense.data.get("type") == "air-drone-strike"
                        for r in lexicon.readings(words[at])
                    ):
                        return "air-drone-strike"
        return None

    def _only_meant(self, trigger: Trigger) -> bool:
        """Say whether a definite noun after "after" only dates what is told: "a curfew after the attack"."""
        item = trigger.item
        if trigger.verb or not item.definite or item.suffix or not item.sense.data.get("noun"):
            return False
        after = item.first > self.sentence.first and self.document.words[item.first - 1] in self.document.using.afterwards
        if self.sentence.has("loss"):
            return False
        ends = trigger.end <= item.last + 1 or item.last >= self.sentence.last - 1
        return after and ends

    def _reference(self, trigger: Trigger, type_: str) -> Draft | None:
        """Return the occurrence told before that a definite noun means: the attack, the explosion, the operation."""
        item = trigger.item
        if trigger.verb or not (item.definite or item.suffix) or not item.sense.data.get("noun"):
            return None
        if any(t.since or (t.span and t.start is None) for t in self.sentence.times):
            return None
        later = [i for i in self.sentence.items if i.first in (item.last, item.last + 1) and i.category == "relative"]
        pool = [*self.recent, *self.drafts]
        family = FAMILY_OF[type_]
        near = [d for d in reversed(pool[-12:]) if d.kind is Kind.EVENT]
        if type_ in _OPERATIONS:
            # Of an operation and what it found and closed, "the operation" is the operation.
            near = [d for d in near if d.type in _OPERATIONS] or near
        for draft in near:
            if (
                draft.type == type_
                or FAMILY_OF[draft.type] == family
                or (type_ in ("attack", "ied") and FAMILY_OF[draft.type] in ("fight", "remote"))
            ):
                if later and draft.sentence is not self.sentence and draft.type != type_:
                    continue
                return draft
        return None

    def _denied_before(self, trigger: Trigger, type_: str) -> Draft | None:
        """Return the occurrence told before that a denial without a day and a place of its own speaks of."""
        if govern(self.scopes, trigger.item.first)[1] is not Modality.DENIED or self.sentence.times or self.drafts:
            return None
        if any(i.category == "place" and i.first >= trigger.start for i in self.sentence.items):
            return None
        told = [d for d in self.recent[-3:] if d.kind is Kind.EVENT and harms(d)]
        if not told or told[-1].sentence.number < self.sentence.number - 2:
            return None
        return told[-1] if FAMILY_OF[type_] in ("fight", "remote") and FAMILY_OF[told[-1].type] in ("fight", "remote") else None

    def _same(self, trigger: Trigger, type_: str) -> Draft | None:
        """Return the draft of this sentence that a trigger tells once more: the ambush that hit, the blast that went off."""
        for draft in reversed(self.drafts):
            if draft.kind is not Kind.EVENT:
                continue
            if draft.type == "armed-clash" and type_ == "attack" and not trigger.verb and self._caused(trigger):
                return draft
            family = FAMILY_OF[draft.type] == FAMILY_OF[type_] or {draft.type, type_} <= {
                "attack",
                "ied",
                "shelling",
                "air-drone-strike",
                "suicide-bombing",
                "grenade",
                "assassination",
            }
            if not family or FAMILY_OF[type_] not in ("fight", "remote"):
                if draft.type != type_:
                    continue
            elif "armed-clash" in (draft.type, type_) and draft.type != type_:
                continue
            elif type_ in ("execution", "territory-taken") or draft.type in ("execution", "territory-taken"):
                if draft.type != type_:
                    continue
            gap = [
                i
                for i in self.sentence.items
                if draft.triggers[-1].item.last <= i.first < trigger.item.first
                and i.category == "conjunction"
                and i.sense.name in self.document.using.contrasts
            ]
            if gap:
                continue
            if (
                draft.type != type_
                and trigger.verb
                and draft.triggers[-1].verb
                and any(i.category == "sequel" and -1 <= i.first - trigger.item.last <= 1 for i in self.sentence.items)
            ):
                continue
            subject = [
                m
                for m in self.mentions
                if trigger.start <= m.first < trigger.end and m.role == "" and m.armed and m.actors and m.head.category == "actor"
            ]
            if subject and draft.initiators and trigger.verb and not set(subject[0].actors) & {*draft.initiators, *draft.targets}:
                continue
            if (
                draft.type == type_
                and FAMILY_OF[type_] not in ("fight", "remote")
                and trigger.start > draft.triggers[-1].item.first
                and trigger.verb
                and draft.triggers[-1].verb
            ):
                continue
            return draft
        return None

    def _caused(self, trigger: Trigger) -> bool:
        """Say whether a noun tells what set off the act before it: اشتباكات إثر محاولة تسلل."""
        return any(i.category in ("cause", "sequel") and 0 <= trigger.item.first - i.last <= 2 for i in self.sentence.items)


def _more_telling(new: str, old: str) -> bool:
    return _VAGUENESS.get(new, 3) < _VAGUENESS.get(old, 3)

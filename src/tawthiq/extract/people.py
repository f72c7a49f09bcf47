"""Complete who is in a draft from what stands around it: victims as targets, shared doers, who holds an area, customary roles.

`drafts` are what the report told before, `told` the drafts of the same sentence.
"""

from __future__ import annotations

from tawthiq.extract.drafts import Draft, add
from tawthiq.extract.held import HELD, held_rows
from tawthiq.extract.items import Document
from tawthiq.extract.mentions import Mention
from tawthiq.model import FAMILY_OF, Kind, Loss

# What a claim takes when its text names nobody: people held are detainees, closed roads shut civilians in.
_DEFAULT_TARGETS = {
    "release": "detainees",
    "displacement": "civilians",
    "cordon": "civilians",
    "torture": "detainees",
    "chemical-weapon": "civilians",
}
_DEFAULT_INITIATORS = {"protest": "protesters", "riot": "protesters"}
# Acts of whoever holds an area: one told right after another has the same doer where it names none.
_HOLDERS = (
    "syrian-army",
    "syrian-transitional",
    "sdf",
    "asayish",
    "sna",
    "hts",
    "fourth-division",
    "military-intelligence",
    "fifth-corps",
    "irgc",
    "military-police",
)
# Who holds nobody by right: whom they take is abducted.
_NO_HOLDERS = ("isis", "unknown-gunmen", "smugglers", "tribal-fighters", "suwayda-factions", "hurras-al-din")
_CONTROL = ("raid", "sweep", "arrest", "cordon", "weapons-seized", "confiscation")
# Who fights nobody, whatever the grammar seems to say.
_UNARMED = ("medical", "journalists", "refugees")
_CIVIL_TARGETS = ("shelling", "air-drone-strike", "grenade")


class People:
    """Completes the drafts of one sentence."""

    def __init__(self, document: Document, drafts: list[Draft], told: list[Draft]) -> None:
        self.document = document
        self.drafts = drafts
        self.told = told

    def complete(self, draft: Draft, mentions: list[Mention]) -> None:
        """Complete the roles and the losses of a draft."""
        document = self.document
        trigger = draft.triggers[0]
        clause = [m for m in draft.victims if trigger.start <= m.first]
        if draft.type == "body-found":
            clause = mentions
        held_rows(document, draft, clause)
        before = [d for d in self.told if d.first < draft.first and d.losses and d is not draft]
        if before and before[-1].losses[-1].who and any(m.head.sense.name in document.using.others for m in clause):
            shared = before[-1].losses[-1].who
            draft.losses = [entry if entry.who else entry.model_copy(update={"who": shared}) for entry in draft.losses]
        if trigger.verb and trigger.item.suffix in document.using.pronouns and trigger.item.suffix and not draft.targets:
            self._pronoun_object(draft)
        if draft.type == "torture":
            draft.losses = [
                entry.model_copy(update={"who": "detainees"}) if entry.who in (None, "civilians") else entry
                for entry in draft.losses
            ]
            draft.targets = ["detainees" if t == "civilians" else t for t in draft.targets]
        if draft.type in ("armed-clash", "agreement"):
            add(draft.participants, [*draft.initiators, *draft.targets])
            draft.initiators, draft.targets = [], []
            return
        if trigger.frame == "down" and not draft.targets:
            self._downed(draft)
        elif not draft.initiators and draft.type not in ("displacement", "body-found", "disappearance", "ied"):
            self._shared_doer(draft)
        if draft.type == "displacement" and not draft.initiators:
            self._driven_out(draft)
        if FAMILY_OF[draft.type] in ("fight", "remote"):
            draft.initiators = [i for i in draft.initiators if i not in _UNARMED]
        if draft.type != "ied":
            draft.targets = [t for t in draft.targets if t not in draft.initiators]
        if not draft.targets and draft.type not in ("weapons-seized", "deployment", "sweep", "protest", "body-found"):
            for loss in draft.losses:
                if (
                    loss.who
                    and loss.who not in draft.initiators
                    and loss.outcome in ("killed", "wounded", "captured", "detained", "missing", "displaced")
                ):
                    add(draft.targets, [loss.who])
        if draft.type == "body-found":
            for loss in draft.losses:
                add(draft.targets, [loss.who or ""])
            draft.initiators = []
        if not draft.targets and draft.type in _DEFAULT_TARGETS:
            draft.targets = [_DEFAULT_TARGETS[draft.type]]
        if not draft.targets and draft.type in _CIVIL_TARGETS and self._strikes_homes(draft):
            draft.targets = ["civilians"]
        if not draft.targets and draft.type in ("confiscation", "looting-destruction"):
            before = [
                d for d in self.told if d is not draft and d.targets and d.first < draft.first and d.initiators == draft.initiators
            ]
            if before:
                draft.targets = list(before[-1].targets)
        if draft.type == "release":
            draft.targets = list(dict.fromkeys("detainees" if t == "civilians" else t for t in draft.targets))
            draft.losses = []
        if not draft.initiators and draft.type in _DEFAULT_INITIATORS:
            draft.initiators = [_DEFAULT_INITIATORS[draft.type]]
        if (
            draft.type in ("territory-taken", "attack", "looting-destruction")
            and draft.initiators
            and set(draft.initiators) <= {"detainees", "protesters"}
        ):
            draft.type = "riot"
        if draft.type == "arrest" and draft.initiators and set(draft.initiators) <= set(_NO_HOLDERS):
            draft.type = "abduction"
            draft.losses = [e.model_copy(update={"outcome": "captured"}) if e.outcome == "detained" else e for e in draft.losses]
        if draft.type == "deployment":
            draft.targets = []
        if draft.type in ("protest", "riot"):
            draft.initiators = ["protesters" if n == "civilians" else n for n in draft.initiators]
            draft.losses = [entry for entry in draft.losses if entry.who != "protesters" or entry.status != "unquantified"]
        if (
            draft.type == "suicide-bombing"
            and len(draft.initiators) == 1
            and any(t.item.sense.name in self.document.using.own_death for t in draft.triggers)
        ):
            if not any(entry.who == draft.initiators[0] and entry.outcome == "killed" for entry in draft.losses):
                draft.losses.append(Loss(who=draft.initiators[0], outcome="killed", min=1, max=1))
        draft.targets = [t for t in draft.targets if t not in draft.initiators or draft.type == "ied"]
        if len(draft.targets) == 1:
            draft.losses = [
                entry.model_copy(update={"who": draft.targets[0]}) if entry.who is None and entry.status == "unknown" else entry
                for entry in draft.losses
            ]
        self._single_victim(draft)

    def _strikes_homes(self, draft: Draft) -> bool:
        """Say whether what was struck is a town or village itself: its object, or what stands after "on"."""
        items = draft.sentence.items
        for trigger in draft.triggers:
            if any(
                i.category == "light" and i.sense.data.get("frame") == "undergo" and i.last <= j.first < trigger.item.first
                for i in items
                for j in items
                if j.category in ("place_town", "place_quarter")
            ):
                return True  # "the village was exposed to shelling"
            for item in items:
                if item.category not in ("place", "place_town", "place_quarter") or not trigger.item.last <= item.first < min(
                    trigger.end, trigger.item.last + 9
                ):
                    continue
                if self.document.words[item.first] in self.document.using.military_places:
                    return False
                if item.category == "place" and item.sense.data["level"] not in ("town", "point"):
                    continue
                before = [
                    i
                    for i in items
                    if i.last == item.first
                    and i.category in ("prep_in", "prep_at", "place_in", "near", "place_to", "place_countryside", "place_desert")
                ]
                if (
                    not (before and before[0].sense.name not in self.document.using.edges)
                    and item.prefix[-1:] != self.document.using.joins[1]
                ):
                    return True
        return False

    def _single_victim(self, draft: Draft) -> None:
        """One person singled out and shot is an assassination."""
        if draft.type != "attack" or len(draft.losses) == 0:
            return
        killed = [entry for entry in draft.losses if entry.outcome == "killed"]
        if not killed or any(entry.min != 1 or entry.max != 1 for entry in killed) or len(killed) > 1:
            return
        shot = any(i.category == "weapon" and i.sense.data.get("type") == "attack" for i in draft.sentence.items) or any(
            i.category in ("event", "by") and i.sense.name in self.document.using.shooting for i in draft.sentence.items
        )
        unarmed_doer = all(n == "unknown-gunmen" for n in draft.initiators)
        if shot and unarmed_doer and not draft.sentence.has("with"):
            draft.type = "assassination"

    def _shared_doer(self, draft: Draft) -> None:
        """Let a clause without a subject take the doer of the clause before it in the same sentence."""
        first = draft.triggers[0]
        number = draft.sentence.number
        near = [
            d
            for d in [*self.drafts[-4:], *self.told]
            if d is not draft and d.kind is Kind.EVENT and d.sentence.number >= number - 2 and d.first < draft.first
        ]
        if not near and draft.type in _CONTROL:
            near = [d for d in self.told if d is not draft and d.type in _CONTROL and d.initiators]
        if draft.type in _CONTROL:
            for other in reversed(near):
                doers = [n for n in other.initiators if not n.startswith("unknown")]
                if other.type not in _CONTROL:
                    doers = [n for n in doers if n in _HOLDERS]
                if (doers and draft.type != "weapons-seized") or (other.type in _CONTROL and doers):
                    add(draft.initiators, doers)
                    if draft.type == "weapons-seized" and not draft.targets and other.targets != ["civilians"]:
                        draft.targets = list(other.targets)
                    return
                struck = [n for n in other.targets if n in _HOLDERS]
                if FAMILY_OF[other.type] in ("fight", "remote") and struck and draft.type != "weapons-seized":
                    # After a bomb hit a patrol, it is the patrol's force that closes the area and arrests.
                    add(draft.initiators, struck)
                    return
        if draft.type == "release":
            held = [d for d in near if d.type in ("arrest", "abduction") and d.initiators]
            if held:
                add(draft.initiators, held[-1].initiators)
            return
        if (
            first.passive
            or first.frame in ("die", "explode", "vanish", "flee", "hurt", "clash")
            or (first.category == "loss" and not first.verb)
        ):
            return
        before = [d for d in self.drafts[-3:] if d.sentence is draft.sentence or d.sentence.number == draft.sentence.number - 1]
        same = [d for d in before if d.kind is Kind.EVENT and d.initiators and d.sentence.paragraph == draft.sentence.paragraph]
        siblings = self._siblings(draft)
        source = siblings or same
        if source and (first.verb or draft.type in ("arrest", "confiscation", "raid", "weapons-seized", "looting-destruction")):
            add(draft.initiators, source[-1].initiators)

    def _pronoun_object(self, draft: Draft) -> None:
        """Let "had abducted him" mean who was told of before."""
        if draft.type not in ("abduction", "arrest", "assassination", "execution", "release"):
            return
        for other in reversed(self.drafts[-3:]):
            people = [entry for entry in other.losses if entry.who and entry.who not in draft.initiators]
            if other.kind is Kind.EVENT and people and other.sentence.number >= draft.sentence.number - 3:
                add(draft.targets, [people[0].who or ""])
                outcome = HELD.get(draft.type)
                if outcome is not None and not any(entry.outcome == outcome for entry in draft.losses):
                    draft.losses.append(people[0].model_copy(update={"outcome": outcome}))
                return

    def _downed(self, draft: Draft) -> None:
        """What was shot down came from who struck before, and those struck shot it down."""
        for other in reversed([*self.drafts[-4:], *self.told]):
            if other is draft or other.kind is not Kind.EVENT or FAMILY_OF[other.type] != "remote" or not other.initiators:
                continue
            draft.initiators = [n for n in draft.initiators if n not in other.initiators]
            add(draft.targets, other.initiators)
            if not draft.initiators:
                add(draft.initiators, [n for n in other.targets if n in _HOLDERS or n == "us-coalition"])
            return

    def _driven_out(self, draft: Draft) -> None:
        """Displacement told right with the fire that caused it has that fire's doers."""
        for other in reversed([*self.drafts[-2:], *self.told]):
            if other is draft or other.kind is not Kind.EVENT or FAMILY_OF[other.type] not in ("fight", "remote"):
                continue
            if other.sentence.number >= draft.sentence.number - 1 and other.sentence.paragraph == draft.sentence.paragraph:
                add(draft.initiators, [*other.initiators, *other.participants])
                return

    def _siblings(self, draft: Draft) -> list[Draft]:
        return [d for d in self.told if d is not draft and d.initiators and d.first < draft.first]

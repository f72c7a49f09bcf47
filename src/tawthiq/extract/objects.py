"""Let the object of a verb settle what it tells: whom was halted, what was seized or freed, what was sent or cut."""

from __future__ import annotations

from tawthiq.extract.accounts import Accounts
from tawthiq.extract.drafts import Trigger
from tawthiq.extract.items import Item
from tawthiq.extract.mentions import Mention
from tawthiq.model import FAMILY_OF

_MILITARY_FRAMES = ("arrive", "send")


class Objects(Accounts):
    """What the frame of a trigger asks of its clause; the attributes are those of `EventBuilder`."""

    weapons: list[Item]

    def _weapon_near(self, trigger: Trigger) -> str | None:
        raise NotImplementedError

    def _by_object(self, trigger: Trigger, type_: str) -> str | None:
        """Let the object of a verb settle what it tells: whom was halted, what was seized or freed."""
        frame = trigger.frame
        inside = [m for m in self.mentions if trigger.start <= m.first < trigger.end]
        after = [i for i in self.sentence.items if trigger.item.last <= i.first < trigger.end]
        if type_ in ("cordon", "looting-destruction") and self._rioting(trigger):
            return "riot"
        if (
            frame == "halt"
            and not any(m.person for m in inside if m.first >= trigger.item.first)
            and not any(q.first >= trigger.item.first and q.first < trigger.end for q in self.sentence.quantities)
        ):
            return None
        counted = {q.last for q in self.sentence.quantities}
        if frame in ("seize", "take") and any(w.first in counted for w in self.weapons if w in after):
            return "weapons-seized"
        if frame in ("seize", "take") and type_ in ("confiscation", "territory-taken"):
            ground = any(
                i.category in ("place", "place_point", "place_town", "place_area", "place_front")
                or (i.category == "object" and i.sense.data.get("level") == "point" and not i.sense.data.get("actor"))
                for i in after
            )
            goods = any(
                i.category == "object"
                and (i.sense.data.get("level") != "point" or i.sense.data.get("actor"))
                and not any(j.category == "place_town" and j.first == i.first for j in after)
                for i in after
            )
            if frame == "take" and not ground:
                freed = any(set(m.actors) & {"detainees", "civilians"} and m.role == "" and m.person for m in inside)
                return "release" if freed else None
            return "territory-taken" if ground and not goods else "confiscation"
        if frame == "ruin":
            by = [w for w in self.weapons if 0 <= w.first - trigger.item.last <= 1 or 0 <= trigger.item.first - w.last <= 2]
            types = [t for w in by if (t := str(w.sense.data["type"])) in ("air-drone-strike", "shelling")]
            return types[0] if types else type_
        if type_ == "air-drone-strike" and trigger.verb:
            by = [w for w in self.weapons if 0 <= trigger.item.first - w.last <= 1]
            return str(by[-1].sense.data["type"]) if by else type_  # "a roadside bomb struck"
        if frame == "chase":
            return None
        if frame == "storm":
            ground = any(i.category in ("place", "place_town") and i.first - trigger.item.last <= 8 for i in after)
            houses = any(i.category == "object" or i.category in ("place_quarter", "place_point") for i in after)
            gunmen = any(m.actors == ("unknown-gunmen",) and m.role == "" for m in inside)
            held = any(
                i.sense.data.get("type") in ("arrest", "sweep") and 0 < i.first - trigger.item.last <= 12
                for i in self.sentence.of("event")
            )
            return "attack" if gunmen or (ground and not houses and not held) else type_
        if frame == "lead" and (
            (
                not any(i.category == "event" and i.sense.data.get("type") == "abduction" for i in after)
                and any(d.type in ("arrest", "abduction") for d in [*self.recent[-2:], *self.drafts])
            )
            or not any(m.person or m.armed or m.quantity for m in inside)
        ):
            return None
        if frame == "lead":
            away = any(i.category == "event" and i.sense.data.get("type") == "abduction" for i in after)
            return "abduction" if away or any(m.actors == ("unknown-gunmen",) for m in inside) else "arrest"
        if frame == "crowd" and not self._crowd(trigger, inside):
            return None
        if frame == "took" and not any("civilians" in m.actors or m.person for m in inside if m.first >= trigger.item.last):
            return None
        if frame in _MILITARY_FRAMES:
            return type_ if self._moves_forces(trigger, inside) else None
        if frame == "patrol":
            return type_ if any(i.category == "object" and not i.sense.data.get("actor") for i in after) else None
        if frame == "exchange" and trigger.verb:
            held = any("detainees" in m.actors for m in inside) or any(
                i.category in ("loss", "body") and i.sense.data.get("type", "captured") == "captured" for i in after
            )
            fire = any(
                i.category == "event"
                and i.sense.data.get("type") in ("shelling", "attack", "armed-clash")
                and i.first - trigger.item.last <= 8
                for i in after
            )
            return type_ if held else "armed-clash" if fire else None
        if frame == "give-up":
            selves = self.document.using.selves
            return type_ if any(w in selves for w in self.document.words[trigger.item.last : trigger.item.last + 6]) else None
        if frame == "grab" and not any(m.role == "on" and m.first >= trigger.item.last for m in inside):
            return None
        if frame in ("post", "vacate", "reinforce"):
            return (
                type_
                if any(i.category == "event" and i.sense.data.get("type") == "deployment" for i in after)
                or any(
                    i.category == "object" and i.sense.data.get("level") == "point" and not i.sense.data.get("actor") for i in after
                )
                else None
            )
        if frame == "bar":
            return (
                type_
                if any("civilians" in m.actors for m in inside if m.first > trigger.item.first)
                or any(i.category == "place_road" for i in after)
                else None
            )
        if frame == "cut":
            if any(i.category == "object" and i.sense.data == {"actor": "civilians", "level": None} for i in after):
                return "looting-destruction"
            return type_ if any(i.category == "place_road" and i.first - trigger.item.last <= 4 for i in after) else None
        if frame == "flee-people":
            return (
                type_
                if any(set(m.actors) & {"civilians", "refugees"} for m in inside)
                or any(q.first >= trigger.item.first for q in self.sentence.quantities if q.first < trigger.end)
                else None
            )
        if frame == "raid-air" and self._weapon_near(trigger) != "air-drone-strike" and not any(m.armed for m in inside):
            return None
        if (
            frame == "defuse"
            and not any(i.category == "weapon" for i in after)
            and not any(i.category == "weapon" for i in self.weapons)
        ):
            return None
        if (
            type_ == "confiscation"
            and self.weapons
            and any(w in after for w in self.weapons)
            and not any("civilians" in m.actors for m in inside)
        ):
            return "weapons-seized"
        if frame == "seize-arms" and not self.weapons and not any(i.category in ("arms", "aid") for i in after):
            return "confiscation" if any(i.category == "object" for i in after) else None
        if frame == "down" and not any(
            w.sense.data["type"] in ("air-drone-strike", "shelling") and -4 <= w.first - trigger.item.last <= 7
            for w in self.weapons
        ):
            if any("unknown-aircraft" in m.actors for m in inside):
                return type_
            stopped = any(m.actors == ("unknown-gunmen",) and m.role == "" for m in inside)
            return "attack" if stopped else None  # by gunmen on the road
        if frame == "vanish" and any(
            i.sense.data.get("type") == "territory-taken" and 0 <= i.first - trigger.item.last <= 4
            for i in self.sentence.of("event")
        ):
            return None  # lost control
        if frame == "vanish" and not any(m.person or m.armed for m in inside):
            return None
        if frame == "blow" and trigger.verb and not self.weapons and not inside:
            return None
        if trigger.item.sense.data.get("of") == "people" and not any(m.person for m in inside):
            return None
        if (
            type_ == "confiscation"
            and self.weapons
            and any(
                str(w.sense.data["type"]) != "air-drone-strike" and trigger.item.last <= w.first < trigger.end for w in self.weapons
            )
        ):
            return "weapons-seized"
        if type_ == "raid" and any(m.actors == ("unknown-gunmen",) and m.role == "" for m in inside):
            return "attack"
        return type_

    def _crowd(self, trigger: Trigger, inside: list[Mention]) -> bool:
        """Say whether a verb that crowds do (gathered, went out, chanted) has a crowd or a protest beside it."""
        if any(set(m.actors) & {"protesters"} and m.role == "" for m in inside):
            return True
        protest = any(
            i.category == "event"
            and i.sense.data.get("type") == "protest"
            and i.sense.data.get("noun")
            and trigger.start <= i.first < trigger.end
            for i in self.sentence.items
        )
        many = any(q.vague and 0 <= q.first - trigger.item.last <= 1 for q in self.sentence.quantities)
        if protest or (many and trigger.verb and not any(m.armed for m in inside)):
            return True
        return self.sentence.has("demand") and any("civilians" in m.actors for m in inside)

    def _ruined(self, trigger: Trigger, triggers: list[Trigger]) -> bool:
        """Say whether what was ruined is only what an attack of the same sentence did: "struck a truck and destroyed it"."""
        return trigger.frame == "ruin" and any(
            other is not trigger
            and (other.category == "event" or (other.category == "weapon" and not 0 <= other.item.first - trigger.item.last <= 1))
            and FAMILY_OF.get(other.type, "") in ("fight", "remote")
            for other in triggers
        )

    def _moves_forces(self, trigger: Trigger, inside: list[Mention]) -> bool:
        """Say whether what arrives or is sent is a force: a column, reinforcements, armour, fighters, and no families."""
        clause = [i for i in self.sentence.items if trigger.start <= i.first < trigger.end]
        if any(
            i.category == "event" and i.sense.data.get("type") == "deployment" and i is not trigger.item and not i.finite
            for i in clause
        ):
            return trigger.item.finite
        if any(i.category == "object" and i.sense.name in self.document.using.columns for i in clause):
            return True
        return any(
            m.person in ("fighter", "soldier") and (m.quantity or m.head.plural) and abs(m.first - trigger.item.last) <= 4
            for m in inside
        )

    def _rioting(self, trigger: Trigger) -> bool:
        """Say whether a crowd does it: protesters are its subject, or tyres burn beside a closed road."""
        bare = next((m for m in self.mentions if trigger.start <= m.first < trigger.end and m.role == ""), None)
        if trigger.verb and bare is not None and bare.actors == ("protesters",) and bare.first - trigger.item.last <= 3:
            return not trigger.passive
        return any(
            i.category == "event" and i.sense.data.get("type") == "riot" and abs(i.first - trigger.item.first) <= 9
            for i in self.sentence.items
        )

"""Say whether words tell an occurrence or only mention one that is taken as known.

News tells with a finite verb, with a noun that a verb carries (carried out an attack), reports (announced the killing of) or
results from (led to the death of), and with the noun that opens a headline. A noun mentions where it stands as what everyone
knows (the bombings), as a kind of act (abductions and torture), or as the matter of a trial, an inquiry, a memory, a demand
("the file on the torture of"); the words for such matters are `topic` in discourse.yaml.
"""

from __future__ import annotations

from tawthiq.extract.drafts import Draft, Trigger
from tawthiq.extract.items import Document, Sentence
from tawthiq.lexicon.morphology import TEH
from tawthiq.model import FAMILY_OF, Kind, Modality

_CARRIERS = ("light", "join", "aspect", "result", "hit", "fall", "claim", "try", "boom", "find")
_REPORTING = ("say", "deny", "distance", "hedge", "accuse", "claim")
_PLACES = (
    *("place_town", "place_area", "place_point", "place_road", "place_countryside", "place_quarter", "place_admin"),
    *("place_front", "near", "prep_at"),
)
_HARMFUL = ("fight", "remote", "hold", "harm", "people")
_REACH = 9  # tokens between a verb of reporting and the noun that it reports


def told(document: Document, draft: Draft, sentence: Sentence) -> bool:
    """Say whether a draft of an event tells it."""
    if draft.kind is not Kind.EVENT or not draft.triggers or draft.account:
        return True
    if draft.modality not in (Modality.ASSERTED, Modality.DISTANCED):
        return True
    if all(_wished(document, trigger, sentence) for trigger in draft.triggers):
        return False
    verbs = [trigger for trigger in draft.triggers if trigger.verb]
    if verbs:
        if FAMILY_OF[draft.type] not in _HARMFUL:
            return True
        if all(_known(document, trigger, sentence) for trigger in verbs):
            return draft.own_place and (_own_time(draft) or bool(draft.losses))
        whole = draft.initiators and (draft.targets or _own_time(draft))
        return bool(
            draft.place or draft.losses or whole or sentence.has("weapon") or _somewhere(draft, sentence) or _fired(document, draft)
        )
    carried = any(_carried(trigger, sentence) for trigger in draft.triggers)
    crowd = draft.type in ("protest", "riot") and draft.initiators and not draft.triggers[0].item.definite
    if _bare(document, draft, sentence) and not (carried and crowd):
        return False
    if carried:
        return True
    if _counted(draft, sentence):
        return _own_time(draft) or not all(_matter(trigger, sentence) for trigger in draft.triggers)
    return not any(_mentioned(draft, trigger, sentence) for trigger in draft.triggers)


def _somewhere(draft: Draft, sentence: Sentence) -> bool:
    """Say whether a place is said beside the act, be it known or not: a village, the outskirts, near."""
    return any(i.category in _PLACES and draft.first <= i.first < draft.last for i in sentence.items)


def _breaks_out(trigger: Trigger, sentence: Sentence) -> bool:
    """Say whether a verb beside the noun says that it took place: fighting broke out, clashes continued."""
    occurring = [i for i in sentence.of("light") if i.finite and i.sense.data.get("frame") == "occur"]
    between = [i for i in sentence.items if i.category in ("concerning", "near", "topic", "comma")]
    return any(
        -3 <= i.first - trigger.item.last <= 1
        or (0 <= trigger.item.first - i.last <= 3 and not any(i.last <= b.first < trigger.item.first for b in between))
        for i in occurring
    )


def _fired(document: Document, draft: Draft) -> bool:
    words = {w.removeprefix(document.using.article) for t in draft.triggers for w in document.words[t.item.first : t.item.last]}
    return bool(words & document.using.gunfire)


def _known(document: Document, trigger: Trigger, sentence: Sentence) -> bool:
    """Say whether a verb stands in a relative clause, which only says which one is meant: "the group that abducted them".

    A cleft tells ("it is the army that shelled the market").
    """
    return any(
        0 <= trigger.item.first - i.last <= 1 and document.words[i.first - 1] not in document.using.cleft
        for i in sentence.of("relative")
        if i.first
    )


def _bare(document: Document, draft: Draft, sentence: Sentence) -> bool:
    """Say whether a harmful act is only named: no weapon, nobody hurt, no headline, and not who or whom together with where."""
    trigger = draft.triggers[0]
    if FAMILY_OF[draft.type] not in _HARMFUL or draft.type == "suicide-bombing" or sentence.has("weapon"):
        return False
    counted = any(draft.first <= q.first < draft.last for q in sentence.quantities)
    inherent = draft.type in ("assassination", "execution") and not any(t.category == "loss" for t in draft.triggers)
    if any(
        entry.status != "reported" or (entry.min and ((entry.outcome in ("killed", "wounded") and not inherent) or counted))
        for entry in draft.losses
    ):
        return False
    if _fired(document, draft):
        return False
    if _breaks_out(trigger, sentence):
        return False
    before = trigger.item.first - 1
    while before >= sentence.first and not document.words[before][:1].isalnum():
        before -= 1
    if before < sentence.first:
        return False
    implied = draft.type == "torture" and draft.targets == ["detainees"]
    named = len(draft.initiators) + len(draft.participants) + (0 if implied else len(draft.targets))
    word = document.words[trigger.item.first]
    if draft.type == "territory-taken" and any(word.endswith(TEH + p) for p in document.using.pronouns if p):
        return True  # "during its control of the area"
    where = draft.own_place or _somewhere(draft, sentence)
    if trigger.item.definite or trigger.item.suffix:
        return not (where or _own_time(draft)) or not (named or draft.losses)
    return not where and named < 2


def _wished(document: Document, trigger: Trigger, sentence: Sentence) -> bool:
    """Say whether an act only may, must or shall be: "that" right before a verb in the present, a noun after "in order to"."""
    item = trigger.item
    if item.form == "ed":
        return False  # an English past tense: the "that" before it is "which"
    carrier = item if trigger.verb else None
    if carrier is None:
        lights = [i for i in sentence.of("light") if trigger.start <= i.first < item.first and item.first - i.last <= 6]
        carrier = lights[-1] if lights else None
    if carrier is None:
        return False
    if any(i.category == "conjunction" and i.last == carrier.first for i in sentence.items):
        return False  # "before they withdrew"
    before = document.words[carrier.first - 1] if carrier.first else ""
    if carrier.finite:
        return carrier.form.startswith("i") and before in document.using.wishing
    return carrier.form.startswith("n") and carrier.prefix[-1:] == document.using.joins[2]


def _counted(draft: Draft, sentence: Sentence) -> bool:
    """Say whether losses are told by words of their own, not only by the act that is named."""
    if not any(entry.min or entry.status in ("unknown", "none") for entry in draft.losses):
        return False
    if any(t.category == "loss" for t in draft.triggers) or any(e.outcome in ("killed", "wounded") for e in draft.losses):
        return draft.type not in ("assassination", "execution") or any(
            draft.first <= q.first < draft.last for q in sentence.quantities
        )
    return any(draft.first <= q.first < draft.last for q in sentence.quantities)


def _carried(trigger: Trigger, sentence: Sentence) -> bool:
    item = trigger.item
    for other in sentence.items:
        if other.category in _CARRIERS and other.finite and trigger.start <= other.first < trigger.end:
            return True
        if other.category == "resulting" and trigger.start <= other.first < trigger.end:
            return True
        if other.category in _REPORTING and other.finite and 0 <= item.first - other.last <= _REACH:
            if not any(
                i is not other
                and other.last <= i.first < item.first
                and (i.finite or i.category in ("that", "concerning", "topic"))
                for i in sentence.items
            ):
                return True
    return False


def _matter(trigger: Trigger, sentence: Sentence) -> bool:
    """Say whether a noun is the matter of something: of a trial, an inquiry, a memory, a demand."""
    item = trigger.item
    return any(i.category in ("topic", "demand") and 0 <= item.first - i.last <= 3 for i in sentence.items)


def _mentioned(draft: Draft, trigger: Trigger, sentence: Sentence) -> bool:
    item = trigger.item
    if _matter(trigger, sentence):
        return not (_own_time(draft) or draft.initiators)
    if item.definite:
        return True
    if any(i.category in ("cause", "since") and 0 <= item.first - i.last <= 1 for i in sentence.items):
        return not (draft.own_place or draft.initiators)
    counted = any(q.last in (item.first, item.first - 1) for q in sentence.quantities)
    whole = draft.type == "deployment" and draft.own_place and bool(draft.initiators)
    return item.plural and not counted and not whole and item.first > sentence.first


def _own_time(draft: Draft) -> bool:
    return draft.time is not None and draft.time_from is None

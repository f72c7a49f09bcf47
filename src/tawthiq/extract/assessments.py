"""Assessments: what a source thinks an actor wants, can or will do, and who it thinks is behind an act."""

from __future__ import annotations

from tawthiq.extract.context import Context, armed_in, clause, denied, fill, make, subject_of
from tawthiq.extract.drafts import Draft, add
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.extract.mentions import Mention
from tawthiq.extract.stance import negated
from tawthiq.lexicon.morphology import ALEF, NUN, TEH, YEH
from tawthiq.model import Kind, Modality

# Verbs that say an aim only with their preposition and an act after it: ترمي إلى إحكام, تعمل على توسيع.
AIMS = {"aim-to": "prep_to", "aim-on": "prep_on"}
_NO_ACT = ("actor", "epithet", "person", "object", "place", "place_town", "place_area", "place_point", "place_admin", "weapon")

_FORESEEN = (*("event", "loss", "that", "person", "actor", "anaphor", "epithet", "grow", "operation", "place", "object", "danger"),)


def aims(document: Document, sentence: Sentence, item: Item) -> bool:
    """Say whether such a verb stands in the present with its preposition, and an indefinite noun of no thing follows it."""
    preposition = AIMS[item.sense.data["frame"]]
    if not item.form.startswith("i"):
        return False
    for other in sentence.of(preposition):
        if item.last <= other.first <= item.last + 6 and other.last < sentence.last:
            word = document.words[other.last]
            things = any(i.first == other.last and i.category in _NO_ACT for i in sentence.items)
            return not things and not word.startswith(document.using.article) and word.isalpha()
    return False


def intent(context: Context, item: Item) -> Draft | None:
    """What an actor wants, means or plans, where a verb or an indefinite noun says so."""
    if item.first and context.document.words[item.first - 1] in context.document.using.questions:
        return None
    start, end = clause(context, item)
    subject = subject_of(context, start, item, end)
    draft = make(context, Kind.ASSESSMENT, "intent", start, end)
    others = [m for m in context.mentions if item.last <= m.first < end and m.actors and m not in subject]
    fill(draft, subject, _first_group(others))
    if not draft.initiators:
        unarmed = [m for m in context.mentions if start <= m.first < item.first and m.role == "" and m.person and not m.armed]
        name = None if unarmed or not (item.finite or item.category == "intent") else context.stand_in(item, [])
        if name is None:
            return None
        draft.initiators = [name]
        draft.targets = [t for t in draft.targets if t != name]
    if denied(context.document, context.sentence, item):
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


def capability(context: Context, item: Item) -> Draft | None:
    """What an actor can do, could no longer do, or cannot do."""
    start, end = clause(context, item)
    bare = context.document.words[item.first].removeprefix(context.document.using.joins[0])
    if item.last - item.first == 1 and bare in context.document.using.ability:
        if not any(i.category == "prep_on" and item.last <= i.first <= item.last + 4 for i in context.sentence.items):
            return None  # "the capacity of" something, not "to do" something
    subject = [m for m in subject_of(context, start, item, end) if m.actors]
    if not subject and context.document.words[item.first].endswith(tuple(p for p in context.document.using.pronouns if p)):
        subject = [m for m in armed_in(context.mentions, context.sentence.first, item.first) if m.actors][-1:]
    name = None if subject else context.stand_in(item, [])
    if not subject and name is None:
        return None
    draft = make(context, Kind.ASSESSMENT, "capability", start, end)
    fill(
        draft, subject, _first_group([m for m in context.mentions if item.last <= m.first < end and m.actors and m not in subject])
    )
    if name is not None:
        draft.initiators = [name]
        draft.targets = [t for t in draft.targets if t != name]
    if denied(context.document, context.sentence, item):
        draft.modality = Modality.DENIED
    return draft


def possession(context: Context, item: Item) -> Draft | None:
    """What a group has is what it can do, where it has weapons: يمتلك مسيّرات بعيدة المدى."""
    end = clause(context, item)[1]
    if not any(i.category == "weapon" and item.last <= i.first < min(end, item.last + 6) for i in context.sentence.items):
        return None
    return capability(context, item)


def forecast(context: Context, item: Item) -> Draft | None:
    """What a source expects or warns of."""
    document, sentence = context.document, context.sentence
    begin, end = clause(context, item)
    following = [i for i in sentence.items if item.last <= i.first < end and i.category in _FORESEEN]
    told_before = any(i.category in ("event", "operation") and 0 <= item.first - i.last <= 2 for i in sentence.items)
    if not following and not told_before and item.category != "grow":
        return None
    start = item.first if not told_before and item.sense.data.get("root") and item.category != "grow" else begin
    draft = make(context, Kind.ASSESSMENT, "forecast", start, end)
    draft.modality = Modality.FORECAST
    after = [m for m in context.mentions if item.last <= m.first < end]
    owners = {i.last for i in following if i.category in ("event", "operation")}
    bare = [
        m
        for m in after
        if (m.role == "" or (m.role == "to" and any(0 <= m.first - at <= 1 for at in owners)))  # "an attack of X's"
        and m.armed
        and m.head.category in ("actor", "epithet", "anaphor", "person")
        and m.actors
    ]
    fill(draft, bare[:1], [m for m in after if m.actors and m not in bare[:1] and m.role in ("", "against", "side", "on")])
    if not bare and not draft.targets and any(i.finite and i.first - item.last <= 2 for i in following):
        name = context.stand_in(item, [])
        draft.initiators = [name] if name and negated(document, sentence, item.first) is False else []
    return draft


def responsibility(context: Context, item: Item) -> Draft | None:
    """Blame in general: who stands behind the incidents, most of the killings, the wave of bombs."""
    document, sentence = context.document, context.sentence
    start, end = clause(context, item)
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
        for m in armed_in(context.mentions, sentence.first, end)
        if m.head.category in ("actor", "epithet", "person", "anaphor")
        and m.actors
        and abs(m.first - item.first) <= 12
        and m.role in ("", "of", "to", "in")
    ]
    if not actors:
        return None
    near = min(actors, key=lambda m: abs(m.first - item.first))
    draft = make(context, Kind.ASSESSMENT, "responsibility", min(start, near.first), end)
    add(draft.initiators, near.actors)
    if denied(document, sentence, item):
        draft.modality = Modality.DENIED
    return draft


def act_after(context: Context, item: Item) -> bool:
    """Say whether an act is named after a word of planning: then it is that act that is planned."""
    end = clause(context, item)[1]
    return any(
        i.category in ("event", "loss", "weapon", "operation", "crime", "campaign", "body") and not i.form.startswith("q")
        for i in context.sentence.items
        if item.last <= i.first < end
    )


def future_told(document: Document, sentence: Sentence, item: Item) -> bool:
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

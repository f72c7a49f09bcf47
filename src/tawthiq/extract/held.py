"""Rows of losses that no loss word gives: people held, driven out or found dead, unknown losses, a stated absence."""

from __future__ import annotations

from tawthiq.extract.drafts import Draft
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.extract.losses import loss_row, only
from tawthiq.extract.mentions import Mention
from tawthiq.extract.stance import negated
from tawthiq.model import Loss, Outcome
from tawthiq.text.numerals import Quantity

HELD: dict[str, Outcome] = {
    "arrest": "detained",
    "abduction": "captured",
    "disappearance": "missing",
    "displacement": "displaced",
    "assassination": "killed",
    "execution": "killed",
    "body-found": "killed",
}


def held_rows(document: Document, draft: Draft, mentions: list[Mention]) -> None:
    """Give an arrest, abduction, disappearance or displacement its row of people."""
    outcome = HELD.get(draft.type)
    if outcome is None or any(entry.outcome == outcome for entry in draft.losses):
        return
    body = next((t.item for t in draft.triggers if t.category == "body"), None)
    if body is not None:
        quantity = next((q for q in draft.sentence.quantities if q.last == body.first or 0 <= q.first - body.last <= 3), None)
        if quantity is None and body.dual:
            quantity = Quantity(body.first, body.last, 2, 2)
        near = next((m for m in mentions if 0 <= m.first - body.last <= 3 and m.person), None)
        who = near.actors[0] if near is not None and near.actors else None
        draft.losses.append(loss_row(who, outcome, quantity or (near.quantity if near else None), one=not body.plural))
        return
    made: list[Loss] = []
    seen: set[int] = set()
    for mention in mentions:
        if mention.partial or mention.head.category == "object" or mention.first in seen:
            continue
        seen.add(mention.first)
        who = mention.actors[0] if mention.actors else (only(draft.targets) if mention.neutral else None)
        if who == "unknown-gunmen":
            continue
        item = mention.head
        name_only = item.category in ("actor", "epithet", "anaphor", "adjective")
        if name_only and mention.quantity is None:
            continue
        one = not (item.plural or item.form == "p")
        _sum(made, loss_row(who, outcome, mention.quantity, one=one))
    if not made and draft.type != "body-found":
        made = _counted_near(draft, mentions, outcome)
    draft.losses += made


def _sum(rows: list[Loss], row: Loss) -> None:
    """Add a row; exact numbers of the same people are one row of their sum."""
    for index, other in enumerate(rows):
        if (other.who, other.outcome) == (row.who, row.outcome):
            if other.status == row.status == "reported":
                least = None if other.min is None or row.min is None else other.min + row.min
                most = None if other.max is None or row.max is None else other.max + row.max
                rows[index] = other.model_copy(update={"min": least, "max": most})
            return
    rows.append(row)


def _counted_near(draft: Draft, mentions: list[Mention], outcome: Outcome) -> list[Loss]:
    """Return a row for the number right after the act, of people whom the text does not describe: "arrested five of its"."""
    trigger = draft.triggers[0]
    for quantity in draft.sentence.quantities:
        if 0 <= quantity.first - trigger.item.last <= 3 and quantity.last < draft.sentence.last:
            if any(m.quantity is quantity and m.head.category == "object" for m in mentions):
                continue
            if any(
                i.first == quantity.last and i.category in ("event", "operation", "object", "weapon", "crime", "place")
                for i in draft.sentence.items
            ):
                continue
            return [loss_row(only(draft.targets) if draft.targets != ["civilians"] else None, outcome, quantity, one=False)]
    return []


def unknown_or_none(document: Document, sentence: Sentence, drafts: list[Draft]) -> None:
    """Read "no word on losses" and "without casualties", for the occurrence told before it."""
    for item in sentence.items:
        if item.category == "loss_none":
            draft = _nearest(drafts, item)
            if draft is not None:
                draft.losses = [entry for entry in draft.losses if entry.outcome != "wounded" or entry.min]
                killed = any(
                    i.category == "loss" and i.sense.data.get("type") == "killed" and abs(i.first - item.last) <= 2
                    for i in sentence.items
                )
                who = only(draft.targets)
                draft.losses.append(Loss(who=who, outcome="killed" if killed else "wounded", min=0, max=0, status="none"))
                draft.cover(item.first, item.last)
        elif item.category == "loss_unknown":
            near = [i for i in sentence.items if i.category in ("loss_word", "loss") and item.first <= i.first <= item.last + 6]
            draft = _nearest(drafts, item)
            if near and draft is not None and not any(entry.status in ("unknown", "none") for entry in draft.losses):
                draft.losses.append(Loss(who=only(draft.targets), outcome="killed", status="unknown"))
                draft.cover(item.first, near[-1].last)


def told_losses(document: Document, sentence: Sentence, drafts: list[Draft]) -> None:
    """Read "inflicted heavy losses" and "left no casualties": a word for losses after a verb of outcome."""
    for item in sentence.of("loss_word"):
        verb = next((i for i in reversed(sentence.items) if i.category == "result" and 0 <= item.first - i.last <= 14), None)
        if verb is not None and item.first - verb.last > 5 and not negated(document, sentence, verb.first):
            verb = None
        if verb is None or any(
            i.category in ("loss_unknown", "loss_none", "loss") and i.first < item.first <= i.last + 6 for i in sentence.items
        ):
            continue
        draft = _nearest(drafts, item)
        if draft is None:
            continue
        if negated(document, sentence, verb.first):
            draft.losses = [entry for entry in draft.losses if entry.outcome != "wounded" or entry.min]
            draft.losses.append(Loss(who=only(draft.targets), outcome="wounded", min=0, max=0, status="none"))
            draft.cover(verb.first, item.last)
        elif item.sense.name in document.using.human_losses and not draft.losses:
            draft.losses.append(Loss(who=only(draft.targets), outcome="killed", min=1, status="unquantified"))
            draft.cover(verb.first, item.last)


def carried_off(document: Document, sentence: Sentence, drafts: list[Draft], mentions: list[Mention]) -> None:
    """Read how many an act carried off: a verb of outcome, and people with their number after "b" (أودت بـ29 شخصاً)."""
    for verb in sentence.of("result"):
        if verb.sense.data.get("root") not in document.using.carrying_off:
            continue
        people = next(
            (m for m in mentions if verb.last <= m.first <= verb.last + 14 and m.role == "in" and m.quantity and m.person), None
        )
        draft = _nearest(drafts, verb) or (drafts[0] if drafts else None)
        if (
            people is None
            or draft is None
            or any(i.category == "loss" and verb.first < i.first < people.last for i in sentence.items)
        ):
            continue
        who = people.actors[0] if people.actors else only(draft.targets)
        draft.losses.append(loss_row(who, "killed", people.quantity, one=False))
        draft.victims.append(people)
        draft.cover(verb.first, people.last)


def _nearest(drafts: list[Draft], item: Item) -> Draft | None:
    """Return the occurrence that ends last before an item, else the first one."""
    before = [d for d in drafts if d.first <= item.first]
    return before[-1] if before else None

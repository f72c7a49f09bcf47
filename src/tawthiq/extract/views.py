"""Assessments and relations: what a source thinks an actor wants, can or will do; who backs, belongs to or joins whom.

What such a statement speaks of is its content and no occurrence of its own; the triggers inside it are taken out.
"""

from __future__ import annotations

from tawthiq.extract.assessments import AIMS, act_after, aims, capability, forecast, future_told, intent, possession, responsibility
from tawthiq.extract.context import Context, denied
from tawthiq.extract.drafts import Draft
from tawthiq.extract.items import Item, Sentence
from tawthiq.extract.relations import arms_sent, joined, joins, support, tie
from tawthiq.model import Kind, Modality

_VIEWS = frozenset(
    (
        *("want", "intent", "plan", "able", "capable", "unable", "incapable", "possess", "expect", "warn", "hedge", "grow"),
        *("join", "support", "belong", "first", "behind", "event"),
    )
)


def find_views(context: Context) -> list[Draft]:
    """Return the assessments and relations of a sentence."""
    out: list[Draft] = []
    document, sentence = context.document, context.sentence
    for item in sentence.items:
        if item.category not in _VIEWS or _inside(out, item) or (item.first and document.words[item.first - 1] == "#"):
            continue
        draft = None
        if item.sense.data.get("frame") in AIMS and not aims(document, sentence, item):
            continue
        match item.category:
            case "want" | "intent" if not (item.form.startswith("n") and item.definite):
                draft = intent(context, item)
            case "plan" if item.finite and (denied(document, sentence, item) or not act_after(context, item)):
                draft = intent(context, item)
            case "able" | "capable" | "unable" | "incapable":
                draft = capability(context, item)
            case "possess" if item.finite:
                draft = possession(context, item)
            case "expect" | "warn" if not item.form.startswith("n"):
                draft = forecast(context, item)
            case "hedge" if item.finite and future_told(document, sentence, item):
                draft = forecast(context, item)
            case "grow" if item.prefix[-1:] == document.using.future_mark:
                draft = forecast(context, item)
            case "join" if not any(d.type == "joins" for d in out) and not item.definite:
                draft = joined(context, item)
            case "support":
                draft = support(context, item)
            case "belong" if item.finite:
                draft = tie(context, item)
            case "first" if not any(d.type == "joins" for d in out):
                draft = joins(context, item)
            case "event" if item.sense.data.get("frame") == "send":
                draft = arms_sent(context, item)
            case "behind" if not _leaves(sentence, item):
                draft = responsibility(context, item)
        if draft is not None:
            if draft.kind is Kind.RELATION and denied(document, sentence, item):
                draft.modality = Modality.DENIED
            out.append(draft)
    return out


def _leaves(sentence: Sentence, item: Item) -> bool:
    """Say whether a word for "behind" is the verb written alike, with its subject after it: خلّف هجوم ستة قتلى."""
    return any(i.category == "result" and i.finite and i.first == item.first for i in sentence.items) and any(
        i.category == "event" and i.first == item.last and not i.definite for i in sentence.items
    )


def _inside(drafts: list[Draft], item: Item) -> bool:
    return any(start <= item.first < end for d in drafts if d.type != "joins" for start, end in d.spans)

"""How likely a claim is to be right: a logistic model over what the reader saw, its weights in vocabulary/confidence.yaml.

The weights are fitted by bench/confidence.py; a feature is 1 where it holds. Source of the method: logistic regression with an
L2 penalty, judged by leaving one report out.
"""

from __future__ import annotations

import math

from tawthiq.extract.drafts import Draft
from tawthiq.lexicon.lexicon import load
from tawthiq.model import FAMILY_OF, Kind, Modality, SourceType


def features(draft: Draft) -> list[str]:
    """Return the names of the features that hold for a draft."""
    trigger = draft.triggers[0] if draft.triggers else None
    out = [f"kind {draft.kind.value}", f"family {FAMILY_OF[draft.type]}"]
    if draft.kind is Kind.EVENT and draft.type == "attack":
        out.append("type attack")
    if trigger is None or trigger.verb:
        out.append("verb")
    elif trigger.category == "loss":
        out.append("only a loss")
    elif trigger.item.definite:
        out.append("definite noun")
    if len(draft.triggers) > 1:
        out.append("several words")
    if draft.initiators or draft.participants:
        out.append("doer")
    if draft.targets:
        out.append("target")
    if any(entry.status == "reported" for entry in draft.losses):
        out.append("number of losses")
    if draft.own_place:
        out.append("own place")
    elif draft.place is None:
        out.append("no place")
    if draft.time is None:
        out.append("no time")
    elif draft.time_from is None:
        out.append("own time")
    if draft.account:
        out.append("another account")
    if draft.modality is not Modality.ASSERTED:
        out.append(f"modality {draft.modality.value}")
    if draft.source.type is not SourceType.OUTLET:
        out.append("source named")
    length = draft.last - draft.first
    if length > 40:
        out.append("long evidence")
    elif length < 6:
        out.append("short evidence")
    if draft.sentence.headline:
        out.append("headline")
    if len(draft.spans) > 1:
        out.append("told again")
    return out


def confidence(draft: Draft) -> float | None:
    """Return how likely a draft is to be right, between 0 and 1 and rounded to two places; None without weights."""
    weights = load().confidence
    if not weights:
        return None
    score = weights["bias"] + sum(weights.get(name, 0.0) for name in features(draft))
    return round(1 / (1 + math.exp(-score)), 2)

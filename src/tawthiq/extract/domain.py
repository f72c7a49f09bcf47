"""Tell what is no conflict: sport, markets, weather, films, drills, history in the words of war.

A sentence of such words is left alone unless armed actors harm people in it.
"""

from __future__ import annotations

from collections import Counter

from tawthiq.extract.items import Document
from tawthiq.model import FAMILY_OF

_DOMAINS = ("domain_sport", "domain_market", "domain_weather", "domain_culture", "domain_drill", "domain_history")


def quiet_sentences(document: Document) -> set[int]:
    """Return the numbers of sentences that speak of something other than the conflict."""
    if not any(s.has(*_DOMAINS, "domain_accident") for s in document.sentences):
        return set()
    weight: dict[int, Counter[str]] = {}
    total: Counter[str] = Counter()
    paragraphs: dict[int, Counter[str]] = {}
    armed = 0
    for sentence in document.sentences:
        counts = Counter(i.category for i in sentence.items if i.category in _DOMAINS)
        weight[sentence.number] = counts
        total += counts
        paragraphs.setdefault(sentence.paragraph, Counter()).update(counts)
        armed += sum(
            1 for i in sentence.items if i.category == "actor" and i.sense.data["kind"] not in ("civilians", "organisation")
        )
    out: set[int] = set()
    many = sum(total.values()) >= 4 and sum(total.values()) > 2 * armed
    for sentence in document.sentences:
        counts = weight[sentence.number]
        here = sum(counts.values())
        around = sum(paragraphs[sentence.paragraph].values())
        actors = sum(
            1
            for i in sentence.items
            if i.category in ("actor", "epithet") and i.sense.data.get("kind") not in ("civilians", "organisation", "other")
        )
        harmed = any(i.category == "loss" for i in sentence.items) and any(i.category == "person" for i in sentence.items)
        # A crowd in the street over prices is still a crowd.
        crowd = here == counts["domain_market"] and any(
            i.category == "event" and i.sense.data.get("type") in ("protest", "riot") for i in sentence.items
        )
        evidence = actors + int(harmed) + int(crowd)
        culture = counts["domain_culture"] + counts["domain_sport"] + counts["domain_history"] + counts["domain_drill"]
        mishap = any(i.category == "domain_accident" for i in sentence.items) and not any(
            i.category == "weapon" or FAMILY_OF.get(str(i.sense.data.get("type")), "") in ("fight", "remote")
            for i in sentence.items
        )
        if (
            (here and not evidence)
            or (mishap and not actors)
            or (culture >= 2 and culture >= evidence)
            or (counts["domain_history"] and culture >= 2)
            or ((many or around >= 2) and not actors and not (harmed and here == 0 and not many))
        ):
            out.add(sentence.number)
    return out

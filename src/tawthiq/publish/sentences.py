"""Public incidents in words: one sentence each, made of the vocabulary's names and the record's figures alone."""

from __future__ import annotations

from collections.abc import Sequence

from tawthiq.model import LossRange
from tawthiq.publish.redact import PublicIncident
from tawthiq.publish.words import Words


def place_name(incident: PublicIncident, words: Words) -> str:
    """Return the place as it may be told: the town, "district of X", "governorate of X"."""
    place = incident.place
    if place is None:
        return words("no_place")
    name = place.name_ar if words.language == "ar" else place.name_en
    return name if place.level == "town" else words(f"within_{place.level}", name=name)


def people(incident: PublicIncident, words: Words) -> str:
    """Return who did it to whom, or who fought."""
    parts = [
        f"{words(label)}: {words.actors(list(names))}"
        for label, names in (
            ("initiators", incident.initiators),
            ("targets", incident.targets),
            ("participants", incident.participants),
        )
        if names
    ]
    return words.semicolon.join(parts)


def losses(incident: PublicIncident, words: Words) -> str:
    """Return the losses in words, ranges as ranges and the unknown as unknown."""
    from tawthiq.publish.brief import losses_text

    rows = [
        LossRange(who=x.who, outcome=x.outcome, lowest=x.lowest, best=x.best, highest=x.highest, claims=()) for x in incident.losses
    ]
    return losses_text(rows, words)


def standing(incident: PublicIncident, words: Words) -> str:
    """Return how sure it is: corroboration with its reason, and what people decided."""
    return words.semicolon.join(
        (
            f"{words.name('corroboration', incident.corroboration)} ({words.name('reason', incident.reason)})",
            words.name("review", incident.review),
        )
    )


def sentence(incident: PublicIncident, words: Words) -> str:
    """Return an incident in one line."""
    when = words.days(incident.start, incident.end) if incident.start else words("no_day")
    parts = [f"{words.name('type', incident.type)}{words.comma}{place_name(incident, words)}{words.comma}{when}"]
    parts += [part for part in (people(incident, words), losses(incident, words)) if part]
    return f"{words.semicolon.join(parts)} [{standing(incident, words)}]"


def short_text(incidents: Sequence[PublicIncident], words: Words, title: str, most: int, link: str = "") -> str:
    """Return a text for a channel within a limit of characters: as many incidents as fit, the latest first, and how many more."""
    head = f"{title}\n{words.plural('incidents', len(incidents))}\n"
    tail = f"\n{link}" if link else ""
    lines: list[str] = []
    left = most - len(head) - len(tail)
    newest = sorted(incidents, key=lambda i: (i.start or "", i.id), reverse=True)
    for index, incident in enumerate(newest):
        line = f"\n• {sentence(incident, words)}"
        more = "\n" + words("and_more", n=len(newest) - index) if index < len(newest) else ""
        if sum(map(len, lines)) + len(line) + len(more) > left:
            lines.append(more)
            break
        lines.append(line)
    return head + "".join(lines) + tail

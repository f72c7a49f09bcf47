"""The working form of a claim while a report is read: triggers, mentions and rows of losses, before anything is settled."""

from __future__ import annotations

from dataclasses import dataclass, field

from tawthiq.extract.items import Item, Sentence
from tawthiq.extract.mentions import Mention
from tawthiq.model import Count, Kind, Loss, Modality, Place, SourceType
from tawthiq.resolve.calendar_words import TimeMention


@dataclass(slots=True)
class Trigger:
    """A word that tells an occurrence or a loss, and the clause it stands in (tokens `start` to `end`)."""

    item: Item
    category: str
    type: str
    frame: str
    start: int = 0
    end: int = 0
    passive: bool = False
    order: int = 0

    @property
    def verb(self) -> bool:
        """Whether it is a finite verb."""
        return self.item.finite and bool(self.item.sense.data.get("verb"))


@dataclass(slots=True)
class Source:
    """Who says a clause."""

    type: SourceType = SourceType.OUTLET
    first: int | None = None
    last: int | None = None
    actor: str | None = None
    words: str | None = None


@dataclass(slots=True)
class Draft:
    """A claim in the making."""

    kind: Kind
    type: str
    sentence: Sentence
    triggers: list[Trigger] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    initiators: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    participants: list[str] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    victims: list[Mention] = field(default_factory=list)
    place: Place | None = None
    time: TimeMention | None = None
    time_from: Draft | None = None
    source: Source = field(default_factory=Source)
    modality: Modality = Modality.ASSERTED
    count: Count | None = None
    sequel: bool = False
    own_place: bool = False
    account: bool = False

    @property
    def first(self) -> int:
        """The first token of its evidence."""
        return min(start for start, _ in self.spans)

    @property
    def last(self) -> int:
        """The end of its evidence."""
        return max(end for _, end in self.spans)

    @property
    def frame_suffers(self) -> bool:
        """Whether its verb tells what happened to its subject: explodes, dies, flees, vanishes."""
        return bool(self.triggers) and self.triggers[0].frame in ("explode", "die", "flee", "flee-people", "vanish")

    def cover(self, first: int, last: int) -> None:
        """Add tokens to the evidence, one span for each sentence."""
        for index, (start, end) in enumerate(self.spans):
            if first <= end + 2 and last >= start - 2:
                self.spans[index] = (min(start, first), max(end, last))
                return
        self.spans.append((first, last))


def add(names: list[str], more: list[str] | tuple[str, ...]) -> None:
    """Add names that are not there yet, in order."""
    for name in more:
        if name and name not in names:
            names.append(name)

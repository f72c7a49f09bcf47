"""What the pipeline asks of a database: a protocol, and the small records that the two hand one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tawthiq.model import Claim, Decision, Incident, Report

if TYPE_CHECKING:
    from tawthiq.archive.originals import Acquired
    from tawthiq.archive.reading import Covered, Item
    from tawthiq.link.pairs import Pair
    from tawthiq.link.told import Told


@dataclass(frozen=True, slots=True)
class Archived:
    """A file in the archive: its number there, what was acquired, and under what name its reports are told."""

    number: int
    acquired: Acquired
    shown: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A stored report that has no claims of this vocabulary: the store's key, the report, and where it was read."""

    key: int
    report: Report
    where: str


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A stored report that was not compared with others yet."""

    key: int
    text: str


class Store(Protocol):
    """What the pipeline asks of a database."""

    def finished(self, sha256: str, reader: str) -> int | None:
        """Return how many reports this reader found in a file, when it was read to its end; None otherwise."""

    def begin(self, archived: Archived) -> None:
        """Know of a file before its reports."""

    def put(self, archived: Archived, items: Sequence[Item], reader: str) -> int:
        """Store reports in one transaction and return how many were new or changed."""

    def finish(self, archived: Archived, reader: str, reports: int, covered: Sequence[Covered]) -> int:
        """Note that a file was read to its end; posts known before that it should hold and does not are observed as "not seen".

        Returns how many were observed.
        """

    def observe(self, kind: str, what: str, note: str = "") -> None:
        """Note something seen of a source: gone, unreachable, there again."""

    def pending(self, vocabulary: str, limit: int) -> list[Pending]:
        """Return current reports without claims of this vocabulary."""

    def claim(self, found: Sequence[tuple[Pending, list[Claim]]], vocabulary: str) -> None:
        """Put claims in place of those of an older vocabulary, in one transaction."""

    def unmarked(self, limit: int) -> list[Unmarked]:
        """Return reports that were not compared with others."""

    def alike(self, keys: Sequence[int]) -> list[tuple[int, bytes]]:
        """Return (key, signature) of the reports that share a band."""

    def mark(self, signed: Sequence[tuple[int, bytes | None, Sequence[int], Sequence[int]]]) -> None:
        """Keep (key, signature, bands, keys of likes) of reports; of likes the one published first is the original."""

    def decisions(self) -> list[Decision]:
        """Return the ledger."""

    def extracted(self, report: str) -> Sequence[Claim]:
        """Return the claims of a current report as they were extracted."""

    def alone(self) -> AbstractContextManager[None]:
        """Wait until nobody else links or compares, and keep others from it meanwhile."""

    def made_with(self, name: str) -> str:
        """Return what the derived tables were made with, "" when that is not known."""

    def relink(self, name: str, value: str, *, anew: bool) -> None:
        """Note what they are made with from now on; `anew` compares every claim again, else only incidents are made again."""

    def marks(self) -> dict[str, str]:
        """Return the mark of the ruling of each current claim about which people decided."""

    def touch(self, marks: Sequence[tuple[str, str, bool]]) -> None:
        """Take up (claim, mark of its ruling, whether it must be compared again)."""

    def to_link(self, limit: int) -> list[Told]:
        """Return event claims that were not compared with others yet."""

    def near(self, keys: Iterable[str]) -> list[Told]:
        """Return the claims that were compared before and share a blocking key."""

    def link(self, compared: Sequence[tuple[str, Sequence[str], str]], pairs: Sequence[Pair]) -> None:
        """Keep (claim, blocking keys, mark of its ruling) of claims that were compared, and pairs.

        The claims wait for incidents.
        """

    def unlink(self, rejected: Sequence[tuple[str, str]]) -> None:
        """Take (claim, mark of its ruling) out of all incidents."""

    def waiting(self, together: Iterable[tuple[str, str]]) -> Iterator[tuple[list[Told], list[Pair]]]:
        """Yield claims that wait for incidents with all that pairs lead to from them, and those pairs, heaviest first."""

    def put_incidents(self, told: Sequence[Told], incidents: Sequence[Incident]) -> None:
        """Put the incidents of some claims in place of those that they were in, in one transaction."""

    def incident_count(self) -> int:
        """Return how many incidents there are."""

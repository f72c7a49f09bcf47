"""Prove an archive: every byte of every original, every row of the manifest, every entry of the log and its link to the one before.

A bare chain can be rebuilt by who holds the archive; a receipt (the number and hash of the last entry), published or timestamped
elsewhere, shows that a later archive still contains it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tawthiq.archive.originals import GENESIS, Originals, hash_of

_THREADS = 2


@dataclass(slots=True)
class Proof:
    """What was proved: how many entries, acquisitions, originals and bytes, the last entry, and what is wrong.

    `problems` are (kind, what, why), the kind "missing", "changed" or "added"; `unfinished` counts what a killed run left, which
    the next run ends.
    """

    entries: int = 0
    acquisitions: int = 0
    originals: int = 0
    bytes: int = 0
    erased: int = 0
    unfinished: int = 0
    head: str = GENESIS
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    going: set[str] = field(default_factory=set, repr=False)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


Progress = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Show nothing."""


def verify(originals: Originals, progress: Progress = _silent) -> Proof:
    """Prove the whole archive; `progress` is told originals done and their number."""
    proof = Proof()
    entered, erased, hashes = _log(originals, proof)
    rows = _manifest(originals, proof, entered, erased, hashes)
    _files(originals, proof, rows, progress)
    return proof


def _lines(path: Path, proof: Proof) -> list[bytes]:
    """Return the whole lines of a file; half a line at the end is what a killed run left."""
    if not path.exists():
        return []
    data = path.read_bytes()
    lines = data.split(b"\n")
    if lines[-1]:
        proof.unfinished += 1
    return lines[:-1]


def _log(originals: Originals, proof: Proof) -> tuple[dict[int, str], set[int], list[str]]:
    link = GENESIS
    entered: dict[int, str] = {}
    erased: set[int] = set()
    hashes: list[str] = []
    for number, line in enumerate(_lines(originals.log, proof), 1):
        try:
            entry = json.loads(line)
            kind, prev, said = entry["kind"], entry["prev"], entry["n"]
        except (ValueError, KeyError, TypeError):
            proof.problems.append(("changed", f"log, entry {number}", "is no entry"))
            link = hash_of(line)
            hashes.append(link)
            continue
        if said != number or prev != link:
            proof.problems.append(("changed", f"log, entry {number}", "does not follow the one before it"))
        if kind == "acquired":
            entered[entry["number"]] = entry["row"]
        elif kind == "erased":
            erased.update(entry["numbers"])
        link = hash_of(line)
        hashes.append(link)
    proof.entries, proof.head = len(hashes), link
    return entered, erased, hashes


def _manifest(
    originals: Originals, proof: Proof, entered: dict[int, str], erased: set[int], hashes: list[str]
) -> dict[str, tuple[int, str]]:
    """Return size and name by hash of what must be there."""
    wanted: dict[str, tuple[int, str]] = {}
    seen: set[int] = set()
    last = max(entered, default=0)
    for index, line in enumerate(_lines(originals.manifest, proof), 1):
        try:
            row: dict[str, Any] = json.loads(line)
            number = row["number"]
        except (ValueError, KeyError, TypeError):
            proof.problems.append(("changed", f"manifest, line {index}", "is no row"))
            continue
        if number in seen:
            proof.problems.append(("added", f"manifest, row {number}", "stands twice"))
            continue
        seen.add(number)
        if number in erased:
            proof.erased += 1
            if not row.get("erased"):
                proof.unfinished += 1
                proof.going.add(row["original"])
            continue
        if number not in entered:
            if number > last:
                proof.unfinished += 1
            else:
                proof.problems.append(("added", f"manifest, row {number}", "the log knows nothing of it"))
            continue
        if hash_of(line) != entered[number]:
            proof.problems.append(("changed", f"manifest, row {number}", "is not the row that was entered"))
            continue
        proof.acquisitions += 1
        wanted.setdefault(row["original"], (row["size"], row["name"]))
    for number in sorted(set(entered) - seen):
        proof.problems.append(("missing", f"manifest, row {number}", "was entered and is not there"))
    return wanted


def _files(originals: Originals, proof: Proof, wanted: dict[str, tuple[int, str]], progress: Progress) -> None:
    held = dict(originals.held())
    for digest in sorted(set(held) - set(wanted) - proof.going):
        proof.problems.append(("added", str(held[digest].relative_to(originals.folder)), "no row of the manifest speaks of it"))

    def prove(item: tuple[str, tuple[int, str]]) -> tuple[str, str, str] | int:
        digest, (size, name) = item
        try:
            path = originals.find(digest)
        except FileNotFoundError:
            return "missing", digest, f"the original of {name}"
        with path.open("rb", buffering=0) as file:
            counted = hashlib.file_digest(file, "sha256")
            found = file.tell()
        if counted.hexdigest() != digest or found != size:
            return "changed", digest, f"the original of {name}"
        return found

    with ThreadPoolExecutor(_THREADS) as pool:
        for done, answer in enumerate(pool.map(prove, sorted(wanted.items())), 1):
            if isinstance(answer, tuple):
                proof.problems.append(answer)
            else:
                proof.originals += 1
                proof.bytes += answer
            if done % 100 == 0 or done == len(wanted):
                progress(done, len(wanted))


def receipt(originals: Originals) -> dict[str, Any]:
    """Return the last entry's number and hash, to be published, printed or timestamped outside the archive."""
    proof = Proof()
    _log(originals, proof)
    return {
        "what": "head of the log of a Tawthiq archive",
        "entries": proof.entries,
        "head": proof.head,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def contains(originals: Originals, given: dict[str, Any]) -> bool:
    """Say whether the log still contains the head of a receipt; raises ValueError for what is no receipt."""
    try:
        entries, head = int(given["entries"]), str(given["head"])
    except (KeyError, TypeError, ValueError):
        raise ValueError("this is no receipt: it has no entries and head") from None
    _, _, hashes = _log(originals, Proof())
    if entries == 0:
        return head == GENESIS
    return 0 < entries <= len(hashes) and hashes[entries - 1] == head

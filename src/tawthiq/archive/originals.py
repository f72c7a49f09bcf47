"""Keep what was read: originals by their hash, a manifest of how each was got, and a chained log that shows any later change.

`acquire` writes a file aside and `commit` enters it: row of the manifest, entry of the log, then the file takes its place. Killed
at any point, the archive verifies, and the next run goes on. Nothing is ever changed; what must go is erased with a tombstone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

CHUNK = 1 << 20
GENESIS = "0" * 64
_READ_ONLY = 0o444


@dataclass(frozen=True, slots=True)
class How:
    """How a file was got: `method` ("file", "stdin", "url", "collect", "media"), under what name or url, by whom and what tool.

    `headers` are those of the answer, `of` the SHA-256 of the original that it belongs to (a photo to its export).
    """

    name: str
    method: str = "file"
    by: str = ""
    tool: str = ""
    url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str | None = None
    of: str | None = None
    request: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Acquired:
    """A file on its way into the archive: hash, size, and where its bytes lie until it is committed."""

    sha256: str
    size: int
    how: How
    waiting: Path | None


class Originals:
    """The archive of a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest, self.log = folder / "manifest.jsonl", folder / "log.jsonl"
        self._incoming = folder / "incoming"
        self._known: dict[tuple[str, str], int] | None = None
        self._read_to = 0

    def path(self, digest: str) -> Path:
        """Return where the bytes of a hash lie."""
        return self.folder / "originals" / digest[:2] / digest

    def find(self, digest: str) -> Path:
        """Return where the bytes of a hash can be read, in place or still aside; raises FileNotFoundError."""
        for path in (self.path(digest), self._incoming / digest):
            if path.exists():
                return path
        raise FileNotFoundError(f"no original {digest}")

    def held(self) -> Iterator[tuple[str, Path]]:
        """Yield (hash, path) of every original in its place."""
        for folder in sorted((self.folder / "originals").glob("??")):
            for path in sorted(folder.iterdir()):
                yield path.name, path

    def acquire(self, source: Path | bytes | IO[bytes], how: How) -> Acquired:
        """Copy bytes aside, hashed and on disk; nothing is entered before `commit`."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, temporary = tempfile.mkstemp(dir=self._incoming, prefix="part-")
        try:
            with os.fdopen(handle, "wb", buffering=0) as target:
                for chunk in _chunks(source):
                    digest.update(chunk)
                    size += len(chunk)
                    view = memoryview(chunk)
                    while view:
                        view = view[target.write(view) :]
                name = digest.hexdigest()
                if self.path(name).exists():
                    Path(temporary).unlink()
                    return Acquired(name, size, how, None)
                os.fchmod(target.fileno(), _READ_ONLY)
                os.fsync(target.fileno())
            aside = self._incoming / name
            os.replace(temporary, aside)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return Acquired(name, size, how, aside)

    def commit(self, files: list[Acquired]) -> list[int]:
        """Enter acquired files and return their numbers; one that is entered under the same name keeps its number.

        Another acquisition of the same bytes under another name or address is a row of its own.
        """
        if not files:
            return []
        with self._locked():
            known = self._load()
            numbers: list[int] = []
            rows: list[bytes] = []
            entries: list[bytes] = []
            head = _last_line(self.log)
            number, link = (json.loads(head)["n"], hash_of(head)) if head else (0, GENESIS)
            next_row = self._count
            for file in files:
                key = (file.sha256, file.how.url or file.how.name)
                if (already := known.get(key)) is not None:
                    numbers.append(already)
                    continue
                next_row += 1
                number += 1
                row = _line(
                    {
                        "number": next_row,
                        "salt": secrets.token_hex(16),
                        "original": file.sha256,
                        "size": file.size,
                        "at": _now(),
                        **{k: v for k, v in _how(file.how).items() if v},
                    }
                )
                entry = _line(
                    {"n": number, "at": _now(), "kind": "acquired", "number": next_row, "row": hash_of(row), "prev": link}
                )
                link = hash_of(entry)
                rows.append(row)
                entries.append(entry)
                known[key] = next_row
                numbers.append(next_row)
            if rows:
                _append(self.manifest, rows)
                _append(self.log, entries)
                self._count = next_row
                self._read_to = self.manifest.stat().st_size
            self._settle({f.sha256 for f in files if f.waiting is not None})
        return numbers

    def _settle(self, digests: set[str]) -> None:
        """Move files that are entered from aside to their place."""
        folders = set()
        for digest in digests:
            aside, path = self._incoming / digest, self.path(digest)
            if aside.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                os.replace(aside, path)
                folders.add(path.parent)
        for folder in folders | ({self._incoming} if folders else set()):
            _sync_folder(folder)

    def observe(self, what: str, **told: Any) -> None:
        """Enter into the log that something was seen: a source that is gone, one that answers again."""
        with self._locked():
            self._enter({"kind": "observed", "what": what, **told})

    def erase(self, digest: str, by: str, reason: str) -> list[int]:
        """Erase an original and all that the manifest says of it; return the numbers of the tombstones left.

        The log keeps that something was erased, by whom and why in words that the caller chooses; what it was cannot be told from
        the salted hash that stays. Raises FileNotFoundError for what is not kept.
        """
        with self._locked():
            lines = self.manifest.read_bytes().splitlines() if self.manifest.exists() else []
            numbers = [row["number"] for row in map(json.loads, lines) if row.get("original") == digest]
            if not numbers:
                raise FileNotFoundError(f"no original {digest}")
            self._enter({"kind": "erased", "numbers": numbers, "by": by, "reason": reason})
            self._end_erasure(numbers)
        return numbers

    def _enter(self, told: dict[str, Any]) -> None:
        head = _last_line(self.log)
        number, link = (json.loads(head)["n"], hash_of(head)) if head else (0, GENESIS)
        _append(self.log, [_line({"n": number + 1, "at": _now(), **told, "prev": link})])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time enter; mend first what a killed one left half-written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._mend()
            yield

    def _mend(self) -> None:
        """Cut off half a line at the end of the log, and rows of the manifest that no entry speaks of; end erasures begun."""
        for path in (self.manifest, self.log):
            _cut_half_line(path)
        head = _last_line(self.log)
        rows = _last_line(self.manifest)
        if rows is None:
            return
        last_entered = _last_entered(self.log) if head else 0
        if json.loads(rows)["number"] > last_entered:
            kept = [
                line for line in self.manifest.read_bytes().splitlines(keepends=True) if json.loads(line)["number"] <= last_entered
            ]
            _replace(self.manifest, b"".join(kept))
            self._known = None
        if head and json.loads(head)["kind"] == "erased":
            self._end_erasure(json.loads(head)["numbers"])

    def _end_erasure(self, numbers: list[int]) -> None:
        lines = self.manifest.read_bytes().splitlines(keepends=True)
        rows = [json.loads(line) for line in lines]
        gone = {row["original"] for row in rows if row["number"] in numbers and not row.get("erased")}
        if gone:
            _replace(
                self.manifest,
                b"".join(
                    _line({"number": row["number"], "erased": True}) if row["number"] in numbers else line
                    for row, line in zip(rows, lines, strict=True)
                ),
            )
            for digest in gone:
                self.path(digest).unlink(missing_ok=True)
                (self._incoming / digest).unlink(missing_ok=True)
            self._known = None

    def _load(self) -> dict[tuple[str, str], int]:
        """Return the numbers by hash and name; only what was added since the last call is read."""
        size = self.manifest.stat().st_size if self.manifest.exists() else 0
        if self._known is None or size < self._read_to:
            self._known, self._read_to, self._count = {}, 0, 0
        if size > self._read_to:
            with self.manifest.open("rb") as file:
                file.seek(self._read_to)
                for line in file:
                    row = json.loads(line)
                    self._count = row["number"]
                    if not row.get("erased"):
                        self._known[row["original"], row.get("url") or row["name"]] = row["number"]
            self._read_to = size
        return self._known

    _count = 0

    def clear_leftovers(self) -> int:
        """Remove what killed runs left aside without entering it, and put in place what they had entered; return how many went."""
        if not self._incoming.is_dir():
            return 0
        with self._locked():
            entered = {digest for digest, _ in self._load()}
            gone = 0
            for path in list(self._incoming.iterdir()):
                if path.name in entered:
                    self._settle({path.name})
                else:
                    path.unlink()
                    gone += 1
        return gone


def _how(how: How) -> dict[str, Any]:
    return {
        "name": how.name,
        "method": how.method,
        "by": how.by,
        "tool": how.tool,
        "url": how.url,
        "headers": how.headers,
        "media_type": how.media_type,
        "of": how.of,
        "request": how.request,
    }


def _chunks(source: Path | bytes | IO[bytes]) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    if isinstance(source, Path):
        with source.open("rb", buffering=0) as file:
            yield from _chunks(file)
        return
    while chunk := source.read(CHUNK):
        yield chunk


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8", "surrogatepass") + b"\n"


def hash_of(line: bytes) -> str:
    """Return the SHA-256 of a line of the log or the manifest, its line end left out."""
    return hashlib.sha256(line.rstrip(b"\n")).hexdigest()


def _append(path: Path, lines: list[bytes]) -> None:
    fresh = not path.exists()
    with path.open("ab", buffering=0) as file:
        data = memoryview(b"".join(lines))
        while data:
            data = data[file.write(data) :]
        os.fsync(file.fileno())
    if fresh:
        _sync_folder(path.parent)


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _last_line(path: Path) -> bytes | None:
    """Return the last whole line of a file, without reading the rest; None when there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        block = b""
        while end > 0 and block.rstrip(b"\n").count(b"\n") == 0:
            step = min(4096, end)
            end -= step
            file.seek(end)
            block = file.read(step) + block
    lines = block.rstrip(b"\n").rsplit(b"\n", 1)
    return lines[-1] if lines[-1] else None


def _last_entered(log: Path) -> int:
    """Return the number of the last acquisition that the log speaks of, 0 for none; read from the end."""
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        block = b""
        while end > 0:
            step = min(65536, end)
            end -= step
            file.seek(end)
            block = file.read(step) + block
            lines = block.split(b"\n")
            for line in reversed(lines if end == 0 else lines[1:]):
                if line and (entry := json.loads(line))["kind"] == "acquired":
                    return int(entry["number"])
            block = lines[0] if end else b""
    return 0


def _cut_half_line(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(end - 1)
        if file.read(1) == b"\n":
            return
        while end > 0:
            step = min(65536, end)
            end -= step
            file.seek(end)
            if (at := file.read(step).rfind(b"\n")) >= 0:
                file.truncate(end + at + 1)
                return
        file.truncate(0)

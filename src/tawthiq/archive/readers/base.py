"""What every reader takes and gives: a source of bytes in, items and problems out."""

from __future__ import annotations

import hashlib
import io
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from tawthiq.archive.limits import LARGEST_DOCUMENT, LARGEST_TEXT, Refused, inside, shown
from tawthiq.model import Post, Report

_ARABIC = re.compile(r"[\u0600-\u06ff]+")
_NO_LATIN = bytes(b for b in range(256) if not (b < 128 and chr(b).isalpha()))
# The first bytes of the Arabic letters in UTF-8; no other byte of a sign is one of them.
_ARABIC_BYTES = (b"\xd8", b"\xd9", b"\xda", b"\xdb")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST_ID = 300
_SAMPLE = 4000


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the person who loads files says of them where the files say nothing.

    `columns` maps the fields of a report to columns of a table; `day_first` settles dates such as 03/04; `zone` is that of
    local times.
    """

    source: str | None = None
    published: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    day_first: bool | None = None
    zone: str = "Asia/Damascus"


@dataclass(frozen=True, slots=True)
class Beside:
    """A file that belongs to an item (a photo of a post): its name there, and where its bytes are to be read."""

    name: str
    media_type: str | None
    open: Callable[[], io.BufferedIOBase]


@dataclass(frozen=True, slots=True)
class Item:
    """A report and where it stands in its file.

    `digest` is the SHA-256 of its text. `named` says that the file itself gives the report's id, so that another text under
    it is a new version; a report named after its file is another report when its text is another.
    """

    locator: str
    report: Report
    digest: str
    named: bool = False
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """An item, or a whole file where `locator` is empty, that cannot be read, and why."""

    locator: str
    reason: str


@dataclass(frozen=True, slots=True)
class Covered:
    """What stretch of a channel an export holds: posts of it that are known from before and are not in it were "not seen".

    `messages` are the ids of all messages in it, at least one, in ascending order (8 bytes each).
    """

    platform: str
    channel: str
    messages: array[int]

    @property
    def first(self) -> int:
        """The lowest message id."""
        return self.messages[0]

    @property
    def last(self) -> int:
        """The highest message id."""
        return self.messages[-1]

    @classmethod
    def of(cls, platform: str, channel: str, messages: array[int]) -> Covered:
        """Make one of ids in any order; sorting makes an object of every id, so only what is out of order is sorted."""
        if any(a > b for a, b in pairwise(messages)):
            messages = array("q", sorted(messages))
        return cls(platform, channel, messages)


Found = Item | Problem | Covered


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes to read: the name they came under, their size, a way to open them, and the folder where files beside them lie."""

    name: str
    size: int
    open: Callable[[], io.BufferedIOBase]
    folder: Path | None = None
    url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_bytes(cls, name: str, data: bytes, **more: object) -> Source:
        """Make a source of bytes in memory."""
        return cls(name, len(data), lambda: io.BytesIO(data), **more)  # type: ignore[arg-type]

    @classmethod
    def of_file(cls, path: Path, name: str | None = None, folder: Path | None = None) -> Source:
        """Make a source of a file; `folder` is where files beside it lie, its own when left out."""
        return cls(name or path.name, path.stat().st_size, lambda: path.open("rb"), folder or path.parent)

    def head(self, size: int = 65536) -> bytes:
        """Return the first bytes."""
        with self.open() as file:
            return file.read(size)

    def whole(self, largest: int = LARGEST_DOCUMENT) -> bytes:
        """Return all bytes; raises Refused for more than `largest`."""
        if self.size > largest:
            raise Refused(f"larger than {largest:,} bytes")
        with self.open() as file:
            return file.read()

    def beside(self, name: str) -> Path | None:
        """Return a file that the source names, when it lies below the source's folder, no link leading out of it."""
        if self.folder is None or not inside(name):
            return None
        path = (self.folder / name).resolve()
        return path if path.is_file() and path.is_relative_to(self.folder.resolve()) else None


class Reader(Protocol):
    """A module of this folder: `NAME` with its version, which text versions keep, and `read`."""

    NAME: str

    def read(self, source: Source, defaults: Defaults) -> Iterator[Found]:
        """Yield the reports of a source."""


def make(
    locator: str,
    defaults: Defaults,
    *,
    report: str,
    text: str,
    named: bool = False,
    beside: tuple[Beside, ...] = (),
    **fields: object,
) -> Item | Problem:
    """Make an item, with the defaults where the file says nothing; a text that is empty or too long is a problem."""
    if not text.strip() and not fields.get("media"):
        return Problem(locator, "no text in it")
    if len(text) > LARGEST_TEXT:
        return Problem(locator, f"the text is longer than {LARGEST_TEXT:,} signs")
    # Half of a surrogate pair and NUL cannot be stored as text; their place is kept, so that no offset moves.
    text = _storable(text)
    data = text.encode()
    for name, value in fields.items():
        if isinstance(value, str):
            fields[name] = _storable(value)
        elif isinstance(value, Post):
            fields[name] = value.model_copy(update={k: _storable(v) for k, v in value if isinstance(v, str)})
    fields["source"] = fields.get("source") or defaults.source
    if not fields.get("published") and defaults.published:
        fields["published"], fields["dated_by"] = defaults.published, "person"
    published = fields.get("published")
    if isinstance(published, str) and not _dated(published):
        return Problem(locator, f'"published" is no date or instant (ISO 8601) of 1900 to 2200: {shown(published[:40])!r}')
    fields["language"] = fields.get("language") or _language(data)
    fields["report"], fields["text"] = _identifier(report), text
    return Item(locator, Report.model_validate(fields), hashlib.sha256(data).hexdigest(), named, beside)


def _storable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _SURROGATE.sub("\ufffd", text)
    return text.replace("\x00", "\ufffd")


def _dated(published: str) -> bool:
    try:
        return 1900 <= datetime.fromisoformat(published).year <= 2200
    except ValueError:
        return False


def _identifier(name: str) -> str:
    """Return a report's id as it can stand in a line and an address: no control signs, and no longer than 300."""
    name = " ".join(_CONTROL.sub(" ", _storable(name)).split())
    if len(name) > _LONGEST_ID:
        name = f"{name[: _LONGEST_ID - 9]}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return name or "report"


def language_of(text: str) -> str:
    """Return "ar" or "en" by which letters a text has more of; "und" for a text with neither."""
    return _language(text[:_SAMPLE].encode("utf-8", "surrogatepass"))


def _language(data: bytes) -> str:
    sample = data[:_SAMPLE]
    arabic, latin = sum(map(sample.count, _ARABIC_BYTES)), len(sample.translate(None, _NO_LATIN))
    if not arabic and not latin:
        return "und"
    return "ar" if arabic >= latin / 2 else "en"


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text of bytes: by its mark, as UTF-8, as declared, else as UTF-16 or windows-1256 where it reads as such.

    Raises ValueError with the reason for binary data and for encodings that cannot be told.
    """
    for mark, name in (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(name)
            except UnicodeDecodeError:
                raise ValueError(f"begins like {name.upper()} but is not valid {name.upper()}") from None
    if wide := _utf16_without_mark(data):
        return wide
    if b"\x00" in data[:65536]:
        raise ValueError("binary data, not text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = error.start
    for name in filter(None, (declared, "windows-1256")):
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if name == declared or _reads_arabic(text):
            return text
    raise ValueError(f"not UTF-8 text (byte {where}), nor Arabic in windows-1256")


def _utf16_without_mark(data: bytes) -> str | None:
    """Return the text of UTF-16 without its mark: every second byte is one of few high bytes."""
    sample = data[:4000]
    if len(sample) < 8 or len(data) % 2:
        return None
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        usual = sum(byte in (0x00, 0x06) for byte in high)
        if usual > 0.95 * len(high):
            try:
                text = data.decode(name)
            except UnicodeDecodeError:
                return None
            return text if text.isprintable() or _reads_like_text(text) else None
    return None


def _reads_like_text(text: str) -> bool:
    sample = text[:2000]
    return sum(c.isprintable() or c in "\r\n\t" for c in sample) > 0.98 * len(sample)


def _reads_arabic(text: str) -> bool:
    """Say whether most letters outside ASCII are Arabic, as in text of an Arabic code page."""
    high = [c for c in text[:_SAMPLE] if c > "\x7f"]
    return len(set(high)) > 1 and sum(map(len, _ARABIC.findall("".join(high)))) > 0.8 * len(high)

"""What hostile files are stopped by: limits on sizes, ratios, depths and names, checked before anything is built from them."""

from __future__ import annotations

import io
import unicodedata
import zipfile
import zlib
from pathlib import PurePosixPath

# The largest text of one report, in bytes; the largest page, picture or document that is read whole.
LARGEST_TEXT = 20_000_000
LARGEST_DOCUMENT = 200_000_000
# A packed file may unpack to this many bytes, and to this many times its own size once it is larger than `_SMALL`.
LARGEST_UNPACKED = 20_000_000_000
RATIO = 200
_SMALL = 10_000_000
_MEMBERS = 200_000
DEEPEST = 60


class Refused(ValueError):  # noqa: N818 - what happened, not what went wrong with us
    """Input that is not read because it looks made to do harm; the message says why."""


class Inflating(io.RawIOBase):
    """A gzip stream, of one member or many, as the bytes it holds; stops with `Refused` where it grows beyond reason."""

    def __init__(self, source: io.BufferedIOBase, largest: int = LARGEST_UNPACKED, ratio: int = RATIO) -> None:
        self._source, self._largest, self._ratio = source, largest, ratio
        self._taken = self._given = 0
        self._inflater = zlib.decompressobj(31)
        self._waiting = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer; raises Refused beyond the limits and ValueError for damaged data."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        while True:
            if not self._waiting:
                self._waiting = self._source.read(65536)
                self._taken += len(self._waiting)
                if not self._waiting:
                    return 0
            try:
                out = self._inflater.decompress(self._waiting, len(view))
            except zlib.error as error:
                raise ValueError(f"damaged gzip data: {error}") from None
            self._waiting = self._inflater.unconsumed_tail
            if self._inflater.eof:
                self._waiting = self._inflater.unused_data
                self._inflater = zlib.decompressobj(31)
            if out:
                self._given += len(out)
                check_growth(self._taken, self._given, self._largest, self._ratio)
                view[: len(out)] = out
                return len(out)


def check_growth(packed: int, unpacked: int, largest: int = LARGEST_UNPACKED, ratio: int = RATIO) -> None:
    """Raise Refused when data unpacks to more than it may."""
    if unpacked > largest:
        raise Refused(f"unpacks to more than {largest:,} bytes")
    if unpacked > _SMALL and unpacked > packed * ratio:
        raise Refused(f"unpacks to more than {ratio} times its size, like a decompression bomb")


def check_zip(packed: zipfile.ZipFile, largest: int = LARGEST_UNPACKED) -> None:
    """Raise Refused for a zip with too many or too large members, or with one that leads out of its folder."""
    members = packed.infolist()
    if len(members) > _MEMBERS:
        raise Refused(f"more than {_MEMBERS:,} files in it")
    check_growth(max(sum(m.compress_size for m in members), 1), sum(m.file_size for m in members), largest)
    for member in members:
        check_growth(max(member.compress_size, 1), member.file_size, largest)
        if not inside(member.filename):
            raise Refused(f"a file in it leads out of its folder: {shown(member.filename)}")


def read_member(packed: zipfile.ZipFile, name: str, largest: int = LARGEST_DOCUMENT) -> bytes:
    """Return the bytes of a member of a zip; raises Refused when they are more than its head says or than they may be."""
    info = packed.getinfo(name)
    with packed.open(info) as file:
        data = file.read(min(info.file_size, largest) + 1)
    if len(data) > min(info.file_size, largest):
        raise Refused(f"{shown(name)} is larger than it says or than {largest:,} bytes")
    return data


def inside(name: str) -> bool:
    """Say whether a relative path stays in its folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in name.split("/", 1)[0] and "\x00" not in name


def shown(name: str) -> str:
    """Return a name as it can be shown: signs that turn the writing around, and control characters, stand as their code.

    >>> shown("report\\u202etxt.exe")
    'report<U+202E>txt.exe'
    """
    return "".join(f"<U+{ord(c):04X}>" if unicodedata.category(c) in ("Cf", "Cc", "Cs", "Co") else c for c in name)

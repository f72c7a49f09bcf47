"""WhatsApp's exported chats (`.txt`), in Arabic and English, with the bidi marks that phones write between the parts.

Whether a day or a month comes first is decided once for a file: by a number that can be no month, else by which order keeps the
messages in time. A file that leaves both open is a problem that says how to settle it.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple
from zoneinfo import ZoneInfo

import yaml

from tawthiq.archive.readers.base import Beside, Defaults, Found, Problem, Source, decode, make
from tawthiq.archive.readers.telegram_json import opener
from tawthiq.model import Media, Post

NAME = "whatsapp 1"
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACES = re.compile("[\u00a0\u202f\u2009]")
_HEAD = re.compile(
    r"^(?P<open>\[)?(?P<a>\d{1,4})[/.\-](?P<b>\d{1,2})[/.\-](?P<c>\d{1,4})[,،]?\s+"
    r"(?P<h>\d{1,2})[:.](?P<m>\d{2})(?::(?P<s>\d{2}))?\s*(?P<half>[^\W\d][\w.]*)?(?(open)\]|\s+-)\s*(?P<rest>.*)$"
)
_FEW = 3
_ORDERS = ("ymd", "dmy", "mdy")


class _Line(NamedTuple):
    parts: tuple[int, int, int]
    clock: tuple[int, int, int]
    rest: str
    number: int


@lru_cache(maxsize=1)
def words() -> dict[str, list[str]]:
    """Return what WhatsApp writes, from chats.yaml."""
    loaded: dict[str, list[str]] = yaml.safe_load((files("tawthiq.archive") / "chats.yaml").read_text(encoding="utf-8"))
    return loaded


def looks_like_chat(head: str) -> bool:
    """Say whether a text begins like an exported chat: heads of messages among its first lines."""
    lines = [plain(line) for line in head.split("\n")[:40]]
    found = sum(_HEAD.match(line) is not None for line in lines)
    return found >= _FEW or (found > 0 and _HEAD.match(lines[0]) is not None and found >= sum(bool(x.strip()) for x in lines) / 2)


def plain(line: str) -> str:
    """Return a line without bidi marks, its digits and spaces those of ASCII."""
    line = _SPACES.sub(" ", _MARKS.sub("", line)).rstrip("\r")
    if line.isascii():
        return line
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() and unicodedata.decimal(c, None) is not None else c
        for c in line
    )


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the messages of a chat that say something."""
    heads, bodies = _messages(decode(source.whole()))
    if not heads:
        yield Problem("", "no message in it")
        return
    order = _order([h.parts for h in heads], defaults.day_first)
    if order not in _ORDERS:
        yield Problem("", order)
        return
    chat = _chat(source.name) or defaults.source or PurePosixPath(source.name).stem
    channel = hashlib.sha256(chat.encode()).hexdigest()[:12]
    zone = ZoneInfo(defaults.zone)
    again: Counter[str] = Counter()
    for head, body in zip(heads, bodies, strict=True):
        author, sep, first = head.rest.partition(": ")
        if not sep:
            continue  # who joined, who changed the picture: WhatsApp's own words
        text, names = _without_media("\n".join([first, *body]).strip())
        if not text and not names:
            continue
        try:
            at = datetime(*_date(head.parts, order), *head.clock, tzinfo=zone)
        except ValueError:
            yield Problem(f"line {head.number}", "its date is none")
            continue
        mark = hashlib.sha256(f"{at.isoformat()}\n{author}\n{text}\n{names}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        again[mark] += 1
        message = mark if again[mark] == 1 else f"{mark}-{again[mark]}"
        media = tuple(Media(name=n, media_type=mimetypes.guess_type(n)[0]) for n in names)
        beside = tuple(Beside(m.name, m.media_type, opener(path)) for m in media if (path := source.beside(m.name)) is not None)
        yield make(
            f"line {head.number}",
            defaults,
            report=f"wa-{channel}-{message}",
            text=text,
            named=True,
            beside=beside,
            source=chat,
            published=at.isoformat(),
            dated_by="message",
            author=author,
            post=Post(platform="whatsapp", channel=channel, message=message, channel_name=chat),
            media=media,
        )


def _messages(text: str) -> tuple[list[_Line], list[list[str]]]:
    heads: list[_Line] = []
    bodies: list[list[str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _HEAD.match(plain(line))
        clock = _clock(match) if match else None
        if match and clock:
            heads.append(_Line((int(match["a"]), int(match["b"]), int(match["c"])), clock, match["rest"], number))
            bodies.append([])
        elif bodies:
            bodies[-1].append(_MARKS.sub("", line).rstrip("\r"))
    return heads, bodies


def _clock(match: re.Match[str]) -> tuple[int, int, int] | None:
    hour, half = int(match["h"]), (match["half"] or "").lower()
    if half:
        if half in words()["after_noon"]:
            hour = hour % 12 + 12
        elif half in words()["before_noon"]:
            hour %= 12
        else:
            return None
    return (hour, int(match["m"]), int(match["s"] or 0)) if hour < 24 else None


def _order(dates: list[tuple[int, int, int]], day_first: bool | None) -> str:
    """Return "ymd", "dmy" or "mdy", or a sentence that says why it cannot be told."""
    if all(a > 31 for a, _, _ in dates):
        return "ymd"
    day, month = any(a > 12 for a, _, _ in dates), any(b > 12 for _, b, _ in dates)
    if day and month:
        return _sentence("dates of both orders stand in it")
    if day or month:
        return "dmy" if day else "mdy"
    if day_first is not None:
        return "dmy" if day_first else "mdy"
    rising = {order: all(x <= y for x, y in pairwise([_date(d, order) for d in dates])) for order in ("dmy", "mdy")}
    if rising["dmy"] != rising["mdy"]:
        return "dmy" if rising["dmy"] else "mdy"
    return _sentence("day and month cannot be told apart in any of its dates")


def _sentence(why: str) -> str:
    return f"{why}: say which comes first with --date-order dmy or --date-order mdy"


def _date(parts: tuple[int, int, int], order: str) -> tuple[int, int, int]:
    a, b, c = parts
    if order == "ymd":
        return a, b, c
    year = c if c > 99 else 2000 + c
    return (year, b, a) if order == "dmy" else (year, a, b)


def _without_media(text: str) -> tuple[str, list[str]]:
    """Return a text without what stands for media in it, and the names of files attached."""
    names: list[str] = []
    kept = []
    said = words()
    for line in text.split("\n"):
        for mark in said["edited"]:
            line = line.replace(mark, "").rstrip()
        if line.strip() in said["left_out"]:
            continue
        ending = next((m for m in said["attached"] if line.endswith(m)), None)
        opening = next((m for m in said["attached_before"] if line.startswith(m)), None)
        if ending:
            names.append(line.removesuffix(ending).strip())
        elif opening:
            names.append(line.removeprefix(opening).rstrip("> ").strip())
        else:
            kept.append(line)
    return "\n".join(kept).strip(), names


def _chat(name: str) -> str | None:
    stem = _MARKS.sub("", PurePosixPath(name).stem)
    for shape in words()["named"]:
        before, after = shape.split("{chat}")
        if stem.startswith(before) and stem.endswith(after) and len(stem) > len(before):
            return stem[len(before) : len(stem) - len(after)].strip()
    return None

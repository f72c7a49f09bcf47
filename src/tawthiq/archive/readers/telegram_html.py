"""Telegram Desktop's HTML export (`messages.html`, `messages2.html`, …): posts with their instants, forwards and replies.

The pages do not tell a channel's id; its name stands for it, so that posts of a JSON export of the same channel are not joined.
"""

from __future__ import annotations

import mimetypes
import re
from array import array
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree, html

from tawthiq.archive.readers.base import Beside, Covered, Defaults, Found, Problem, Source, decode, make
from tawthiq.archive.readers.telegram_json import opener
from tawthiq.model import Media, Post

NAME = "telegram-html 1"
_NUMBER = re.compile(r"message(-?\d+)$")
_REPLY = re.compile(r"go_to_message(\d+)")
_STAMP = re.compile(r"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}:\d{2}:\d{2})(?: UTC([+-]\d{2}:?\d{2}))?")

# So many digits has the number of a message at most: it is kept in 64 bits.
_LONGEST = 18


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the posts of a page and what it covers."""
    try:
        page = html.fromstring(decode(source.whole()))
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        yield Problem("", f"not a page: {error}")
        return
    title = _words(page.xpath("//*[contains(@class,'page_header')]//*[contains(@class,'text')]"))
    numbers: array[int] = array("q")
    sender = None
    for block in page.xpath("//*[starts-with(@id,'message')][contains(concat(' ',@class,' '),' message ')]"):
        match = _NUMBER.match(block.get("id"))
        if not match or len(match[1]) > _LONGEST or int(match[1]) < 0:
            continue
        number = match[1]
        numbers.append(int(number))
        if "service" in block.get("class", "").split():
            continue
        body = next(iter(block.xpath("./*[contains(concat(' ',@class,' '),' body ')]")), block)
        sender = _words(body.xpath("./*[contains(@class,'from_name')]")) or sender
        forwarded = next(
            iter(body.xpath("./*[contains(concat(' ',@class,' '),' forwarded ') and contains(concat(' ',@class,' '),' body ')]")),
            None,
        )
        holder = forwarded if forwarded is not None else body
        text = _words(holder.xpath("./*[contains(concat(' ',@class,' '),' text ')]"))
        media, beside = _media(source, block)
        if not text and not media:
            continue
        reply = _REPLY.search(
            " ".join(body.xpath(".//*[contains(@class,'reply_to')]//a/@href | .//*[contains(@class,'reply_to')]//a/@onclick"))
        )
        post = Post(
            platform="telegram",
            channel=f"name:{title or source.name}",
            message=number,
            channel_name=title,
            forwarded_from=_own_words(forwarded.xpath("./*[contains(@class,'from_name')]")) if forwarded is not None else None,
            reply_to=reply[1] if reply else None,
        )
        yield make(
            f"message {number}",
            defaults,
            report=f"tgh-{title or source.name}-{number}",
            text=text or "",
            named=True,
            beside=beside,
            source=title,
            published=_instant(body.xpath("./*[contains(@class,'date')]/@title")),
            dated_by="message",
            author=sender if sender != title else None,
            post=post,
            media=media,
        )
    if not numbers:
        yield Problem("", "no message in it")
        return
    yield Covered.of("telegram", f"name:{title or source.name}", numbers)


def _words(found: list[Any]) -> str | None:
    if not found:
        return None
    for line_break in found[0].xpath(".//br"):
        line_break.tail = "\n" + (line_break.tail or "")
    lines = [" ".join(line.split()) for line in found[0].text_content().strip().split("\n")]
    return "\n".join(lines).strip() or None


def _own_words(found: list[Any]) -> str | None:
    """Return an element's own text, without the date inside it."""
    return " ".join((found[0].text or "").split()) or None if found else None


def _instant(titles: list[str]) -> str | None:
    match = _STAMP.search(titles[0]) if titles else None
    if match is None:
        return None
    day, month, year, clock, offset = match.groups()
    try:
        return datetime.fromisoformat(f"{year}-{month}-{day}T{clock}{offset or ''}").isoformat()
    except ValueError:
        return None


def _media(source: Source, block: Any) -> tuple[tuple[Media, ...], tuple[Beside, ...]]:
    media: list[Media] = []
    beside: list[Beside] = []
    for name in dict.fromkeys(block.xpath(".//*[contains(@class,'media_wrap')]//a/@href")):
        if "://" in name or name.startswith(("#", "javascript:")):
            continue
        kind = mimetypes.guess_type(name)[0]
        media.append(Media(name=name, media_type=kind))
        if (path := source.beside(name)) is not None:
            beside.append(Beside(name, kind, opener(path)))
    return tuple(media), tuple(beside)

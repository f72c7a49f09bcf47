"""Telegram Desktop's `result.json`, of one chat or of a whole account, message by message.

A post is (platform, channel, message); instants are from `date_unixtime`, so that no time zone is guessed. Posts of an album, which
the export writes one by one under one instant, are one report with all their media.
"""

from __future__ import annotations

import io
import mimetypes
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tawthiq.archive.json_stream import lists_of
from tawthiq.archive.readers.base import Beside, Covered, Defaults, Found, Problem, Source, make
from tawthiq.model import Media, Post

NAME = "telegram-json 1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FILES = ("photo", "file")
_LEFT_OUT = "(File "  # what the export writes instead of a name where a file was not included

_HIGHEST = 2**63 - 1


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the posts of every chat in the export, and for each chat what it covers."""
    chat: dict[str, Any] | None = None
    numbers: array[int] = array("q")
    album: list[dict[str, Any]] = []
    chats = 0
    with source.open() as file:
        for fields, message in lists_of(file, "messages"):
            if fields is not chat:
                if chat is not None:
                    yield from _post(source, chat, album, defaults)
                    yield from _covered(chat, numbers)
                chat, album, numbers, chats = fields, [], array("q"), chats + 1
            if not isinstance(message, dict) or not isinstance(message.get("id"), int) or abs(message["id"]) > _HIGHEST:
                yield Problem(f"chat {fields.get('id')}", "a message without an id")
                continue
            numbers.append(message["id"])
            if message.get("type") != "message":
                yield from _post(source, chat, album, defaults)
                album = []
                continue
            if album and not _same_album(album[-1], message, album):
                yield from _post(source, chat, album, defaults)
                album = [message]
            else:
                album.append(message)
    if chat is None:
        yield Problem("", "no chat with messages in it")
        return
    yield from _post(source, chat, album, defaults)
    yield from _covered(chat, numbers)


def _covered(chat: dict[str, Any], numbers: array[int]) -> Iterator[Covered]:
    if numbers:
        yield Covered.of("telegram", str(chat.get("id")), numbers)


def _same_album(before: dict[str, Any], after: dict[str, Any], album: list[dict[str, Any]]) -> bool:
    """Say whether a message goes on with an album: both with media, the same instant and sender, one text among them."""
    return (
        before.get("date_unixtime") == after.get("date_unixtime")
        and any(f in before for f in _FILES)
        and any(f in after for f in _FILES)
        and before.get("from_id") == after.get("from_id")
        and sum(bool(_text(m)) for m in (*album, after)) <= 1
    )


def _text(message: dict[str, Any]) -> str:
    """Return the text of a message: a string, or parts of which some are objects (bold, links, hashtags)."""
    text = message.get("text", "")
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    return "".join(p if isinstance(p, str) else str(p.get("text", "")) for p in text if isinstance(p, str | dict))


def _instant(message: dict[str, Any], unix: str, local: str) -> str | None:
    """Return an instant in UTC, from seconds since 1970 where they are there, else the local time as it is written."""
    seconds = message.get(unix)
    if seconds is not None:
        try:
            return (_EPOCH + timedelta(seconds=int(seconds))).isoformat()
        except (TypeError, ValueError, OverflowError):
            pass
    value = message.get(local)
    return value if isinstance(value, str) else None


def _post(source: Source, chat: dict[str, Any], album: list[dict[str, Any]], defaults: Defaults) -> Iterator[Found]:
    if not album:
        return
    main = album[0] if len(album) == 1 else next((m for m in album if _text(m)), album[0])
    text = _text(main)
    media, beside = _media(source, album) if any(f in m for m in album for f in _FILES) else ((), ())
    if not text.strip() and not media:
        return  # a poll, a sticker, a call: nothing that tells anything
    channel = str(chat.get("id"))
    name = chat.get("name") if isinstance(chat.get("name"), str) else None
    author = main.get("from")
    locator = f"message {main['id']}" if chat.get("id") is None else f"chat {channel}, message {main['id']}"
    post = Post(
        platform="telegram",
        channel=channel,
        message=str(main["id"]),
        channel_name=name,
        edited=_instant(main, "edited_unixtime", "edited"),
        forwarded_from=main["forwarded_from"] if isinstance(main.get("forwarded_from"), str) else None,
        reply_to=str(main["reply_to_message_id"]) if main.get("reply_to_message_id") else None,
        album=str(album[0]["id"]) if len(album) > 1 else None,
    )
    yield make(
        locator,
        defaults,
        report=f"tg-{channel}-{main['id']}",
        text=text,
        named=True,
        beside=beside,
        source=name,
        published=_instant(main, "date_unixtime", "date"),
        dated_by="message",
        author=author if isinstance(author, str) and author != name else None,
        post=post,
        media=media,
    )


def _media(source: Source, album: list[dict[str, Any]]) -> tuple[tuple[Media, ...], tuple[Beside, ...]]:
    media: list[Media] = []
    beside: list[Beside] = []
    for message in album:
        for key in _FILES:
            name = message.get(key)
            if not isinstance(name, str) or not name:
                continue
            kind = message.get("mime_type")
            kind = kind if isinstance(kind, str) else mimetypes.guess_type(name)[0]
            media.append(Media(name=name, media_type=kind))
            path = None if name.startswith(_LEFT_OUT) else source.beside(name)
            if path is not None:
                beside.append(Beside(name, kind, opener(path)))
    return tuple(media), tuple(beside)


class opener:  # noqa: N801 - called like a function
    """Open a file when asked, not before."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> io.BufferedIOBase:
        """Return the file, open for reading."""
        return self.path.open("rb")

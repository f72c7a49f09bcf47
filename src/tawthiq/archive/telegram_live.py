"""Read public channels of Telegram through telethon (the extra `tawthiq[telegram]`), and write them as the Desktop program exports.

Credentials come from the environment: TAWTHIQ_TELEGRAM_API_ID, TAWTHIQ_TELEGRAM_API_HASH and TAWTHIQ_TELEGRAM_SESSION (telethon's
string session). What is written is read by the same reader as any export, so that posts have the same identity.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tawthiq.archive.collect import Listed
from tawthiq.archive.limits import Refused

_VARIABLES = ("TAWTHIQ_TELEGRAM_API_ID", "TAWTHIQ_TELEGRAM_API_HASH", "TAWTHIQ_TELEGRAM_SESSION")
_LARGEST_PHOTO = 20_000_000


def connect() -> Any:
    """Return a connected client; raises Refused with what is missing."""
    try:
        from telethon.sessions import StringSession
        from telethon.sync import TelegramClient
    except ImportError:
        raise Refused("telethon is not installed: pip install tawthiq[telegram]") from None
    if missing := [name for name in _VARIABLES if not os.environ.get(name)]:
        raise Refused(f"set {', '.join(missing)}")
    number, secret, session = (os.environ[name] for name in _VARIABLES)
    if not number.isdigit():
        raise Refused(f"{_VARIABLES[0]} is a number")
    client = TelegramClient(StringSession(session), int(number), secret)
    client.connect()
    if not client.is_user_authorized():
        raise Refused(f"{_VARIABLES[2]} is no session of an account")
    return client


def exporter(
    folder: Path, latest: Callable[[str], int | None], client: Callable[[], Any] = connect
) -> Callable[[Listed, int], Path | None]:
    """Return a function that writes what a channel holds that is new, and its last messages again, as an export in `folder`.

    `latest` answers with the highest message id that is known of a channel's id. The function returns None when the channel holds
    nothing, and raises Refused, "gone …" for a channel that is not there any more.
    """
    opened: list[Any] = []

    def write(listed: Listed, again: int) -> Path | None:
        if not opened:
            opened.append(client())
        try:
            entity = opened[0].get_entity(listed.at)
        except ValueError as error:
            raise Refused(f"gone: {error}") from None
        except (OSError, RuntimeError) as error:
            raise Refused(f"{type(error).__name__}: {error}") from None
        since = max(0, (latest(str(entity.id)) or 0) - again)
        target = folder / f"{listed.at}-{entity.id}"
        target.mkdir(parents=True, exist_ok=True)
        messages = [_message(m, entity, listed, target) for m in opened[0].iter_messages(entity, min_id=since, reverse=True)]
        if not messages:
            return None
        file = target / "result.json"
        sheet = {"name": entity.title, "type": "public_channel", "id": entity.id, "messages": messages}
        file.write_text(json.dumps(sheet, ensure_ascii=False, indent=1), encoding="utf-8")
        return file

    return write


def _message(message: Any, entity: Any, listed: Listed, folder: Path) -> dict[str, Any]:
    """Return a message in the shape of an export."""
    out: dict[str, Any] = {
        "id": message.id,
        "type": "service" if getattr(message, "action", None) is not None else "message",
        "date": message.date.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_unixtime": str(int(message.date.timestamp())),
        "from": entity.title,
        "from_id": f"channel{entity.id}",
        "text": message.message or "",
    }
    if message.edit_date is not None and not getattr(message, "edit_hide", False):
        out["edited_unixtime"] = str(int(message.edit_date.timestamp()))
    if getattr(message, "reply_to", None) is not None and message.reply_to.reply_to_msg_id:
        out["reply_to_message_id"] = message.reply_to.reply_to_msg_id
    if getattr(message, "forward", None) is not None:
        chat = getattr(message.forward, "chat", None)
        out["forwarded_from"] = getattr(chat, "title", None) or getattr(message.forward, "from_name", None)
    if getattr(message, "photo", None) is not None:
        name = f"photos/photo_{message.id}.jpg"
        out["photo"] = name
        size = getattr(getattr(message, "file", None), "size", 0) or 0
        if listed.media and size <= _LARGEST_PHOTO and (data := message.download_media(bytes)):
            (folder / "photos").mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
    elif getattr(message, "file", None) is not None:
        out["file"] = "(File not included. Change data exporting settings to download.)"
        out["mime_type"] = getattr(message.file, "mime_type", None)
    return out

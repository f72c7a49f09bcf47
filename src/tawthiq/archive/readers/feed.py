"""RSS and Atom feeds: an entry is a report, known by its id; its text is what the feed holds of it."""

from __future__ import annotations

import hashlib
import io
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lxml import etree, html

from tawthiq.archive.limits import LARGEST_TEXT
from tawthiq.archive.readers.base import Defaults, Found, Problem, Source, make

NAME = "feed 1"
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_BREAKS = "|".join(f"//{tag}" for tag in ("p", "br", "div", "li", "h1", "h2", "h3", "tr"))


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the entries of a feed."""
    import feedparser

    data = source.whole(LARGEST_TEXT)
    if _ENTITY.search(data):
        yield Problem("", "defines entities of its own, as bombs do: not read")
        return
    # Bytes as such could be taken for a name to open: a stream never is.
    feed = feedparser.parse(io.BytesIO(data), resolve_relative_uris=False)
    if not feed.get("version"):
        yield Problem("", "neither RSS nor Atom")
        return
    if not feed.entries:
        yield Problem("", "no entry in the feed")
    for number, entry in enumerate(feed.entries, 1):
        yield _entry(entry, number, feed.feed, source, defaults)


def _entry(entry: Any, number: int, feed: Any, source: Source, defaults: Defaults) -> Found:
    parts = [c.get("value", "") for c in entry.get("content", [])] or [entry.get("summary", "")]
    body = plain_text(max(parts, key=len))
    title = plain_text(entry.get("title", "")).replace("\n", " ").strip() or None
    key = str(entry.get("id") or entry.get("link") or "")
    mark = hashlib.sha256(f"{feed.get('link', '')}\n{key or title or ''}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    published = datetime.fromtimestamp(timegm(moment), UTC).isoformat() if moment else None
    return make(
        f"entry {number}",
        defaults,
        report=f"feed-{mark}",
        text=f"{title}\n\n{body}" if title and body and not body.startswith(title) else body or title or "",
        named=bool(key),
        title=title,
        source=plain_text(feed.get("title", "")).strip() or None,
        published=published,
        dated_by="feed" if published else None,
        author=entry.get("author") or None,
        url=entry.get("link") or None,
    )


def plain_text(value: str) -> str:
    """Return the words of a piece of HTML, a line for each of its blocks."""
    if "<" not in value:
        return html.fromstring(f"<p>{value}</p>").text_content() if "&" in value else value
    try:
        tree = html.fromstring(f"<div>{value}</div>")
    except (etree.ParserError, etree.XMLSyntaxError):
        return re.sub(r"<[^>]*>", " ", value)
    for block in tree.xpath(_BREAKS):
        block.tail = "\n" + (block.tail or "")
    return "\n".join(" ".join(line.split()) for line in str(tree.text_content()).split("\n") if line.strip())

"""Saved pages (`.html`, `.mhtml`): title, body, author, date and canonical url, by trafilatura; the page's chrome is left out.

The date is the page's own (JSON-LD, meta tags, else what trafilatura finds in its head): none is guessed from the text.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from tawthiq.archive.limits import LARGEST_TEXT, Refused
from tawthiq.archive.readers.base import Defaults, Found, Problem, Source, decode, make

NAME = "page 1"
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_LINKED = re.compile(r"<script[^>]*application/ld\+json[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_DATES = ("article:published_time", "datepublished", "dc.date.issued", "og:published_time", "publishdate", "pubdate")
_LARGEST_LINKED = 500_000
_DEEPEST = 200


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the one article of a page."""
    data = source.whole(LARGEST_TEXT)
    address = source.url
    if source.name.lower().endswith((".mhtml", ".mht")):
        data, address = _from_mhtml(data)
    stem = PurePosixPath(source.name).stem or "page"
    yield read_page(data, "", stem, defaults, address=address, named=source.url is not None)


def read_page(
    data: bytes,
    locator: str,
    name: str,
    defaults: Defaults,
    *,
    address: str | None = None,
    declared: str | None = None,
    named: bool = False,
) -> Found:
    """Return the article of a page's bytes; `address` is where it was, `declared` the encoding that the answer's head gives."""
    import trafilatura

    match = _CHARSET.search(data[:4096])
    try:
        text = decode(data, declared or (match[1].decode("ascii", "replace") if match else None))
    except ValueError as error:
        return Problem(locator, str(error))
    if too_deep(text):
        return Problem(locator, f"tags nested more than {_DEEPEST} deep")
    try:
        found = trafilatura.bare_extraction(
            text,
            url=address,
            favor_precision=False,
            include_comments=False,
            include_tables=False,
            with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except (RecursionError, ValueError, TypeError, AttributeError) as error:
        return Problem(locator, f"the page cannot be read: {type(error).__name__}")
    values: dict[str, Any] = found if isinstance(found, dict) else found.as_dict() if found is not None else {}
    body = values.get("text") or ""
    if not body.strip():
        return Problem(locator, "no article text found in the page")
    title = values.get("title") or None
    published = stated_date(text) or values.get("date")
    return make(
        locator,
        defaults,
        report=name,
        text=f"{title}\n\n{body}" if title and not body.startswith(title) else body,
        named=named,
        title=title,
        source=defaults.source or values.get("sitename") or values.get("hostname") or _host(address),
        published=published,
        dated_by="page" if published else None,
        author=values.get("author") or None,
        url=values.get("url") or address,
    )


def _host(address: str | None) -> str | None:
    return urlsplit(address).hostname if address else None


def too_deep(text: str) -> bool:
    """Say whether tags are opened much deeper than pages do, by counting them one after another."""
    depth = 0
    for match in re.finditer(r"<(/?)(div|span|p|ul|ol|li|table|tr|td|section|article|b|i|em|font|blockquote)\b", text):
        depth += -1 if match[1] else 1
        if depth > _DEEPEST * 10:
            return True
    return False


def stated_date(text: str) -> str | None:
    """Return the instant or day that a page's JSON-LD or meta tags give as its publication, None where they give none."""
    for block in _LINKED.findall(text[:LARGEST_TEXT])[:20]:
        if len(block) <= _LARGEST_LINKED and block.count("{") + block.count("[") < 2000:
            try:
                value = json.loads(block)
            except (ValueError, RecursionError):
                continue
            if date := _linked_date(value):
                return date
    for tag in _META.findall(text)[:500]:
        attributes = {k.lower(): a or b for k, a, b in _ATTRIBUTE.findall(tag)}
        name = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").lower()
        if name in _DATES and (date := _iso(attributes.get("content"))):
            return date
    return None


def _linked_date(value: Any) -> str | None:
    waiting = [value]
    for _ in range(2000):
        if not waiting:
            return None
        at = waiting.pop()
        if isinstance(at, dict):
            if date := _iso(at.get("datePublished")):
                return date
            waiting += list(at.values())
        elif isinstance(at, list):
            waiting += at
    return None


def _iso(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        return value.strip() if datetime.fromisoformat(value.strip()) else None
    except ValueError:
        return None


def _from_mhtml(data: bytes) -> tuple[bytes, str | None]:
    """Return the page inside a saved archive of one page, and its address."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                address = part.get("Content-Location") or message.get("Snapshot-Content-Location")
                return payload, str(address) if address else None
    raise Refused("no page in it")

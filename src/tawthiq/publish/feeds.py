"""Feeds of a publication: releases and newest incidents as Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tawthiq.publish.profile import Profile
from tawthiq.publish.redact import PublicIncident
from tawthiq.publish.sentences import sentence
from tawthiq.publish.words import Words

if TYPE_CHECKING:
    from tawthiq.publish.releases import Release

_MOST = 50
_ATOM = "http://www.w3.org/2005/Atom"


def write_feeds(found: Sequence[Release], incidents: Sequence[PublicIncident], out: Path, profile: Profile) -> None:
    """Write `feed.atom` and `feed.json`, Arabic first: an entry a release, and one for each of the newest incidents."""
    words = Words("ar")
    newest = sorted(incidents, key=lambda i: (i.start or "", i.id), reverse=True)[:_MOST]
    updated = found[-1].made_at
    first_seen = {name: release.made_at for release in reversed(found) for name in release.added}
    entries: list[dict[str, Any]] = [
        {
            "id": _tag(profile, found[0].made_at, f"release-{r.number}"),
            "title": words("release_title", n=r.number),
            "text": words("release_text", added=len(r.added), changed=len(r.changed), withdrawn=len(r.withdrawn)),
            "updated": r.made_at,
            "link": f"releases/{r.number}/brief-ar.html",
        }
        for r in reversed(found[-_MOST:])
    ]
    entries += [
        {
            "id": _tag(profile, found[0].made_at, i.id),
            "title": words.name("type", i.type),
            "text": sentence(i, words),
            "updated": first_seen.get(i.id, updated),
            "link": f"releases/{found[-1].number}/brief-ar.html#{i.id}",
        }
        for i in newest
    ]
    base = profile.base_url.rstrip("/")
    entries = [{**entry, "link": _link(base, entry["link"])} for entry in entries]
    text = atom(
        entries, key=_tag(profile, found[0].made_at, "feed"), title=profile.title("ar"), updated=updated, language="ar",
        author=profile.publisher or profile.title("ar"), own=f"{base}/feed.atom" if base else "",
    )  # fmt: skip
    write_whole(out / "feed.atom", text)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": profile.title("ar"),
        "language": "ar",
        **({"home_page_url": base + "/", "feed_url": f"{base}/feed.json"} if base else {}),
        "items": [
            {
                "id": e["id"],
                "title": e["title"],
                "content_text": e["text"],
                "date_modified": e["updated"],
                "url": e["link"],
            }
            for e in entries
        ],
    }
    write_whole(out / "feed.json", json.dumps(feed, ensure_ascii=False, indent=1) + "\n")


def _link(base: str, path: str) -> str:
    return f"{base}/{path}" if base else path


def _tag(profile: Profile, first: str, name: str) -> str:
    """Return an id that never changes and names no machine (RFC 4151)."""
    whose = hashlib.sha256((profile.publisher or profile.title("en")).encode()).hexdigest()[:12]
    return f"tag:{whose}.invalid,{first[:10]}:{name}"


def atom(
    entries: Sequence[Mapping[str, str]], *, key: str, title: str, author: str, updated: str, language: str, own: str = ""
) -> str:
    """Return a feed as Atom (RFC 4287): `key` is its id, `own` its address, "" where it is not known.

    An entry has `id`, `title`, `updated`, `text` and `link`.
    """
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})

    def add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
        made = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        made.text = text
        return made

    add(root, "id", key)
    add(root, "title", title)
    add(root, "updated", updated)
    add(add(root, "author"), "name", author)
    if own:
        add(root, "link", rel="self", href=own)
    for entry in entries:
        made = add(root, "entry")
        add(made, "id", entry["id"])
        add(made, "title", entry["title"])
        add(made, "updated", entry["updated"])
        add(made, "summary", entry["text"])
        add(made, "link", rel="alternate", href=entry["link"])
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)

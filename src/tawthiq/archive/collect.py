"""Poll the feeds, pages and public channels that a project lists, politely, and go on where the last poll stopped.

robots.txt is kept, a host is asked no more often than is set, and what did not change is not sent again (ETag, Last-Modified). A
source that is gone or does not answer is told as an observation, once, and so is its coming back; nothing is ever deleted for it.
"""

from __future__ import annotations

import json
import os
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from tawthiq.archive.fetch import AGENT, Answer, fetch
from tawthiq.archive.limits import Refused
from tawthiq.archive.readers.base import Defaults, Item, Source

_KINDS = {"feed": "url", "page": "url", "telegram": "channel"}
_SETTINGS = {"seconds_between": float, "messages": int}
_GONE = (404, 410)
_FOLLOWED = 50

Fetch = Callable[[str, dict[str, str]], Answer]


@dataclass(frozen=True, slots=True)
class Listed:
    """A source of sources.toml: kind ("feed", "page", "telegram"), address or channel, name, whether links or media are got too."""

    kind: str
    at: str
    name: str | None = None
    follow: bool = False
    media: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """What a project collects. `seconds_between` two requests to a host; `messages` of a channel are read again for edits."""

    listed: tuple[Listed, ...]
    seconds_between: float = 5.0
    messages: int = 100


@dataclass(frozen=True, slots=True)
class Got:
    """Something that was collected: an answer, or the folder of an export made of a channel."""

    listed: Listed
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was observed of a source: "gone", "unreachable" or "back", and why."""

    kind: str
    what: str
    why: str


def read_sources(path: Path) -> Sources:
    """Read sources.toml; raises ValueError that names what is wrong in it."""
    try:
        sheet = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path} is not there: list feeds, pages and channels in it (see docs/archive.md)") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: {error}") from None
    settings = sheet.pop("settings", {})
    for key, value in settings.items():
        if key not in _SETTINGS or isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ValueError(f"{path.name}: settings: {key} is none, or not a number from 0 up")
    listed = []
    for kind, rows in sheet.items():
        if kind not in _KINDS or not isinstance(rows, list):
            raise ValueError(f"{path.name}: [[{kind}]] is none of {', '.join(f'[[{k}]]' for k in _KINDS)}")
        for row in rows:
            at = row.get(_KINDS[kind])
            if not isinstance(at, str) or not at:
                raise ValueError(f"{path.name}: a [[{kind}]] has no {_KINDS[kind]}")
            if unknown := set(row) - {_KINDS[kind], "name", "follow", "media"}:
                raise ValueError(f"{path.name}: a [[{kind}]] knows no {', '.join(sorted(unknown))}")
            channel = at.removeprefix("https://t.me/").removeprefix("@") if kind == "telegram" else at
            listed.append(Listed(kind, channel, row.get("name"), bool(row.get("follow")), bool(row.get("media"))))
    if not listed:
        raise ValueError(f"{path.name} lists nothing to collect")
    return Sources(tuple(listed), **{k: _SETTINGS[k](v) for k, v in settings.items()})


class State:
    """What is known of each source between polls, in a file that is written whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            loaded = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            loaded = {}
        self.known: dict[str, dict[str, Any]] = loaded if isinstance(loaded, dict) else {}

    def of(self, what: str) -> dict[str, Any]:
        """Return what is known of a source, to be changed."""
        return self.known.setdefault(what, {})

    def save(self) -> None:
        """Write the state down."""
        partial = self.path.with_suffix(".part")
        partial.write_text(json.dumps(self.known, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(partial, self.path)


class Collector:
    """Polls sources one after another."""

    def __init__(
        self,
        sources: Sources,
        state: State,
        *,
        fetch: Fetch = fetch,
        telegram: Callable[[Listed, int], Path | None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sources, self.state = sources, state
        self._fetch, self._telegram, self._sleep, self._clock = fetch, telegram, sleep, clock
        self._asked: dict[str, float] = {}
        self._robots: dict[str, RobotFileParser | None] = {}

    def poll(self) -> Iterator[Got | Seen]:
        """Yield what is new and what was observed; the state of a source is kept once its yield was taken in."""
        for listed in self.sources.listed:
            yield from self._channel(listed) if listed.kind == "telegram" else self._address(listed, listed.at)

    def _channel(self, listed: Listed) -> Iterator[Got | Seen]:
        what = f"telegram:{listed.at}"
        if self._telegram is None:
            yield Seen("unreachable", what, "no way to Telegram: install tawthiq[telegram] and set its credentials")
            return
        try:
            file = self._telegram(listed, self.sources.messages)
        except Refused as error:
            gone = str(error).startswith("gone")
            yield from self._failed(what, "gone" if gone else "unreachable", str(error))
            return
        yield from self._back(what)
        if file is not None:
            yield Got(listed, what, file=file)
        self.state.save()

    def _address(self, listed: Listed, url: str) -> Iterator[Got | Seen]:
        known = self.state.of(url)
        try:
            if not self._allowed(url):
                yield from self._failed(url, "unreachable", "robots.txt asks not to fetch it")
                return
            answer = self._ask(
                url, {k: known[v] for k, v in (("If-None-Match", "etag"), ("If-Modified-Since", "modified")) if v in known}
            )
        except Refused as error:
            yield from self._failed(url, "unreachable", str(error))
            return
        if answer.status in _GONE or (answer.status >= 400 or answer.status not in (200, 304)):
            yield from self._failed(url, "gone" if answer.status in _GONE else "unreachable", f"answered with {answer.status}")
            return
        yield from self._back(url)
        if answer.status == 200:
            yield Got(listed, answer.url, answer.headers, answer.body)
            for key, header in (("etag", "etag"), ("modified", "last-modified")):
                known.pop(key, None)
                if header in answer.headers:
                    known[key] = answer.headers[header]
            self.state.save()
            if listed.kind == "feed" and listed.follow:
                yield from self._follow(listed, answer, known)

    def _follow(self, listed: Listed, answer: Answer, known: dict[str, Any]) -> Iterator[Got | Seen]:
        """Fetch the pages that a feed's new entries link to."""
        from tawthiq.archive.readers import feed

        source = Source.of_bytes("feed.xml", answer.body)
        links = [f.report.url for f in feed.read(source, Defaults()) if isinstance(f, Item) and f.report.url]
        done = known.setdefault("followed", [])
        for link in [link for link in links if link not in done][:_FOLLOWED]:
            yield from self._address(Listed("page", link, listed.name), link)
            done.append(link)
            known["followed"] = done[-20 * _FOLLOWED :]
            self.state.save()

    def _failed(self, what: str, kind: str, why: str) -> Iterator[Seen]:
        known = self.state.of(what)
        if known.get("state") != kind:
            yield Seen(kind, what, why)
            known["state"] = kind
            self.state.save()

    def _back(self, what: str) -> Iterator[Seen]:
        known = self.state.of(what)
        if known.pop("state", None) is not None:
            yield Seen("back", what, "answers again")

    def _ask(self, url: str, headers: dict[str, str]) -> Answer:
        """Fetch, no sooner after the last request to the host than is set."""
        host = urlsplit(url).netloc
        wait = self._asked.get(host, float("-inf")) + self.sources.seconds_between - self._clock()
        if wait > 0:
            self._sleep(wait)
        try:
            return self._fetch(url, headers)
        finally:
            self._asked[host] = self._clock()

    def _allowed(self, url: str) -> bool:
        """Say whether the host's robots.txt lets us fetch: one that cannot be had is a no, one that is not there a yes."""
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        if base not in self._robots:
            parser = RobotFileParser()
            try:
                answer = self._ask(f"{base}/robots.txt", {})
            except Refused as error:
                raise Refused(f"robots.txt: {error}") from None
            if answer.status >= 500:
                raise Refused(f"robots.txt answered with {answer.status}")
            parser.parse(answer.body.decode("utf-8", "replace").splitlines() if answer.status == 200 else [])
            self._robots[base] = parser
        found = self._robots[base]
        return found is None or found.can_fetch(AGENT, url)

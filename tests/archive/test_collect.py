"""Collecting, with a made-up web and a made-up Telegram: polite, going on where it stopped, never deleting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tawthiq.archive.collect import Collector, Got, Listed, Seen, Sources, State, read_sources
from tawthiq.archive.fetch import Answer
from tawthiq.archive.limits import Refused
from tawthiq.archive.reading import Item, Source, read_source
from tawthiq.archive.telegram_live import connect, exporter
from tests.archive.readers.test_documents import RSS

FEED, PAGE = "https://news.example/feed.xml", "https://other.example/page"


class Web:
    """Pages by address; what was asked, and when by a clock that only sleeping moves."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {FEED: (200, RSS.encode(), {"etag": "one"}), PAGE: (200, b"<html></html>", {})}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.now = 0.0
        self.times: list[tuple[str, float]] = []

    def fetch(self, url: str, headers: dict[str, str]) -> Answer:
        self.asked.append((url, headers))
        self.times.append((url, self.now))
        found = self.pages.get(url, (404, b"", {}))
        if isinstance(found, str):
            raise Refused(found)
        status, body, told = found
        if told.get("etag") and headers.get("If-None-Match") == told["etag"]:
            return Answer(304, url, told, b"")
        return Answer(status, url, told, body)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def poll(self, tmp_path: Path, *listed: Listed, **more: Any) -> list[Got | Seen]:
        collector = Collector(
            Sources(listed, 5.0),
            State(tmp_path / "collected.json"),
            fetch=self.fetch,
            sleep=self.sleep,
            clock=lambda: self.now,
            **more,
        )
        return list(collector.poll())


@pytest.fixture
def web() -> Web:
    return Web()


def test_what_did_not_change_is_not_sent_again(web: Web, tmp_path: Path) -> None:
    (first,) = web.poll(tmp_path, Listed("feed", FEED))
    assert isinstance(first, Got)
    assert first.body == RSS.encode()
    assert web.poll(tmp_path, Listed("feed", FEED)) == []
    assert web.asked[-1] == (FEED, {"If-None-Match": "one"})
    web.pages[FEED] = (200, RSS.encode(), {"etag": "two"})
    assert len(web.poll(tmp_path, Listed("feed", FEED))) == 1


def test_a_host_is_asked_slowly_and_other_hosts_do_not_wait(web: Web, tmp_path: Path) -> None:
    web.poll(tmp_path, Listed("feed", FEED), Listed("page", PAGE), Listed("page", "https://news.example/b"))
    moments = [at for url, at in web.times if "news.example" in url]
    assert all(b - a >= 5 for a, b in pairwise(moments))
    assert web.times[2] == ("https://other.example/robots.txt", 5.0)


def test_robots_txt_is_kept(web: Web, tmp_path: Path) -> None:
    web.pages["https://other.example/robots.txt"] = (200, b"User-agent: *\nDisallow: /page", {})
    (seen,) = web.poll(tmp_path, Listed("page", PAGE))
    assert isinstance(seen, Seen)
    assert "robots.txt" in seen.why
    assert PAGE not in [url for url, _ in web.asked]
    web.pages["https://news.example/robots.txt"] = (503, b"", {})
    (seen,) = web.poll(tmp_path, Listed("feed", FEED))
    assert isinstance(seen, Seen)


def test_a_source_that_disappears_is_observed_once_and_so_is_its_return(web: Web, tmp_path: Path) -> None:
    web.pages[PAGE] = (410, b"", {})
    assert web.poll(tmp_path, Listed("page", PAGE)) == [Seen("gone", PAGE, "answered with 410")]
    assert web.poll(tmp_path, Listed("page", PAGE)) == []
    web.pages[PAGE] = "ConnectError: no answer"
    assert [s.kind for s in web.poll(tmp_path, Listed("page", PAGE)) if isinstance(s, Seen)] == ["unreachable"]
    web.pages[PAGE] = (200, b"<html></html>", {})
    back, got = web.poll(tmp_path, Listed("page", PAGE))
    assert isinstance(back, Seen)
    assert back.kind == "back"
    assert isinstance(got, Got)


def test_a_poll_that_was_stopped_goes_on(web: Web, tmp_path: Path) -> None:
    """What was yielded but not taken in is yielded again; what was taken in is not."""
    listed = (Listed("feed", FEED), Listed("page", PAGE))
    collector = Collector(Sources(listed, 0.0), State(tmp_path / "collected.json"), fetch=web.fetch)
    polling = collector.poll()
    next(polling)
    del polling
    again = web.poll(tmp_path, *listed)
    assert [g.url for g in again if isinstance(g, Got)] == [FEED, PAGE]
    assert [g.url for g in web.poll(tmp_path, *listed) if isinstance(g, Got)] == [PAGE]


def test_the_pages_of_a_feed_are_followed_once(web: Web, tmp_path: Path) -> None:
    web.pages["https://example.org/1"] = (200, b"<html>one</html>", {})
    found = web.poll(tmp_path, Listed("feed", FEED, follow=True))
    assert [g.url for g in found if isinstance(g, Got)] == [FEED, "https://example.org/1"]
    web.pages[FEED] = (200, RSS.encode() + b" ", {"etag": "two"})
    assert [g.url for g in web.poll(tmp_path, Listed("feed", FEED, follow=True)) if isinstance(g, Got)] == [FEED]


SHEET = """
[settings]
seconds_between = 2

[[feed]]
url = "https://news.example/feed.xml"
name = "وكالة مختلقة"
follow = true

[[page]]
url = "https://other.example/page"

[[telegram]]
channel = "https://t.me/mukhtalaq"
media = true
"""


def test_the_sheet_of_sources(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(SHEET, encoding="utf-8")
    sources = read_sources(tmp_path / "sources.toml")
    assert sources.seconds_between == 2
    assert sources.listed == (
        Listed("feed", FEED, "وكالة مختلقة", follow=True),
        Listed("page", PAGE),
        Listed("telegram", "mukhtalaq", media=True),
    )


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("[[feed]]\nname = 'x'", "has no url"),
        ("[[radio]]\nurl = 'x'", "[[radio]]"),
        ("[[page]]\nurl = 'x'\ncolour = 1", "knows no colour"),
        ("[settings]\nseconds_between = -1\n[[page]]\nurl = 'x'", "seconds_between"),
        ("", "lists nothing"),
        ("[[page", "sources.toml"),
    ],
)
def test_a_wrong_sheet_says_what_is_wrong(tmp_path: Path, sheet: str, said: str) -> None:
    (tmp_path / "sources.toml").write_text(sheet)
    with pytest.raises(ValueError, match=said.replace("[", r"\[").replace("]", r"\]")):
        read_sources(tmp_path / "sources.toml")
    with pytest.raises(ValueError, match="is not there"):
        read_sources(tmp_path / "none.toml")


class Telegram:
    """A made-up client: a channel with messages, as telethon gives them."""

    def __init__(self) -> None:
        self.messages = [self.message(n, f"قُتل مدني بلغم رقم {n}") for n in (1, 2, 3)]
        self.there = True
        self.asked: list[int] = []

    @staticmethod
    def message(number: int, text: str, **more: Any) -> Any:
        values = {"action": None, "edit_date": None, "reply_to": None, "forward": None, "photo": None, "file": None}
        at = datetime(2022, 3, 12, 10, number, tzinfo=UTC)
        return SimpleNamespace(id=number, message=text, date=at, **(values | more))

    def get_entity(self, name: str) -> Any:
        if not self.there:
            raise ValueError(f"No user has {name!r} as username")
        return SimpleNamespace(id=1550001234, title="قناة مختلقة")

    def iter_messages(self, entity: Any, min_id: int, reverse: bool) -> Iterator[Any]:
        self.asked.append(min_id)
        return (m for m in self.messages if m.id > min_id)


def test_a_channel_is_written_as_an_export_and_read_as_one(web: Web, tmp_path: Path) -> None:
    client = Telegram()
    client.messages.append(
        client.message(
            4,
            "صورة",
            photo=object(),
            file=SimpleNamespace(size=5, mime_type="image/jpeg"),
            download_media=lambda kind: b"photo",
            edit_date=datetime(2022, 3, 12, 11, tzinfo=UTC),
            reply_to=SimpleNamespace(reply_to_msg_id=3),
            forward=SimpleNamespace(chat=SimpleNamespace(title="قناة أخرى"), from_name=None),
        )
    )
    client.messages.append(client.message(5, "", action=object()))
    telegram = exporter(tmp_path / "out", lambda channel: 150, lambda: client)
    assert web.poll(tmp_path, Listed("telegram", "mukhtalaq", media=True), telegram=telegram) == []
    assert client.asked == [50]
    telegram = exporter(tmp_path / "out", lambda channel: None, lambda: client)
    (got,) = web.poll(tmp_path, Listed("telegram", "mukhtalaq", media=True), telegram=telegram)
    assert isinstance(got, Got)
    assert got.file is not None
    items = [f for f in read_source(Source.of_file(got.file)) if isinstance(f, Item)]
    assert [i.report.report for i in items] == [f"tg-1550001234-{n}" for n in (1, 2, 3, 4)]
    last = items[-1].report.post
    assert last is not None
    assert (last.edited, last.reply_to, last.forwarded_from) == ("2022-03-12T11:00:00+00:00", "3", "قناة أخرى")
    assert items[-1].beside[0].open().read() == b"photo"


def test_a_channel_that_is_gone_is_observed(web: Web, tmp_path: Path) -> None:
    client = Telegram()
    client.there = False
    telegram = exporter(tmp_path / "out", lambda channel: None, lambda: client)
    (seen,) = web.poll(tmp_path, Listed("telegram", "mukhtalaq"), telegram=telegram)
    assert isinstance(seen, Seen)
    assert seen.kind == "gone"


def test_without_credentials_the_line_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_ID", "API_HASH", "SESSION"):
        monkeypatch.delenv(f"TAWTHIQ_TELEGRAM_{name}", raising=False)
    with pytest.raises(Refused, match=r"TAWTHIQ_TELEGRAM_API_ID|telethon is not installed"):
        connect()


def test_the_state_survives_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{broken")
    state = State(tmp_path / "s.json")
    state.of("x")["etag"] = "1"
    state.save()
    assert json.loads((tmp_path / "s.json").read_text()) == {"x": {"etag": "1"}}

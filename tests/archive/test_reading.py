from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tawthiq.archive.reading import Defaults, Found, Item, Problem, find_files, language_of, listed_urls, read_bytes, why_not


def read(name: str, data: bytes, defaults: Defaults = Defaults()) -> list[Found]:  # noqa: B008
    return list(read_bytes(name, data, defaults))


def one(name: str, data: bytes, defaults: Defaults = Defaults()) -> Item:  # noqa: B008
    (found,) = read(name, data, defaults)
    assert isinstance(found, Item)
    return found


def reason(name: str, data: bytes) -> str:
    (found,) = read(name, data)
    assert isinstance(found, Problem)
    return found.reason


def test_a_text_file_is_one_report_with_its_title() -> None:
    item = one("حادث.txt", "انفجار في الشحيل\n\nقُتل عنصر.".encode(), Defaults(source="شبكة", published="2023-01-02"))
    report = item.report
    assert (report.report, report.title, report.source, report.published) == ("حادث", "انفجار في الشحيل", "شبكة", "2023-01-02")
    assert (report.language, item.named) == ("ar", False)


def test_a_report_in_json_keeps_its_text_and_never_its_claims() -> None:
    value = {
        "report": "D1",
        "source": "X",
        "language": "ar",
        "published": "2022-01-01",
        "title": None,
        "text": "نص",
        "claims": [1],
        "more": 2,
    }
    item = one("a.json", json.dumps(value).encode())
    given = {k: value[k] for k in ("report", "source", "language", "published", "text")}
    assert item.report.model_dump(exclude_none=True, exclude_defaults=True) == given | {"dated_by": "file"}
    assert item.named


def test_json_lines_go_on_after_a_bad_line() -> None:
    data = b'{"text": "one"}\nnot json\n\n{"title": "no text"}\n[1]\n{"report": 7, "text": "two"}\n'
    found = read("r.jsonl", data)
    assert [type(f).__name__ for f in found] == ["Item", "Problem", "Problem", "Problem", "Item"]
    assert [f.locator for f in found if isinstance(f, Item | Problem)] == ["line 1", "line 2", "line 4", "line 5", "line 6"]
    assert isinstance(found[0], Item)
    assert isinstance(found[4], Item)
    assert (found[0].report.report, found[4].report.report) == ("r-1", "7")


def test_a_page_gives_its_article_without_chrome(examples: Path) -> None:
    item = one("page.html", (examples / "ex14-page.html").read_bytes())
    assert "بادية الرصافة" in item.report.text
    assert "Facebook" not in item.report.text
    assert "الرئيسية" not in item.report.text
    assert (item.report.published or "")[:10] == "2022-03-14"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"  \n ", "no text"),
        ("a.txt", b"\x00\x01\x02", "binary"),
        ("a.txt", "Война".encode("cp1251") * 9, "not UTF-8"),
        ("a.json", b"{", "not JSON"),
        ("a.json", b"[]", "no report"),
        ("a.json", b'"text"', "JSON object"),
        ("a.json", b'{"text": "  "}', 'no "text"'),
        ("a.json", b'{"text": "x", "title": {"a": 1}}', '"title" is not text'),
        ("a.json", b'{"a":' * 200_000, "nested"),
        ("a.jsonl", b"\n\n", "empty"),
        ("a.html", b"<html><body></body></html>", "no article"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_reason(name: str, data: bytes, said: str) -> None:
    assert said in reason(name, data)


def test_utf16_and_a_byte_order_mark_are_read() -> None:
    assert one("a.txt", "قصف".encode("utf-16")).report.text == "قصف"
    assert one("a.txt", b"\xef\xbb\xbf" + "قصف".encode()).report.text == "قصف"


def test_code_pages_of_arabic_are_guessed_right() -> None:
    words = "قُتل ثلاثة مدنيين بقصف على بلدة الشحيل"
    assert one("a.txt", words.encode("utf-16-le")).report.text == words
    assert one("a.txt", words.encode("cp1256")).report.text == words
    assert one("a.txt", ("Report: " + words).encode("cp1256")).report.text.endswith(words)


def test_a_list_of_addresses_is_known() -> None:
    assert listed_urls("list.txt", b"# mine\nhttps://example.org/a\n\nhttp://example.org/b\n") == [
        "https://example.org/a",
        "http://example.org/b",
    ]
    assert listed_urls("list.txt", b"https://example.org/a and words\n") == []


def test_half_a_surrogate_keeps_its_place() -> None:
    item = one("a.json", b'{"text": "a\\ud83db"}')
    assert item.report.text == "a\ufffdb"


@pytest.mark.parametrize(("text", "language"), [("قصف قوات", "ar"), ("The army", "en"), ("😂 123", "und"), ("داعش ISIS", "ar")])
def test_the_language_is_told_by_letters(text: str, language: str) -> None:
    assert language_of(text) == language


def test_folders_are_walked_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.json", "sub/c.html", ".hidden/d.txt", "music.mp3"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    found = find_files(tmp_path)
    assert [p.name for p in found] == ["a.json", "b.txt", "music.mp3", "c.html"]
    assert [p.name for p in found if why_not(p.name)] == ["music.mp3"]


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.json", "a.jsonl", "a.md"]))
def test_any_bytes_give_reports_or_reasons(data: bytes, name: str) -> None:
    for found in read(name, data):
        assert isinstance(found, Item) or (isinstance(found, Problem) and found.reason)

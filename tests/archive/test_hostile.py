"""Files made to do harm: each is stopped with a reason, quickly, and the rest goes on."""

from __future__ import annotations

import gzip
import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from tawthiq.archive.limits import Inflating, Refused, check_zip, inside, shown
from tawthiq.archive.readers import pictures
from tawthiq.archive.reading import Found, Item, Problem, Source, read_bytes, read_source
from tests.archive.readers.test_documents import W, docx, page, warc

MEGABYTE = 1 << 20


def problem(found: list[Found]) -> str:
    (only,) = found
    assert isinstance(only, Problem), only
    return only.reason


def timed(name: str, data: bytes, seconds: float = 10.0) -> list[Found]:
    began = time.perf_counter()
    found = list(read_bytes(name, data))
    assert time.perf_counter() - began < seconds
    return found


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"[" * 1_000_000),
        ("a.json", b'{"a":' * 1_000_000),
        ("a.jsonl", b"[" * 1_000_000 + b"\n"),
        ("result.json", b'{"name":"x","type":"t","id":1,"messages":[{"id":1,"type":"message","text":' + b"[" * 1_000_000),
    ],
)
def test_json_nested_a_million_deep(name: str, data: bytes) -> None:
    assert "nested more than" in problem(timed(name, data))


def test_json_too_deep_in_a_large_file_costs_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "deep.json"
    with file.open("wb") as out:
        out.write(b"[")
        for _ in range(30):
            out.write(b"[" * MEGABYTE)
    tracemalloc.start()
    found = list(read_source(Source.of_file(file)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "nested more than" in problem(found)
    assert peak < 20 * MEGABYTE


def bomb(size: int = 60 * MEGABYTE) -> bytes:
    return gzip.compress(b"\x00" * size, 9)


def test_a_gzip_bomb_is_stopped_where_it_grows() -> None:
    with pytest.raises(Refused, match="bomb"):
        io.BufferedReader(Inflating(io.BytesIO(bomb()))).read()
    stream = io.BufferedReader(Inflating(io.BytesIO(gzip.compress(b"a") + gzip.compress(b"b"))))
    assert stream.read() == b"ab"
    with pytest.raises(ValueError, match="damaged"):
        Inflating(io.BytesIO(b"\x1f\x8b damaged")).read(10)


def test_a_warc_that_is_a_bomb() -> None:
    assert "bomb" in problem(timed("a.warc.gz", bomb()))


def zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.wacz", "a.docx", "a.xlsx"])
def test_a_zip_bomb(name: str) -> None:
    inner = {"archive/data.warc.gz": b"\x00" * 60 * MEGABYTE, "word/document.xml": b" " * 60 * MEGABYTE}
    assert "bomb" in problem(timed(name, zip_of(inner)))


@pytest.mark.parametrize("member", ["../../evil.warc", "/etc/evil.warc", "archive\\..\\..\\evil.warc", "C:/evil.warc"])
def test_a_path_that_leads_out_of_a_zip(member: str) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_of({member: b"x"}))) as packed, pytest.raises(Refused, match="leads out"):
        check_zip(packed)
    assert not inside(member)
    assert inside("archive/data..warc")


def test_a_zip_with_a_name_that_turns_writing_around() -> None:
    assert "U+202E" in problem(timed("a.wacz", zip_of({"../photo\u202egpj.exe": b"x"})))
    assert shown("a\u202eb\x07") == "a<U+202E>b<U+0007>"


ENTITIES = "<!DOCTYPE b [" + "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "x" * 100}">' for i in range(10)) + "]>"


def test_xml_entity_bombs() -> None:
    feed = f'<?xml version="1.0"?>{ENTITIES}<rss version="2.0"><channel><title>&e9;</title></channel></rss>'
    assert "entities" in problem(timed("a.rss", feed.encode()))
    body = f"{ENTITIES}<w:document {W}><w:body><w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:document>"
    assert "entities" in problem(timed("a.docx", docx(body)))
    outside = '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>' + f"<w:document {W}>&y;</w:document>"
    assert "entities" in problem(timed("a.docx", docx(outside)))


def test_a_page_of_tags_without_end() -> None:
    assert "nested" in problem(timed("a.html", b"<html><body>" + b"<div>" * 300_000 + b"x"))


@pytest.mark.parametrize(
    "data", [b"<html>" + b"<p" * 200_000, b"<!--" * 200_000, b"<a href='" * 100_000, ("<p>" + "&#1606;" * 300_000).encode()]
)
def test_pages_of_broken_markup_end(data: bytes) -> None:
    timed("a.html", data, 30)


@pytest.mark.skipif(pictures.unavailable() is not None, reason="tesseract with Arabic is not here")
def test_a_picture_of_too_many_points() -> None:
    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert "points" in problem(timed("a.png", out.getvalue()))


def test_one_bad_item_never_stops_the_rest() -> None:
    good = b'{"text": "\xd9\x82\xd8\xb5\xd9\x81"}\n'
    found = timed("a.jsonl", good + b"[" * 100_000 + b"\n" + b"\xff\xfe\n" + good)
    assert [type(f) for f in found] == [Item, Problem, Problem, Item]


def test_a_bad_record_of_an_archive_is_named_and_the_rest_goes_on() -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    head = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("Content-Encoding", "gzip")], protocol="HTTP/1.1")
    writer.write_record(writer.create_warc_record("https://a.example", "response", payload=io.BytesIO(bomb()), http_headers=head))
    found = timed("a.warc.gz", out.getvalue() + warc(), 30)
    assert [type(f) for f in found] == [Problem, Item, Item]


@pytest.mark.parametrize(
    "name", ["a.txt", "a.json", "a.html", "a.rss", "a.csv", "a.warc", "a.pdf", "a.docx", "a.xlsx", "a.wacz", "a.png"]
)
@pytest.mark.parametrize("data", [bytes(range(256)) * 40, b"\xff" * 5000, b"\x00" * 5000, b"\x1f\x8b\x08" + b"x" * 500])
def test_noise_under_any_name_is_a_problem_and_no_crash(name: str, data: bytes) -> None:
    found = timed(name, data, 30)
    assert found
    assert all(isinstance(f, Problem) for f in found), found


def test_links_beside_an_export_are_not_followed_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "photo.jpg").symlink_to(tmp_path / "secret.txt")
    (folder / "result.json").write_text("{}")
    source = Source.of_file(folder / "result.json")
    assert source.beside("photo.jpg") is None
    assert source.beside("../secret.txt") is None


def test_a_page_stays_readable_next_to_all_this() -> None:
    assert isinstance(timed("a.html", page().encode())[0], Item)

"""Pages, web archives, feeds, documents, pictures and tables, made by the tools that make them; every text is invented."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image, ImageDraw, ImageFont
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tawthiq.archive.readers import pictures
from tawthiq.archive.reading import Defaults, Found, Item, Problem, read_bytes

ARTICLE = "انفجرت عبوة ناسفة بسيارة عسكرية قرب بلدة الشحيل في ريف دير الزور الشرقي، وأدى الانفجار إلى مقتل عنصرين. "


def page(more: str = "", words: str = ARTICLE * 4) -> str:
    return (
        f'<!DOCTYPE html><html lang="ar"><head><meta charset="utf-8"><title>انفجار في الشحيل</title>{more}</head><body>'
        f"<nav><a href='/'>الرئيسية</a></nav><article><h1>انفجار في الشحيل</h1><p>{words}</p><p>{ARTICLE * 2}</p></article>"
        "<footer>اشترك في نشرتنا</footer></body></html>"
    )


def items(found: list[Found]) -> list[Item]:
    return [f for f in found if isinstance(f, Item)]


def one(name: str, data: bytes, defaults: Defaults = Defaults()) -> Item:  # noqa: B008
    (found,) = read_bytes(name, data, defaults)
    assert isinstance(found, Item), found
    return found


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ('<meta property="article:published_time" content="2022-03-12T13:00:00+03:00">', "2022-03-12T13:00:00+03:00"),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "datePublished": "2022-03-11T08:00:00Z"}]}</script>',
            "2022-03-11T08:00:00Z",
        ),
        ('<script type="application/ld+json">{broken</script><meta name="pubdate" content="2022-03-10">', "2022-03-10"),
        ("", None),
    ],
)
def test_a_page_is_dated_by_itself_alone(head: str, published: str | None) -> None:
    report = one("a.html", page(head).encode()).report
    assert (report.published, report.dated_by) == (published, "page" if published else None)
    assert "الرئيسية" not in report.text
    assert "نشرتنا" not in report.text


def test_a_page_gives_its_address_and_site() -> None:
    head = '<link rel="canonical" href="https://example.org/a1"><meta property="og:site_name" content="موقع مختلق">'
    report = one("a.html", page(head).encode()).report
    assert (report.url, report.source, report.title) == ("https://example.org/a1", "موقع مختلق", "انفجار في الشحيل")


def test_a_page_in_windows_1256_is_read() -> None:
    data = page().replace('charset="utf-8"', 'charset="windows-1256"').encode("cp1256")
    assert "الشحيل" in one("a.html", data).report.text


def test_a_page_saved_as_mhtml() -> None:
    import email.mime.multipart
    import email.mime.text

    whole = email.mime.multipart.MIMEMultipart("related")
    whole["Snapshot-Content-Location"] = "https://example.org/saved"
    whole.attach(email.mime.text.MIMEText(page(), "html", "utf-8"))
    report = one("a.mhtml", whole.as_bytes()).report
    assert "الشحيل" in report.text
    assert report.url == "https://example.org/saved"


def warc(packed: bool = True) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for address, kind, status, body in (
        ("https://example.org/news/one", "text/html; charset=utf-8", "200 OK", page().encode()),
        ("https://example.org/style.css", "text/css", "200 OK", b"body {}"),
        ("https://example.org/gone", "text/html", "404 Not Found", b"<html></html>"),
        ("https://example.org/note.txt", "text/plain", "200 OK", "قُتل مدني بلغم".encode()),
    ):
        head = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(address, "response", payload=io.BytesIO(body), http_headers=head))
        writer.write_record(writer.create_warc_record(address, "request", payload=io.BytesIO(b"GET / HTTP/1.1\r\n\r\n")))
    return out.getvalue()


@pytest.mark.parametrize(("name", "packed"), [("a.warc.gz", True), ("a.warc", False)])
def test_a_web_archive_gives_its_pages(name: str, packed: bool) -> None:
    found = items(list(read_bytes(name, warc(packed))))
    assert [i.report.url for i in found] == ["https://example.org/news/one", "https://example.org/note.txt"]
    assert "الرئيسية" not in found[0].report.text
    assert found[0].locator.startswith("record <urn:uuid:")
    assert found[0].named
    assert found[0].report.report.startswith("one-")


def test_a_wacz_as_browsertrix_writes_it() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("archive/data.warc.gz", warc())
        packed.writestr("pages/pages.jsonl", json.dumps({"format": "json-pages-1.0"}))
        packed.writestr("datapackage.json", "{}")
    assert len(items(list(read_bytes("a.wacz", out.getvalue())))) == 2


def test_a_damaged_archive_gives_what_is_whole() -> None:
    data = warc(False)
    found = list(read_bytes("a.warc", data[: len(data) - 200]))
    assert len(items(found)) >= 1


RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>وكالة مختلقة</title><link>https://example.org</link>
<item><title>انفجار في الشحيل</title><link>https://example.org/1</link><guid>one</guid>
<pubDate>Sat, 12 Mar 2022 13:00:00 +0300</pubDate><description>&lt;p&gt;قُتل عنصران&lt;/p&gt;&lt;p&gt;وجُرح ثالث&lt;/p&gt;</description></item>
<item><title>خبر بلا تاريخ</title><guid>two</guid></item></channel></rss>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>وكالة مختلقة</title><id>x</id>
<updated>2022-03-12T10:00:00Z</updated><entry><title>انفجار</title><id>urn:1</id><updated>2022-03-12T10:00:00Z</updated>
<content type="html">&lt;p&gt;قُتل عنصران في الشحيل&lt;/p&gt;</content></entry></feed>"""


def test_feeds() -> None:
    first, second = items(list(read_bytes("a.rss", RSS.encode())))
    assert first.report.text == "انفجار في الشحيل\n\nقُتل عنصران\nوجُرح ثالث"
    assert (first.report.published, first.report.dated_by) == ("2022-03-12T10:00:00+00:00", "feed")
    assert (first.report.source, first.report.url, first.named) == ("وكالة مختلقة", "https://example.org/1", True)
    assert (second.report.text, second.report.published) == ("خبر بلا تاريخ", None)
    (entry,) = items(list(read_bytes("a.atom", ATOM.encode())))
    assert entry.report.text == "انفجار\n\nقُتل عنصران في الشحيل"
    assert entry.report.published == "2022-03-12T10:00:00+00:00"
    assert isinstance(next(iter(read_bytes("a.xml", b"<x/>"))), Problem)


def pdf(text: bytes) -> bytes:
    """A document of one page with a text layer, its parts written by hand as the format says."""
    stream = b"BT /F1 18 Tf 40 700 Td (" + text + b") Tj ET"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (Daily report) >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += str(number).encode() + b" 0 obj\n" + part + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"trailer << /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n" + str(table).encode() + b"\n%%EOF\n"


def test_a_pdf_with_text() -> None:
    report = one("daily.pdf", pdf(b"Three civilians were killed by shelling")).report
    assert "Three civilians were killed by shelling" in report.text
    assert (report.title, report.read_by_machine) == ("Daily report", None)
    (problem,) = read_bytes("bad.pdf", b"%PDF-1.4 nothing")
    assert isinstance(problem, Problem)


def docx(body: str, kind: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>")
        packed.writestr(kind, body)
    return out.getvalue()


W = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"


def test_a_word_document() -> None:
    body = (
        f"<w:document {W}><w:body><w:p><w:r><w:t>انفجار في الشحيل</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>قُتل</w:t></w:r><w:r><w:tab/><w:t>مدنيان</w:t></w:r></w:p></w:body></w:document>"
    )
    assert one("a.docx", docx(body)).report.text == "انفجار في الشحيل\nقُتل\tمدنيان"
    (problem,) = read_bytes("a.docx", docx("<x/>", "other.xml"))
    assert isinstance(problem, Problem)


FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def picture(text: str) -> bytes:
    image = Image.new("RGB", (900, 160), "white")
    ImageDraw.Draw(image).text((20, 40), text, fill="black", font=ImageFont.truetype(str(FONT), 48))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.skipif(
    pictures.unavailable() is not None or not FONT.is_file(), reason="tesseract with Arabic, or the font, is not here"
)
def test_a_picture_is_read_with_its_confidence() -> None:
    report = one("a.png", picture("Three civilians killed")).report
    assert "civilians killed" in report.text
    assert report.read_by_machine is not None
    assert 0.5 < report.read_by_machine <= 1


@pytest.mark.skipif(
    pictures.unavailable() is not None or not FONT.is_file(), reason="tesseract with Arabic, or the font, is not here"
)
def test_a_scanned_pdf_is_read_by_its_pictures() -> None:
    out = io.BytesIO()
    Image.open(io.BytesIO(picture("Three civilians killed"))).save(out, "PDF")
    report = one("scan.pdf", out.getvalue()).report
    assert "civilians" in report.text
    assert report.read_by_machine is not None


def test_without_tesseract_the_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    (problem,) = read_bytes("a.png", b"x")
    assert isinstance(problem, Problem)
    assert "tesseract-ocr-ara" in problem.reason


MAP = Defaults(columns={"text": "نص", "published": "تاريخ"})


def test_a_table_with_its_columns_mapped() -> None:
    data = "تاريخ;نص;المصدر\n2022-03-12;قُتل مدني;أ\n13/03/2022;انفجرت عبوة;ب\nأمس;خبر;ج\n;;\n2022-03-14;;د\n"
    found = list(read_bytes("t.csv", data.encode("utf-8-sig"), MAP))
    assert [(i.locator, i.report.text, i.report.published) for i in items(found)] == [
        ("row 2", "قُتل مدني", "2022-03-12"),
        ("row 3", "انفجرت عبوة", "2022-03-13"),
        ("row 4", "خبر", None),
    ]
    assert [(p.locator, p.reason.split(":")[0].split("'")[0]) for p in found if isinstance(p, Problem)] == [
        ("row 4", "its date "),
        ("row 6", "no text in it"),
    ]


def test_a_table_says_what_is_missing() -> None:
    for data, said in (
        (b"a,b\n1,2\n", "which column holds the text"),
        (b"text,b\n", "no row"),
        (b"", "empty"),
    ):
        (problem,) = read_bytes("t.csv", data)
        assert isinstance(problem, Problem)
        assert said in problem.reason
    (problem,) = read_bytes("t.csv", b"a,b\n1,2\n", MAP)
    assert isinstance(problem, Problem)
    assert "no column 'نص'" in problem.reason
    problem, item = read_bytes("t.csv", b"text,date\nx,03/04/2022\n")
    assert isinstance(problem, Problem)
    assert "--date-order" in problem.reason
    assert isinstance(item, Item)


def test_a_workbook_of_reports() -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["text", "date", "id"], ["قُتل مدني", "2022-03-12", 7], [None, None, None], ["خبر", None, None]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    first, second = items(list(read_bytes("t.xlsx", out.getvalue())))
    assert (first.report.report, first.named, first.report.published) == ("7", True, "2022-03-12")
    assert (second.report.report, second.locator) == ("t-4", "row 4")
    (problem,) = read_bytes("t.xlsx", b"PK\x03\x04 broken")
    assert isinstance(problem, Problem)


def test_a_table_in_windows_1256_is_read() -> None:
    (item,) = items(list(read_bytes("t.csv", "text,date\nقُتل مدني,2022-03-12\n".encode("cp1256"))))
    assert item.report.text == "قُتل مدني"

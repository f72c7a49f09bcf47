"""Small whole files of every kind that is read, invented, to be damaged: their names say the reader."""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache

_TEXT = "قصفت قوات النظام بلدة العشارة بقذائف الهاون أمس، ما أدى إلى مقتل مدنيين اثنين وإصابة ثلاثة بجروح (نص مُختلَق)."


@cache
def files() -> dict[str, bytes]:
    """Return the files by name."""
    return {
        "note.txt": _TEXT.encode(),
        "old.txt": _TEXT.encode("windows-1256", "replace"),
        "note.md": f"# خبر\n\n{_TEXT}\n".encode(),
        "page.html": f"<html lang=ar><head><title>خبر</title></head><body><article><p>{_TEXT}</p></article></body></html>".encode(),
        "page.mhtml": _mhtml(),
        "report.json": json.dumps({"report": "a", "text": _TEXT, "published": "2024-05-01"}).encode(),
        "reports.jsonl": b"\n".join(json.dumps({"report": f"r{n}", "text": _TEXT}).encode() for n in range(3)),
        "result.json": _telegram(),
        "messages.html": _telegram_html(),
        "chat.txt": "".join(f"[{n + 12}/05/2024, 10:0{n}:00] شبكة: {_TEXT}\n" for n in range(1, 5)).encode(),
        "pages.warc": _warc(),
        "pages.wacz": _zip({"archive/data.warc": _warc(), "datapackage.json": b"{}"}),
        "feed.xml": f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><item><title>خبر</title><link>https://example.org/1</link><description>{_TEXT}</description></item></channel></rss>'.encode(),
        "paper.pdf": _pdf(),
        "paper.docx": _docx(),
        "rows.csv": f"text,date,source\n{_TEXT},2024-05-01,شبكة\n{_TEXT},03/04/2024,شبكة\n".encode(),
        "rows.xlsx": _xlsx(),
    }  # fmt: skip


def _telegram() -> bytes:
    messages = [
        {"id": n, "type": "message", "date": "2024-05-01T10:00:00", "text": [_TEXT, {"type": "bold", "text": "x"}]} for n in (1, 2)
    ]
    return json.dumps({"name": "شبكة", "type": "public_channel", "id": 7, "messages": messages}).encode()


def _telegram_html() -> bytes:
    one = '<div class="message default clearfix" id="message{n}"><div class="body"><div class="pull_right date details" title="01.05.2024 10:00:00 UTC+03:00">10:00</div><div class="from_name">شبكة</div><div class="text">{t}</div></div></div>'
    return (
        '<!DOCTYPE html><html><body><div class="page_wrap"><div class="page_header"><div class="text bold">شبكة</div></div><div class="page_body chat_page"><div class="history">'
        + "".join(one.format(n=n, t=_TEXT) for n in (1, 2))
        + "</div></div></div></body></html>"
    ).encode()


def _mhtml() -> bytes:
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    whole = MIMEMultipart("related")
    whole["Subject"], whole["Snapshot-Content-Location"] = "x", "https://example.org/1"
    whole.attach(MIMEText(f"<html><body><article><p>{_TEXT}</p></article></body></html>", "html", "utf-8"))
    return whole.as_bytes()


def _warc() -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False)
    head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
    body = io.BytesIO(f"<html><body><article><p>{_TEXT}</p></article></body></html>".encode())
    writer.write_record(writer.create_warc_record("https://example.org/1", "response", payload=body, http_headers=head))
    return out.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def _pdf() -> bytes:
    import typst

    made: bytes = typst.compile(f"#set page(width: 200pt, height: 120pt)\n{_TEXT}".encode())
    return made


def _docx() -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = f'<?xml version="1.0"?><w:document {space}><w:body><w:p><w:r><w:t>{_TEXT}</w:t></w:r></w:p></w:body></w:document>'
    return _zip({"word/document.xml": document.encode(), "[Content_Types].xml": b"<Types/>"})


def _xlsx() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("text", "date"), (_TEXT, "2024-05-01"), (_TEXT, 3)):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

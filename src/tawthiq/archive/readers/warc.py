"""Web archives: WARC (plain or gzip) and WACZ, as Browsertrix and auto-archiver write them; only text responses are read."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from tawthiq.archive.limits import LARGEST_TEXT, Inflating, Refused, check_growth, check_zip
from tawthiq.archive.readers import page
from tawthiq.archive.readers.base import Defaults, Found, Problem, Source, decode, make

NAME = "warc 1"
_PAGES = ("text/html", "application/xhtml+xml")
_BLOCK = 65536


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the pages of an archive, record by record."""
    seen = False
    if source.name.lower().endswith(".wacz"):
        with source.open() as file, zipfile.ZipFile(file) as packed:
            check_zip(packed)
            for name in sorted(packed.namelist()):
                if name.lower().endswith((".warc", ".warc.gz")):
                    with packed.open(name) as member:
                        for found in _records(member, defaults):
                            seen = True
                            yield found
    else:
        with source.open() as file:
            for found in _records(file, defaults):
                seen = True
                yield found
    if not seen:
        yield Problem("", "no page in the archive")


def _records(file: Any, defaults: Defaults) -> Iterator[Found]:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    buffered = file if hasattr(file, "peek") else io.BufferedReader(file)
    stream: Any = buffered
    if buffered.peek(2)[:2] == b"\x1f\x8b":
        stream = io.BufferedReader(Inflating(buffered), _BLOCK)
    try:
        for record in ArchiveIterator(stream, no_record_parse=False):
            found = _record(record, defaults)
            if found is not None:
                yield found
    except (ArchiveLoadFailed, EOFError, ValueError) as error:
        yield Problem("", f"damaged archive: {' '.join(str(error).split())[:160]}")


def _record(record: Any, defaults: Defaults) -> Found | None:
    if record.rec_type != "response" or record.http_headers is None:
        return None
    address = record.rec_headers.get_header("WARC-Target-URI") or ""
    locator = f"record {record.rec_headers.get_header('WARC-Record-ID') or address}"
    kind, _, rest = (record.http_headers.get_header("Content-Type") or "").partition(";")
    kind = kind.strip().lower()
    if record.http_headers.get_statuscode() != "200" or kind not in (*_PAGES, "text/plain"):
        return None
    try:
        data = _payload(record)
    except (Refused, ValueError, OSError) as error:
        return Problem(locator, str(error))
    declared = rest.partition("charset=")[2].strip(" \"';") or None
    if not data.strip():
        return Problem(locator, "an empty page")
    name = name_of(address)
    if kind in _PAGES:
        return page.read_page(data, locator, name, defaults, address=address, declared=declared, named=True)
    try:
        text = decode(data, declared)
    except ValueError as error:
        return Problem(locator, str(error))
    return make(locator, defaults, report=name, text=text, named=True, url=address)


def name_of(address: str) -> str:
    """Return a report's id for an address: the last part of its path, and a hash that tells addresses apart.

    >>> name_of("https://example.org/news/attack-in-town?id=3")
    'attack-in-town-4d3f'
    """
    path = PurePosixPath(address.split("?")[0].split("#")[0])
    mark = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{path.stem[:60] or 'page'}-{mark[:8]}"


def _payload(record: Any) -> bytes:
    """Return the body of a response, unpacked; raises Refused where it grows beyond a page."""
    stream = record.content_stream()
    out = bytearray()
    length = max(int(record.length or 1), 1)
    while block := stream.read(_BLOCK):
        out += block
        check_growth(length, len(out))
        if len(out) > LARGEST_TEXT:
            raise Refused(f"a page of more than {LARGEST_TEXT:,} bytes")
    return bytes(out)

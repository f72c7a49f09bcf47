"""PDF with a text layer, by pypdf; a scanned one by tesseract, page by page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import PurePosixPath

from tawthiq.archive.limits import LARGEST_TEXT, Refused
from tawthiq.archive.readers import pictures
from tawthiq.archive.readers.base import Defaults, Found, Problem, Source, make

NAME = "pdf 1"
_PAGES = 3000
_SCANNED_PAGES = 60
_LETTERS_A_PAGE = 15


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the text of a document as one report."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    stem = PurePosixPath(source.name).stem or "document"
    try:
        document = PdfReader(io.BytesIO(source.whole()), strict=False)
        if document.is_encrypted and not document.decrypt(""):
            yield Problem("", "locked with a password")
            return
        if len(document.pages) > _PAGES:
            raise Refused(f"more than {_PAGES:,} pages")
        pages = []
        for page in document.pages:
            pages.append(page.extract_text() or "")
            if sum(map(len, pages)) > LARGEST_TEXT:
                raise Refused(f"more than {LARGEST_TEXT:,} signs of text")
        title = str(document.metadata.title).strip() if document.metadata and document.metadata.title else None
        text = "\n\n".join(p.strip() for p in pages if p.strip())
        if len(text) >= _LETTERS_A_PAGE * max(len(pages), 1):
            yield make("", defaults, report=stem, text=text, title=title)
            return
        if why := pictures.unavailable():
            yield Problem("", f"a scanned document, {why}")
            return
        scanned, sure = _scanned(document)
    except (PyPdfError, RecursionError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError) as error:
        yield Problem("", f"a damaged document: {type(error).__name__} {' '.join(str(error).split())[:120]}".strip())
        return
    if not scanned.strip():
        yield Problem("", "no text in the document, and none was recognised in its pictures")
        return
    yield make("", defaults, report=stem, text=scanned, title=title, read_by_machine=sure)


def _scanned(document: object) -> tuple[str, float]:
    texts, sure = [], []
    for page in list(document.pages)[:_SCANNED_PAGES]:  # type: ignore[attr-defined]
        for image in page.images:
            text, confidence = pictures.recognise(image.data)
            if text.strip():
                texts.append(text)
                sure.append(confidence)
    return "\n\n".join(texts), round(sum(sure) / len(sure), 3) if sure else 0.0

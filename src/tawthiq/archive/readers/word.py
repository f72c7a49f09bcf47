"""Word documents (`.docx`): the paragraphs of the document's body as one report."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tawthiq.archive.limits import LARGEST_DOCUMENT, check_zip, read_member
from tawthiq.archive.readers.base import Defaults, Found, Problem, Source, make

NAME = "word 1"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the text of a document."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.whole())) as packed:
            check_zip(packed, LARGEST_DOCUMENT)
            names = set(packed.namelist())
            if "word/document.xml" not in names:
                yield Problem("", "no Word document in it")
                return
            body = fromstring(read_member(packed, "word/document.xml"))
            core = fromstring(read_member(packed, "docProps/core.xml")) if "docProps/core.xml" in names else None
    except zipfile.BadZipFile:
        yield Problem("", "not a Word document: a damaged zip")
        return
    except DefusedXmlException:
        yield Problem("", "defines entities of its own, as bombs do: not read")
        return
    except ParseError as error:
        yield Problem("", f"damaged XML: {error}")
        return
    text = "\n".join(_paragraph(p) for p in body.iter(f"{_W}p")).strip()
    title = (core.findtext(_TITLE) or "").strip() if core is not None else ""
    yield make("", defaults, report=PurePosixPath(source.name).stem or "document", text=text, title=title or None)


def _paragraph(paragraph: Element) -> str:
    out = []
    for node in paragraph.iter():
        if node.tag == f"{_W}t":
            out.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            out.append("\t" if node.tag.endswith("tab") else "\n")
    return "".join(out)

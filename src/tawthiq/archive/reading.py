"""Choose the reader of a file, by its ending and by what it begins with, and read it.

`read_source` yields reports with their locators; an item that cannot be read is yielded as a `Problem` with the reason, and the
rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import cast

from tawthiq.archive.limits import Refused, shown
from tawthiq.archive.readers.base import Beside, Covered, Defaults, Found, Item, Problem, Reader, Source, decode, language_of

__all__ = ["Beside", "Covered", "Defaults", "Found", "Item", "Problem", "Source", "decode", "language_of"]

# The modules of readers/ by the endings of the files that they read; each is loaded when the first such file comes.
_READERS: dict[str, str] = {
    ".txt": "plain",
    ".md": "plain",
    ".html": "page",
    ".htm": "page",
    ".mhtml": "page",
    ".mht": "page",
    ".json": "report_json",
    ".jsonl": "report_json",
    ".warc": "warc",
    ".warc.gz": "warc",
    ".wacz": "warc",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".pdf": "pdf",
    ".docx": "word",
    ".csv": "rows",
    ".xlsx": "rows",
    ".png": "pictures",
    ".jpg": "pictures",
    ".jpeg": "pictures",
    ".webp": "pictures",
    ".tif": "pictures",
    ".tiff": "pictures",
}
SUFFIXES = tuple(_READERS)
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "application/json": ".json",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "text/csv": ".csv",
}
_TELEGRAM_MARKS = (b'class="page_header"', b'class="history"')


def suffix_of(name: str) -> str:
    """Return the ending that decides the reader, in small letters."""
    lowered = name.lower()
    return ".warc.gz" if lowered.endswith(".warc.gz") else PurePosixPath(lowered).suffix


def suffix_for(media_type: str) -> str | None:
    """Return the ending that files of a media type have, None for one that is not read."""
    return _TYPES.get(media_type.partition(";")[0].strip().lower())


def find_files(path: Path) -> list[Path]:
    """Return the files of a path: itself, or all below a folder, hidden ones left out, in order of their names.

    Below the folder of a Telegram export only the export itself is read; its media come with the posts.
    """
    if not path.is_dir():
        return [path]
    files = sorted(
        p for p in path.rglob("*") if p.is_file() and not any(part.startswith(".") for part in p.relative_to(path).parts)
    )
    exports = {p.parent for p in files if p.name == "result.json" or (p.name == "messages.html" and (p.parent / "css").is_dir())}
    return [
        p
        for p in files
        if not any(e in p.parents and not (p.parent == e and suffix_of(p.name) in (".json", ".html")) for e in exports)
    ]


def why_not(name: str) -> str | None:
    """Say why a file is not opened at all: its ending is none of `SUFFIXES`. None for one that is."""
    if suffix_of(name) in _READERS:
        return None
    return f"not a kind of file that is read ({' '.join(SUFFIXES)})"


def reader_of(source: Source) -> Reader:
    """Return the reader of a source."""
    suffix = suffix_of(source.name)
    chosen = _READERS.get(suffix, "plain")
    head = source.head() if suffix in (".json", ".html", ".htm", ".txt") else b""
    if suffix == ".json" and _telegram(source.name, head):
        chosen = "telegram_json"
    elif suffix in (".html", ".htm") and all(mark in head for mark in _TELEGRAM_MARKS):
        chosen = "telegram_html"
    elif suffix == ".txt" and _chat(head):
        chosen = "whatsapp"
    return cast(Reader, import_module(f"tawthiq.archive.readers.{chosen}"))


def _chat(head: bytes) -> bool:
    from tawthiq.archive.readers.whatsapp import looks_like_chat

    try:
        return looks_like_chat(decode(head[:16384].rsplit(b"\n", 1)[0]))
    except ValueError:
        return False


def _telegram(name: str, head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start.startswith(b"{"):
        return False
    return (b'"messages"' in head and b'"type"' in head) or (PurePosixPath(name).name == "result.json" and b'"about"' in head)


NOTHING_SAID = Defaults()


def read_source(source: Source, defaults: Defaults = NOTHING_SAID) -> Iterator[Found]:
    """Yield the reports of a source; what is wrong with all of it is a `Problem` without a locator."""
    if source.size == 0:
        yield Problem("", "empty: no text in it")
        return
    try:
        yield from reader_of(source).read(source, defaults)
    except (Refused, ValueError) as error:
        yield Problem("", shown(" ".join(str(error).split())) or type(error).__name__)
    except Exception as error:  # noqa: BLE001 - a damaged file that breaks a library ends no run
        yield _broken(error)


def _broken(error: BaseException) -> Problem:
    return Problem("", shown(f"cannot be read: {type(error).__name__} {' '.join(str(error).split())[:160]}".strip()))


def read_bytes(name: str, data: bytes, defaults: Defaults = NOTHING_SAID) -> Iterator[Found]:
    """Yield the reports of bytes that are named like a file."""
    yield from read_source(Source.of_bytes(name, data), defaults)


def listed_urls(name: str, data: bytes) -> list[str]:
    """Return the addresses that a text file lists, one a line, when it holds nothing else but comments; [] otherwise."""
    if suffix_of(name) != ".txt" or len(data) > 5_000_000 or b"\x00" in data[:4096]:
        return []
    lines = [line.strip() for line in data.decode("utf-8-sig", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return lines if lines and all(is_url(line) for line in lines) else []


def is_url(value: str) -> bool:
    """Say whether a word is an address of the web."""
    return value.lower().startswith(("http://", "https://")) and not any(c.isspace() for c in value)

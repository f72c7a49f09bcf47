"""Turn the bytes of a file into reports, one reader a format, by the file's name.

`read_file` yields each report with its locator in the file; an item that cannot be read is yielded as a `Problem` with the
reason, and the rest goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tawthiq.model import Report, text_hash

READER_VERSION = "1"
SUFFIXES = (".txt", ".md", ".html", ".htm", ".json", ".jsonl")
_FIELDS = ("report", "source", "language", "published", "title", "text")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[A-Za-z]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the person who loads files says of them where the files say nothing."""

    source: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A report and where it stands in its file.

    `digest` is the SHA-256 of its text. `named` says that the file itself gives the report's id, so that another text under
    it is a new version; a report named after its file is another report when its text is another.
    """

    locator: str
    report: Report
    digest: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """An item, or a whole file where `locator` is empty, that cannot be read, and why."""

    locator: str
    reason: str


def find_files(path: Path) -> list[Path]:
    """Return the files of a path: itself, or all below a folder, hidden ones left out, in order of their names."""
    if path.is_dir():
        files = [p for p in path.rglob("*") if p.is_file()]
        return sorted(p for p in files if not any(part.startswith(".") for part in p.relative_to(path).parts))
    return [path]


def why_not(path: Path) -> str | None:
    """Say why a file is not opened at all: its ending is none of `SUFFIXES`. None for one that is."""
    if path.suffix.lower() in SUFFIXES:
        return None
    return f"not a kind of file that is read ({' '.join(SUFFIXES)})"


def read_file(name: str, data: bytes, defaults: Defaults = Defaults()) -> Iterator[Item | Problem]:
    """Yield the reports of a file.

    `name` decides the reader by its ending. Text must be UTF-8 (with or without a mark) or UTF-16 with a mark; anything else
    is a `Problem`, as is a file without a report in it.
    """
    suffix = PurePosixPath(name).suffix.lower()
    stem = PurePosixPath(name).stem or "report"
    try:
        text = decode(data)
    except ValueError as error:
        yield Problem("", str(error))
        return
    if suffix == ".json":
        yield from _read_json(text, stem, defaults)
    elif suffix == ".jsonl":
        yield from _read_lines(text, stem, defaults)
    elif suffix in (".html", ".htm"):
        yield _read_page(text, stem, defaults)
    else:
        yield _plain(text, stem, defaults)


def decode(data: bytes) -> str:
    """Return the text of bytes; raises ValueError with the reason for binary data and unknown encodings."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise ValueError("begins like UTF-16 but is not valid UTF-16") from None
    if b"\x00" in data[:65536]:
        raise ValueError("binary data, not text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text (byte {error.start})") from None


def language_of(text: str) -> str:
    """Return "ar" or "en" by which letters a text has more of; "und" for a text with neither."""
    sample = text[:20000]
    arabic, latin = len(_ARABIC.findall(sample)), len(_LATIN.findall(sample))
    if not arabic and not latin:
        return "und"
    return "ar" if arabic >= latin / 2 else "en"


def _plain(text: str, stem: str, defaults: Defaults) -> Item | Problem:
    """A text or Markdown file is one report; its first line is its title when a blank line follows it."""
    if not text.strip():
        return Problem("", "empty: no text in it")
    lines = text.split("\n", 2)
    title = lines[0].strip("# \r") if len(lines) > 1 and lines[0].strip() and not lines[1].strip() else None
    report = Report(
        report=stem, source=defaults.source, language=language_of(text), published=defaults.published, title=title, text=text
    )
    return Item("", report, text_hash(text))


def _read_page(text: str, stem: str, defaults: Defaults) -> Item | Problem:
    """A saved page: title, body and date as trafilatura reads them, without the page's chrome."""
    import trafilatura

    found = trafilatura.bare_extraction(
        text, favor_precision=False, include_comments=False, include_tables=False, with_metadata=True
    )
    values: dict[str, Any] = found if isinstance(found, dict) else found.as_dict() if found is not None else {}
    body = values.get("text") or ""
    if not body.strip():
        return Problem("", "no article text found in the page")
    title = values.get("title") or None
    whole = f"{title}\n\n{body}" if title and not body.startswith(title) else body
    source = defaults.source or values.get("sitename") or values.get("hostname") or None
    published = values.get("date") or defaults.published
    report = Report(report=stem, source=source, language=language_of(body), published=published, title=title, text=whole)
    return Item("", report, text_hash(whole))


def _read_json(text: str, stem: str, defaults: Defaults) -> Iterator[Item | Problem]:
    try:
        value = _loads(text)
    except ValueError as error:
        yield Problem("", f"not JSON: {error}")
        return
    if isinstance(value, list):
        if not value:
            yield Problem("", "no report in it")
        for number, row in enumerate(value, 1):
            yield _report(row, f"{stem}-{number}", f"item {number}", defaults)
    else:
        yield _report(value, stem, "", defaults)


def _read_lines(text: str, stem: str, defaults: Defaults) -> Iterator[Item | Problem]:
    seen = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        seen = True
        try:
            value = _loads(line)
        except ValueError as error:
            yield Problem(f"line {number}", f"not JSON: {error}")
            continue
        yield _report(value, f"{stem}-{number}", f"line {number}", defaults)
    if not seen:
        yield Problem("", "empty: no report in it")


def _loads(text: str) -> Any:
    """Parse JSON, refusing what is nested too deep to be a report before anything is built from it."""
    depth = 0
    inside = escaped = False
    shallow = text.count("[") + text.count("{") <= _MAX_DEPTH
    for char in "" if shallow else text:
        if inside:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                inside = False
        elif char == '"':
            inside = True
        elif char in "[{":
            depth += 1
            if depth > _MAX_DEPTH:
                raise ValueError(f"nested more than {_MAX_DEPTH} deep")
        elif char in "]}":
            depth -= 1
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} (line {error.lineno}, column {error.colno})") from None


def _report(value: Any, name: str, locator: str, defaults: Defaults) -> Item | Problem:
    """Make a report of a JSON object; fields other than the report's own, claims among them, are not looked at."""
    if not isinstance(value, dict):
        return Problem(locator, f"a report is a JSON object, not {type(value).__name__}")
    text = value.get("text")
    if not isinstance(text, str) or not text.strip():
        return Problem(locator, 'no "text" in the report')
    fields: dict[str, Any] = {key: value.get(key) for key in _FIELDS}
    for key in _FIELDS:
        if fields[key] is not None and not isinstance(fields[key], str | int):
            return Problem(locator, f'"{key}" is not text')
        fields[key] = str(fields[key]) if fields[key] is not None else None
    # Half of a surrogate pair cannot be stored as text; its place is kept, so that no offset moves.
    fields["text"] = _SURROGATE.sub("\ufffd", text)
    fields["report"] = fields["report"] or name
    fields["source"] = fields["source"] or defaults.source
    fields["published"] = fields["published"] or defaults.published
    fields["language"] = fields["language"] or language_of(text)
    return Item(locator, Report(**fields), text_hash(fields["text"]), named=value.get("report") is not None)

"""Reports as JSON objects, a list of them, or one a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from tawthiq.archive.json_stream import elements, loads
from tawthiq.archive.limits import LARGEST_TEXT
from tawthiq.archive.readers.base import Defaults, Found, Problem, Source, decode, make

NAME = "report-json 1"
_FIELDS = ("report", "source", "language", "published", "title", "url", "author")


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the reports of a file; fields other than a report's own, claims among them, are not looked at."""
    stem = PurePosixPath(source.name).stem or "report"
    if source.name.lower().endswith(".jsonl"):
        yield from _lines(source, stem, defaults)
        return
    with source.open() as file:
        first = file.read(1)
        while first.isspace() or first in (b"\xef", b"\xbb", b"\xbf"):
            first = file.read(1)
    many = first == b"["
    number = 0
    for number, value in enumerate(_values(source, many), 1):
        yield _report(value, f"{stem}-{number}" if many else stem, f"item {number}" if many else "", defaults)
    if not number:
        yield Problem("", "no report in it")


def _values(source: Source, many: bool) -> Iterator[Any]:
    """Yield the values of a file: parsed at once where it is small, else one by one."""
    if source.size <= LARGEST_TEXT:
        value = loads(decode(source.whole()))
        yield from value if many else (value,)
        return
    with source.open() as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        yield from elements(file)


def _lines(source: Source, stem: str, defaults: Defaults) -> Iterator[Found]:
    seen = False
    with source.open() as file:
        number = 0
        while line := file.readline(LARGEST_TEXT * 4):
            number += 1
            if not line.strip():
                continue
            seen = True
            try:
                value = loads(decode(line))
            except ValueError as error:
                yield Problem(f"line {number}", str(error))
                continue
            yield _report(value, f"{stem}-{number}", f"line {number}", defaults)
    if not seen:
        yield Problem("", "empty: no report in it")


def _report(value: Any, name: str, locator: str, defaults: Defaults) -> Found:
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
    named = fields["report"] is not None
    given = fields.pop("report") or name
    if fields["published"]:
        fields["dated_by"] = "file"
    return make(locator, defaults, report=given, text=text, named=named, **fields)

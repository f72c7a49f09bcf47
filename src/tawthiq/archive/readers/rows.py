"""Tables of reports (`.csv`, `.xlsx`), a report a row; which column is what is told by `--map` or by the fields' own names."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any, cast

from tawthiq.archive.limits import LARGEST_TEXT, Refused, check_zip
from tawthiq.archive.readers.base import Defaults, Found, Problem, Source, decode, make

NAME = "rows 1"
FIELDS = ("text", "title", "published", "source", "report", "url", "author")
SYNONYMS = {"date": "published", "id": "report"}
_DATE = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})$")
_SAMPLE = 65536
_LOOKED = 1000


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the rows of a table; a row that cannot be used is told with its number, the head being row 1."""
    try:
        rows = _workbook(source) if source.name.lower().endswith(".xlsx") else _csv(source)
        head = [" ".join(str(c or "").split()) for c in next(rows, [])]
        columns = _columns(head, defaults.columns)
        if isinstance(columns, str):
            yield Problem("", columns)
            return
        seen = False
        stem = PurePosixPath(source.name).stem or "table"
        for number, cells in enumerate(rows, 2):
            if not any(c not in (None, "") for c in cells):
                continue
            seen = True
            yield from _row(cells, columns, number, stem, defaults)
        if not seen:
            yield Problem("", "no row with anything in it")
    except csv.Error as error:
        yield Problem("", f"not a table: {error}")


def _columns(head: list[str], asked: dict[str, str]) -> dict[str, int] | str:
    """Return the column of each field, or what is wrong."""
    at = {name.casefold(): index for index, name in reversed(list(enumerate(head)))}
    out: dict[str, int] = {}
    for field, column in asked.items():
        if column.casefold() not in at:
            return f"no column {column!r}: there are {', '.join(filter(None, head)) or 'none'}"
        out[field] = at[column.casefold()]
    for name, index in at.items():
        field = SYNONYMS.get(name, name)
        if field in FIELDS:
            out.setdefault(field, index)
    if "text" not in out:
        return f"which column holds the text? say --map text=COLUMN; there are {', '.join(filter(None, head)) or 'none'}"
    return out


def _row(cells: list[Any], columns: dict[str, int], number: int, stem: str, defaults: Defaults) -> Iterator[Found]:
    locator = f"row {number}"
    values = {field: cells[index] if index < len(cells) else None for field, index in columns.items()}
    published, wrong = _published(values.pop("published", None), defaults.day_first)
    if wrong:
        yield Problem(locator, f"{wrong}; the row is kept without a date")
    fields: dict[str, Any] = {key: str(v).strip() for key, v in values.items() if v not in (None, "")}
    text, given = fields.pop("text", ""), fields.pop("report", None)
    yield make(
        locator,
        defaults,
        report=given or f"{stem}-{number}",
        text=text,
        named=given is not None,
        published=published,
        dated_by="file" if published else None,
        **fields,
    )


def _published(value: Any, day_first: bool | None) -> tuple[str | None, str | None]:
    """Return the day or instant that a cell gives, and what is wrong with it."""
    if value in (None, ""):
        return None, None
    if isinstance(value, datetime):
        whole = value.time() == datetime.min.time() and value.tzinfo is None
        return (value.date() if whole else value).isoformat(), None
    if isinstance(value, date):
        return value.isoformat(), None
    text = str(value).strip()
    try:
        datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        return text, None
    if match := _DATE.match(text):
        a, b, c = map(int, match.groups())
        if a > 31:
            order = (a, b, c)
        elif a > 12 or (b <= 12 and day_first is True) or (b <= 12 and a == b):
            order = (c, b, a)
        elif b > 12 or day_first is False:
            order = (c, a, b)
        else:
            return None, f"its date {text!r} can be read in two ways: say --date-order dmy or mdy"
        try:
            return date(*order).isoformat(), None
        except ValueError:
            pass
    return None, f"its date {text!r} is not understood"


def _csv(source: Source) -> Iterator[list[Any]]:
    head = source.head(_SAMPLE)
    encoding = "utf-8-sig"
    try:
        sample = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A sign cut in two at the end of the sample is no other encoding.
        if error.start >= len(head) - 4 and len(head) == _SAMPLE:
            sample = head[: error.start].decode("utf-8-sig")
        else:
            sample = decode(head)
            encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "windows-1256"
    if "\x00" in sample:
        raise Refused("binary data, not text")
    try:
        dialect: Any = csv.Sniffer().sniff(sample.split("\n", 1)[0], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    csv.field_size_limit(LARGEST_TEXT)
    with source.open() as file:
        try:
            yield from csv.reader(io.TextIOWrapper(cast(IO[bytes], file), encoding, newline=""), delimiter=dialect.delimiter)
        except UnicodeDecodeError as error:
            raise ValueError(f"not {encoding} text throughout (byte {error.start})") from None


def _workbook(source: Source) -> Iterator[list[Any]]:
    from openpyxl import load_workbook

    with source.open() as file:
        try:
            with zipfile.ZipFile(file) as packed:
                check_zip(packed)
            file.seek(0)
            book = load_workbook(file, read_only=True, data_only=True)
        except (zipfile.BadZipFile, KeyError) as error:
            raise ValueError(f"not an .xlsx workbook: {error}") from None
        for sheet in book.worksheets:
            for row in sheet.iter_rows(values_only=True):
                yield list(row)
            return


def preview(source: Source, most: int = 4) -> list[list[str]]:
    """Return the head of a table and its first rows as text; raises ValueError or Refused for what is no table."""
    rows = _workbook(source) if source.name.lower().endswith(".xlsx") else _csv(source)
    out: list[list[str]] = []
    try:
        for cells in islice(rows, _LOOKED):
            if any(c not in (None, "") for c in cells):
                out.append(["" if c is None else str(c).strip() for c in cells])
            if len(out) > most:
                break
    except csv.Error as error:
        raise ValueError(f"not a table: {error}") from None
    return out


def recognised(head: list[str]) -> dict[str, str]:
    """Return the columns whose names say which field they hold."""
    out: dict[str, str] = {}
    for name in head:
        field = SYNONYMS.get(name.casefold(), name.casefold())
        if field in FIELDS:
            out.setdefault(field, name)
    return out

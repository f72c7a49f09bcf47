"""Read gazetteers that others publish into rows of the place tables: OCHA COD-AB (csv, xlsx), GeoNames dumps, Who's On First csv.

A row that cannot be used is told with its number and the reason, and the rest goes on; the kind of file is known by its columns.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tawthiq.lexicon.sheets import rows_of
from tawthiq.lexicon.sources import PLACE_COLUMNS, place_rows

_LARGEST = 500_000_000  # bytes that a workbook may unpack to
_GEONAMES_COLUMNS = 19
_ARABIC = re.compile("[\u0600-\u06ff]")
_PCODE = re.compile(r"SY\d{2}(\d{2}){0,2}$")
_SUFFIX = re.compile(r"\s+-\s+.*$|\s*\((?:ne|NE)\)$")
_GEONAMES_LEVELS = {"P": "town", "S": "point", "T": "area", "L": "area", "V": "area"}
_WOF_LEVELS = {
    "locality": "town",
    "localadmin": "district",
    "neighbourhood": "point",
    "microhood": "point",
    "borough": "point",
    "macrohood": "area",
    "county": "district",
    "region": "governorate",
    "country": "country",
    "campus": "point",
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: its number in the file, counted from 1 with the header, and why."""

    number: int
    reason: str


Row = list[str]


def read_gazetteer(path: Path) -> Iterator[tuple[int, Row] | BadRow]:
    """Yield (row number, cells of the place tables) for each place of a file.

    Raises ValueError with the reason when the file is none of the kinds that are read.
    """
    if path.suffix.lower() == ".xlsx":
        yield from _table(_workbook(path))
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            if first.count("\t") == _GEONAMES_COLUMNS - 1 and first.split("\t", 1)[0].isdigit():
                yield from _geonames(file)
            else:
                yield from _table(csv.reader(file))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text (byte {error.start})") from None
    except csv.Error as error:
        raise ValueError(f"not a CSV table: {error}") from None


def _workbook(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the sheet that names places with coordinates."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(i.file_size for i in packed.infolist()) > _LARGEST:
                raise ValueError("the workbook unpacks to more than 500 MB")
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise ValueError(f"not an .xlsx workbook: {error}") from None
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True)
        head = next(rows, None)
        if head is not None and _columns([str(c or "") for c in head]):
            yield [str(c or "") for c in head]
            for row in rows:
                yield ["" if c is None else str(c) for c in row]
            return
    raise ValueError("no sheet with names, codes and coordinates")


_NEEDED = {
    "code": ("pcode", "adm4_pcode", "admin4pcode", "adm3_pcode", "admin3pcode", "wof:id", "id"),
    "lat": ("point_y", "latitude", "lat", "geom_latitude", "geom:latitude", "y"),
    "lon": ("point_x", "longitude", "lon", "geom_longitude", "geom:longitude", "x"),
}
_NAMES = {
    "ar": ("adm4_ar", "featurename_ar", "admin4name_ar", "adm3_ar", "name_ara", "name_ar"),
    "en": ("adm4_en", "featurename_en", "admin4name_en", "adm3_en", "name_eng", "name", "wof:name"),
    "class": ("popplaceclasstitle", "placetype", "wof:placetype"),
    "admin": ("adm3_pcode", "admin3pcode", "adm2_pcode", "admin2pcode", "adm1_pcode", "admin1pcode"),
    "version": ("version",),
}


def _columns(head: list[str]) -> dict[str, int]:
    """Return where the columns stand; {} when a needed one is missing."""
    at = {name.strip().lower(): index for index, name in reversed(list(enumerate(head)))}
    out = {}
    for key, names in (_NEEDED | _NAMES).items():
        found = next((at[n] for n in names if n in at), None)
        if found is None and key in _NEEDED:
            return {}
        if found is not None:
            out[key] = found
    return out if "ar" in out or "en" in out else {}


def _table(rows: Iterable[list[str]]) -> Iterator[tuple[int, Row] | BadRow]:
    iterator = iter(rows)
    head = next(iterator, None)
    columns = _columns(head or [])
    if not columns:
        raise ValueError(
            "no gazetteer: columns for a code, a name and coordinates are needed (OCHA COD-AB, GeoNames, Who's On First)"
        )
    first = (head or [])[columns["code"]].strip().lower()
    wof = first in ("wof:id", "id")
    for number, cells in enumerate(iterator, 2):

        def cell(key: str, cells: list[str] = cells) -> str:
            index = columns.get(key)
            return cells[index].strip() if index is not None and index < len(cells) else ""

        if not any(c.strip() for c in cells):
            continue
        code, arabic, english = cell("code"), _SUFFIX.sub("", cell("ar")), _SUFFIX.sub("", cell("en"))
        kind = cell("class").lower()
        level = _WOF_LEVELS.get(kind, "") if wof else "point" if kind == "neighborhood" else "town"
        if not level:
            yield BadRow(number, f"a place of type {kind!r} is not used")
            continue
        source = f"Who's On First {code}" if wof else f"OCHA COD-AB {cell('version')}".strip()
        admin = cell("admin") if not wof else ""
        made = _row(f"W{code}" if wof else code, arabic, [], [english], level, admin, cell("lat"), cell("lon"), source)
        yield BadRow(number, made) if isinstance(made, str) else (number, made)


def _geonames(file: io.TextIOBase) -> Iterator[tuple[int, Row] | BadRow]:
    for number, line in enumerate(file, 1):
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) != _GEONAMES_COLUMNS:
            yield BadRow(number, f"{len(cells)} columns, {_GEONAMES_COLUMNS} expected")
            continue
        code, name, ascii_name, more, lat, lon, kind, exact = cells[:8]
        level = {"ADM1": "governorate", "ADM2": "district", "ADM3": "district"}.get(exact) or _GEONAMES_LEVELS.get(kind)
        if level is None:
            continue
        others = [n.strip() for n in more.split(",")]
        arabic = [n for n in others if _ARABIC.search(n)]
        made = _row(
            f"G{code}", arabic[0] if arabic else "", arabic[1:], [name, ascii_name], level, "", lat, lon, f"GeoNames {code}"
        )
        yield BadRow(number, made) if isinstance(made, str) else (number, made)


def _row(
    code: str, arabic: str, more: list[str], english: list[str], level: str, admin: str, lat: str, lon: str, source: str
) -> Row | str:
    """Return the cells of a place, or what is wrong with it."""
    if not code:
        return "no code"
    english = list(dict.fromkeys(n for n in english if n))
    if not arabic and not english:
        return "no name"
    try:
        north, east = round(float(lat), 4), round(float(lon), 4)
    except ValueError:
        return f"no coordinates: {lat!r}, {lon!r}"
    if not (-90 <= north <= 90 and -180 <= east <= 180):
        return f"coordinates out of range: {lat}, {lon}"
    if admin and not _PCODE.match(admin):
        admin = ""
    name, further = (arabic, more) if arabic else (english[0], [])
    cells = [
        code,
        name,
        "|".join(dict.fromkeys(further)),
        "|".join(english if arabic else english[1:]),
        level,
        admin or (_governorate_of(north, east) or ""),
        str(north),
        str(east),
        source,
    ]
    return [re.sub(r"[\t\r\n]", " ", c) for c in cells]


def _governorate_of(lat: float, lon: float) -> str | None:
    """Return the governorate of the three nearest sub-district centres, where they agree and are near; None otherwise."""
    near = sorted((abs(lat - y) + abs(lon - x), code) for code, y, x in _centres())[:3]
    found = {code[:4] for distance, code in near if distance < 0.6}
    return found.pop() if len(found) == 1 and len(near) == 3 else None


def _centres() -> list[tuple[str, float, float]]:
    global _CENTRES
    if not _CENTRES:
        _CENTRES = [
            (c[0], float(c[6]), float(c[7])) for file, _, c in place_rows() if file == "places/admin.tsv" and len(c[0]) == 8
        ]
    return _CENTRES


_CENTRES: list[tuple[str, float, float]] = []


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: places new, changed and unchanged, and the rows that could not be used."""

    new: int
    changed: int
    same: int
    bad: tuple[BadRow, ...]


def import_places(path: Path, table: Path) -> Imported:
    """Load a gazetteer into a project's table; rows of a code that is there replace it, the same file again changes nothing."""
    rows: dict[str, Row] = {}
    if table.is_file():
        rows = {cells[0]: cells for _, cells in rows_of(table.read_text(encoding="utf-8"), PLACE_COLUMNS)}
    new = changed = same = 0
    bad: list[BadRow] = []
    for found in read_gazetteer(path):
        if isinstance(found, BadRow):
            bad.append(found)
            continue
        cells = found[1]
        before = rows.get(cells[0])
        new, changed, same = new + (before is None), changed + (before not in (None, cells)), same + (before == cells)
        rows[cells[0]] = cells
    if new or changed:
        table.parent.mkdir(parents=True, exist_ok=True)
        partial = table.with_suffix(".part")
        partial.write_text("".join("\t".join(cells) + "\n" for cells in rows.values()), encoding="utf-8")
        partial.replace(table)
    return Imported(new, changed, same, tuple(bad))

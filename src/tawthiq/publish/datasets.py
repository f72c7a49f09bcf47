"""Public incidents as tables that others read: ACLED's and UCDP's columns, HXL, GeoJSON, Parquet, a workbook.

A cell that a spreadsheet would run as a formula is written so that it does not. What is unknown is an empty cell, never 0.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from openpyxl import Workbook

from tawthiq.lexicon.registry import registry
from tawthiq.publish.redact import RADIUS_KM, PublicIncident, PublicLoss
from tawthiq.publish.words import Words

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Row = dict[str, Any]


@cache
def _schemes() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files("tawthiq.publish") / "schemes.yaml").read_text(encoding="utf-8"))
    return loaded


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet runs: text that begins like a formula gets an apostrophe before it.

    >>> harmless("=1+1"), harmless(-3), harmless("قصف")
    ("'=1+1", -3, 'قصف')
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _names(actors: Iterable[str]) -> str:
    known = registry()
    return "; ".join(known[a].en if a in known else a for a in actors)


def _kind(actors: Sequence[str]) -> str:
    known = registry()
    inter: dict[str, str] = _schemes()["inter"]
    return inter.get(known[actors[0]].kind, "External/Other forces") if actors and actors[0] in known else ""


def _sum(incident: PublicIncident, figure: str, outcome: str = "killed", who: str | None = "any") -> int | None:
    """Return a figure over the loss rows of an outcome; None where no row knows it."""
    rows = [loss for loss in incident.losses if loss.outcome == outcome and (who == "any" or loss.who == who)]
    known = [getattr(loss, figure) for loss in rows]
    if figure == "best":
        known = [loss.best if loss.best is not None else loss.lowest for loss in rows]
    if figure == "highest" and any(loss.highest is None and loss.lowest is not None for loss in rows):
        return None
    told = [value for value in known if value is not None]
    return sum(told) if told else None


def incident_rows(incidents: Sequence[PublicIncident]) -> list[Row]:
    """Return the plain table: one row an incident, lists joined by "; "."""
    out = []
    for i in incidents:
        place = i.place
        out.append(
            {
                "id": i.id,
                "type": i.type,
                "family": i.family,
                "date_start": i.start,
                "date_end": i.end or i.start,
                "admin1": place.admin1 if place else None,
                "admin2": place.admin2 if place else None,
                "place_ar": place.name_ar if place else None,
                "place_en": place.name_en if place else None,
                "exactness": place.level if place else None,
                "radius_km": RADIUS_KM[place.level] if place else None,
                "latitude": place.lat if place else None,
                "longitude": place.lon if place else None,
                "initiators": "; ".join(i.initiators) or None,
                "targets": "; ".join(i.targets) or None,
                "participants": "; ".join(i.participants) or None,
                "killed_lowest": _sum(i, "lowest"),
                "killed_best": _sum(i, "best"),
                "killed_highest": _sum(i, "highest"),
                "wounded_lowest": _sum(i, "lowest", "wounded"),
                "wounded_best": _sum(i, "best", "wounded"),
                "wounded_highest": _sum(i, "highest", "wounded"),
                "stances": "; ".join(i.stances),
                "origins": i.origins,
                "corroboration": i.corroboration,
                "review": i.review,
            }
        )
    return out


def acled_rows(incidents: Sequence[PublicIncident]) -> list[Row]:
    """Return the incidents in the columns of ACLED's data export; fatalities are the best figure, empty where nobody knows."""
    schemes = _schemes()
    words = Words("en")
    out = []
    for i in incidents:
        disorder, event, sub = schemes["acled"][i.type]
        civilians = "civilians" in i.targets
        known = registry()
        if i.type == "attack" and civilians:
            disorder, event, sub = schemes["acled_civilian"]
        if i.type == "territory-taken" and any(a in known and known[a].kind == "state-forces" for a in i.initiators):
            disorder, event, sub = schemes["acled_regained"]
        first = i.initiators or i.participants[:1]
        second = i.targets or i.participants[1:]
        place = i.place
        level = {"town": 1, "subdistrict": 2, "district": 2, "governorate": 3}
        out.append(
            {
                "event_id_cnty": i.id,
                "event_date": i.start,
                "year": int(i.start[:4]) if i.start else None,
                "time_precision": None if i.start is None else 1 if i.end in (None, i.start) else 2,
                "disorder_type": disorder,
                "event_type": event,
                "sub_event_type": sub,
                "actor1": _names(first[:1]) or None,
                "assoc_actor_1": _names(first[1:]) or None,
                "inter1": _kind(first) or None,
                "actor2": _names(second[:1]) or None,
                "assoc_actor_2": _names(second[1:]) or None,
                "inter2": _kind(second) or None,
                "civilian_targeting": "Civilian targeting" if civilians else None,
                "iso": 760,
                "region": "Middle East",
                "country": "Syria",
                "admin1": words.governorate(place.admin1) if place else None,
                "admin2": place.admin2 if place else None,
                "location": place.name_en if place else None,
                "latitude": place.lat if place else None,
                "longitude": place.lon if place else None,
                "geo_precision": level[place.level] if place else None,
                "source": "; ".join(i.sources) or None,
                "notes": None,
                "fatalities": _sum(i, "best"),
                "tags": f"corroboration={i.corroboration}; review={i.review}",
            }
        )
    return out


def ucdp_rows(incidents: Sequence[PublicIncident]) -> list[Row]:
    """Return the deadly incidents in the columns of UCDP GED; death figures are empty where nobody knows them."""
    known = registry()
    words = Words("en")
    out = []
    for i in incidents:
        if i.type not in _schemes()["ucdp"] or not any(loss.outcome == "killed" for loss in i.losses):
            continue
        side_a = i.initiators or i.participants[:1]
        side_b = i.targets or i.participants[1:]
        states = [any(a in known and known[a].kind in ("state-forces", "state") for a in side) for side in (side_a, side_b)]
        kind = 3 if "civilians" in side_b else 1 if any(states) else 2
        place = i.place
        where = {"town": 1, "subdistrict": 3, "district": 3, "governorate": 4}
        of_a, of_b, of_civilians, unknown = _deaths(i, side_a, side_b)
        out.append(
            {
                "id": i.id,
                "year": int(i.start[:4]) if i.start else None,
                "code_status": "Clear" if i.review == "verified" else "Check",
                "type_of_violence": kind,
                "side_a": _names(side_a) or None,
                "side_b": _names(side_b) or None,
                "dyad_name": f"{_names(side_a)} - {_names(side_b)}" if side_a and side_b else None,
                "number_of_sources": i.origins,
                "source_original": "; ".join(i.sources) or None,
                "where_prec": where[place.level] if place else None,
                "where_coordinates": place.name_en if place else None,
                "adm_1": words.governorate(place.admin1) if place else None,
                "adm_2": place.admin2 if place else None,
                "latitude": place.lat if place else None,
                "longitude": place.lon if place else None,
                "geom_wkt": f"POINT ({place.lon} {place.lat})" if place else None,
                "country": "Syria",
                "country_id": 652,
                "region": "Middle East",
                "event_clarity": 1 if i.end in (None, i.start) else 2,
                "date_prec": None if i.start is None else 1 if i.end in (None, i.start) else 2,
                "date_start": i.start,
                "date_end": i.end or i.start,
                "deaths_a": of_a,
                "deaths_b": of_b,
                "deaths_civilians": of_civilians,
                "deaths_unknown": unknown,
                "best": _sum(i, "best"),
                "high": _sum(i, "highest"),
                "low": _sum(i, "lowest"),
            }
        )
    return out


def _deaths(incident: PublicIncident, side_a: Sequence[str], side_b: Sequence[str]) -> tuple[int | None, ...]:
    sums: list[int | None] = [None, None, None, None]
    for loss in incident.losses:
        figure = loss.best if loss.best is not None else loss.lowest
        if loss.outcome != "killed" or figure is None:
            continue
        at = 3
        if loss.who in ("civilians", "medical", "journalists", "protesters", "refugees", "detainees"):
            at = 2
        elif loss.who in side_a:
            at = 0
        elif loss.who in side_b:
            at = 1
        sums[at] = (sums[at] or 0) + figure
    return tuple(sums)


_HXL = {
    "id": "#event+id",
    "type": "#event+type",
    "date_start": "#date+start",
    "date_end": "#date+end",
    "admin1": "#adm1+code",
    "admin2": "#adm2+code",
    "place_ar": "#loc+name+i_ar",
    "place_en": "#loc+name+i_en",
    "exactness": "#geo+precision",
    "latitude": "#geo+lat",
    "longitude": "#geo+lon",
    "initiators": "#group+initiator+code",
    "targets": "#group+target+code",
    "killed_lowest": "#affected+killed+min",
    "killed_best": "#affected+killed",
    "killed_highest": "#affected+killed+max",
    "wounded_best": "#affected+injured",
    "origins": "#meta+sources+num",
    "corroboration": "#status+corroboration",
    "review": "#status+review",
}


def csv_text(rows: Sequence[Row], columns: Sequence[str], tags: Sequence[str] | None = None) -> str:
    """Return rows as CSV with a header, after it a row of HXL tags where given."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    if tags is not None:
        writer.writerow(tags)
    for row in rows:
        writer.writerow(["" if row[c] is None else harmless(row[c]) for c in columns])
    return out.getvalue()


def geojson(incidents: Sequence[PublicIncident]) -> dict[str, Any]:
    """Return a feature collection.

    An incident without a place is a feature without geometry, and `radius_km` tells how exact it is.
    """
    features = []
    for row, incident in zip(incident_rows(incidents), incidents, strict=True):
        place = incident.place
        geometry = {"type": "Point", "coordinates": [place.lon, place.lat]} if place else None
        properties = {k: v for k, v in row.items() if k not in ("latitude", "longitude")}
        features.append({"type": "Feature", "id": incident.id, "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def parquet_table(incidents: Sequence[PublicIncident]) -> pa.Table:
    """Return the incidents whole, every slot a column; `read_parquet` makes the same incidents of it."""
    place = pa.struct(
        [
            ("code", pa.string()), ("name_ar", pa.string()), ("name_en", pa.string()), ("level", pa.string()),
            ("admin1", pa.string()), ("admin2", pa.string()), ("lat", pa.float64()), ("lon", pa.float64()),
        ]
    )  # fmt: skip
    loss = pa.struct(
        [
            ("who", pa.string()), ("outcome", pa.string()),
            ("lowest", pa.int32()), ("best", pa.int32()), ("highest", pa.int32()),
        ]
    )  # fmt: skip
    texts = pa.list_(pa.string())
    schema = pa.schema(
        [
            ("id", pa.string()), ("type", pa.string()), ("family", pa.string()), ("start", pa.string()), ("end", pa.string()),
            ("place", place), ("initiators", texts), ("targets", texts), ("participants", texts), ("losses", pa.list_(loss)),
            ("stances", texts), ("culprits", pa.list_(texts)), ("origins", pa.int32()), ("corroboration", pa.string()),
            ("reason", pa.string()), ("review", pa.string()), ("sources", texts), ("quotes", texts), ("urls", texts),
            ("detail", pa.string()),
        ]
    )  # fmt: skip
    return pa.Table.from_pylist([i.model_dump(mode="json") for i in incidents], schema=schema)


def read_parquet(path: Path) -> list[PublicIncident]:
    """Return the incidents of a published Parquet file."""
    return [PublicIncident.model_validate(row) for row in pq.read_table(path).to_pylist()]


def workbook(sheets: dict[str, tuple[Sequence[str], Sequence[Row]]], path: Path) -> None:
    """Write sheets of (columns, rows) as XLSX, right-to-left nowhere: the columns are those of the CSV files."""
    book = Workbook(write_only=True)
    for name, (columns, rows) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(columns))
        for row in rows:
            sheet.append([harmless(row[c]) for c in columns])
    book.save(path)


def write_datasets(incidents: Sequence[PublicIncident], folder: Path) -> dict[str, list[str]]:
    """Write every dataset into a folder and return the columns of each table, by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"incidents": incident_rows(incidents), "acled": acled_rows(incidents), "ucdp-ged": ucdp_rows(incidents)}
    empty = _empty_columns()
    columns = {name: list(rows[0]) if rows else empty[name] for name, rows in tables.items()}
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(csv_text(rows, columns[name]), encoding="utf-8", newline="")
    hxl = list(_HXL)
    (folder / "incidents-hxl.csv").write_text(csv_text(tables["incidents"], hxl, list(_HXL.values())), encoding="utf-8", newline="")
    (folder / "incidents.geojson").write_text(json.dumps(geojson(incidents), ensure_ascii=False), encoding="utf-8")
    pq.write_table(parquet_table(incidents), folder / "incidents.parquet")
    workbook({name: (columns[name], rows) for name, rows in tables.items()}, folder / "incidents.xlsx")
    return {f"{name}.csv": columns[name] for name in tables} | {"incidents-hxl.csv": hxl}


@cache
def _empty_columns() -> dict[str, list[str]]:
    loss = PublicLoss(who=None, outcome="killed", lowest=None, best=None, highest=None)
    blank = PublicIncident(
        id="", type="attack", family="fight", start=None, end=None, place=None, initiators=(), targets=(), participants=(),
        losses=(loss,), stances=(), culprits=(), origins=0, corroboration="single-source", reason="", review="unreviewed",
    )  # fmt: skip
    rows = {"incidents": incident_rows([blank]), "acled": acled_rows([blank]), "ucdp-ged": ucdp_rows([blank])}
    return {name: list(found[0]) for name, found in rows.items()}

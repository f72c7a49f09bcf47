"""The Frictionless data package of a release: every file with its hash, size and columns, a codebook, how good each field is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from tawthiq.lexicon.registry import registry
from tawthiq.publish.profile import Profile
from tawthiq.publish.words import Words

_MEDIA = {
    ".csv": ("csv", "text/csv"),
    ".geojson": ("geojson", "application/geo+json"),
    ".parquet": ("parquet", "application/vnd.apache.parquet"),
    ".xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".json": ("json", "application/json"),
}
_NUMBERS = {"latitude", "longitude", "radius_km"}
_WHOLE = {
    "origins", "year", "iso", "fatalities", "best", "high", "low", "country_id", "number_of_sources", "type_of_violence",
    "where_prec",
    "date_prec", "event_clarity", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "geo_precision", "time_precision",
    *(f"{outcome}_{figure}" for outcome in ("killed", "wounded") for figure in ("lowest", "best", "highest")),
}  # fmt: skip
_DAYS = {"date_start", "date_end", "event_date"}


@cache
def codebook() -> dict[str, Any]:
    """Return what each column means, and the precision and recall that were measured of it."""
    loaded: dict[str, Any] = yaml.safe_load((files("tawthiq.publish") / "codebook.yaml").read_text(encoding="utf-8"))
    return loaded


def write_package(folder: Path, columns: Mapping[str, Sequence[str]], profile: Profile, number: int, made_at: str) -> None:
    """Write `codebook.json` and `datapackage.json` for the files of a folder."""
    book = codebook()
    known = registry()
    words = {language: Words("ar" if language == "ar" else "en") for language in ("ar", "en")}
    described = {
        "columns": book["columns"],
        "measured": book["measured"],
        "types": {name: {language: words[language].name("type", name) for language in words} for name in book["types"]},
        "actors": {
            name: {"ar": actor.ar, "en": actor.en, "kind": actor.kind} for name, actor in sorted(known.items()) if not actor.own
        },
    }
    (folder / "codebook.json").write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    resources = []
    for path in sorted(folder.iterdir()):
        form, media = _MEDIA[path.suffix]
        data = path.read_bytes()
        resource: dict[str, Any] = {
            "name": path.name.replace(".", "-"),
            "type": "table" if path.name in columns else "file",
            "path": path.name,
            "format": form,
            "mediatype": media,
            "bytes": len(data),
            "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        }
        if path.name in columns:
            resource |= {
                "encoding": "utf-8",
                "profile": "tabular-data-resource",
                "schema": _schema(path.name, columns[path.name], book),
            }
        resources.append(resource)
    package = {
        "profile": "data-package",
        "name": "tawthiq-release",
        "title": profile.title("en"),
        "description": book["description"],
        "version": str(number),
        "created": made_at,
        "licenses": [{"name": profile.licence}],
        "contributors": [{"title": profile.publisher or profile.title("en"), "role": "publisher"}],
        "resources": resources,
    }
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _schema(name: str, columns: Sequence[str], book: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table's schema; the second row of an HXL file holds tags, so that its columns are all text."""
    fields = []
    for column in columns:
        kind = "string"
        if not name.endswith("-hxl.csv"):
            kind = "number" if column in _NUMBERS else "integer" if column in _WHOLE else "date" if column in _DAYS else "string"
        field: dict[str, Any] = {"name": column, "type": kind}
        if text := book["columns"].get(column):
            field["description"] = text
        if figure := book["measured"].get(column):
            field["measured"] = figure
        fields.append(field)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if name == "incidents.csv":
        schema["primaryKey"] = "id"
    return schema

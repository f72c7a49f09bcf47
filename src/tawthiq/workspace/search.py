"""Search incidents by words of their claims, facets and days; the result as a list, on a map, over time, or as a file."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncMonth

from tawthiq.link.decisions import REVIEWS
from tawthiq.model import EVENT_TYPES, Incident, LossRange
from tawthiq.workspace import fulltext
from tawthiq.workspace.models import ClaimRow, IncidentRow, IncidentTag

PAGE = 25
CORROBORATIONS = ("single-source", "corroborated", "contested")
SORTS = {"latest": ("-start", "id"), "earliest": ("start", "id")}
VIEWS = ("list", "map", "timeline")
_MANY = ("type", "actor", "admin1", "place", "source", "corroboration", "review")
_ONE = ("q", "start", "end", "sort")
_FACETED = 12
_EXPORTED = 1000
_COLUMNS = (
    "id", "type", "start", "end", "place", "admin1", "level", "lat", "lon", "initiators", "targets", "participants",
    "killed_lowest", "killed_best", "killed_highest", "wounded_lowest", "wounded_best", "wounded_highest",
    "corroboration", "review", "origins", "sources", "claims",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for. Of several values of one facet an incident has one; all that is given has to hold."""

    q: str = ""
    type: tuple[str, ...] = ()
    actor: tuple[str, ...] = ()
    admin1: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    corroboration: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    sort: str = "latest"

    def pairs(self, **changed: Any) -> list[tuple[str, str]]:
        """Return the query as the fields of an address, with some changed; None takes a field out."""
        out = []
        for field in (*_ONE, *_MANY):
            value = changed.get(field, getattr(self, field))
            if field == "sort" and value == "latest":
                continue
            for one in value if isinstance(value, tuple) else (value,) if value else ():
                out.append((field, str(one)))
        return out

    def link(self, **changed: Any) -> str:
        """Return the query as the tail of an address, with some fields changed."""
        return urlencode(self.pairs(**changed))

    def toggled(self, field: str, value: str) -> str:
        """Return the tail of an address with a value of a facet put in or taken out."""
        now = getattr(self, field)
        return self.link(**{field: tuple(v for v in now if v != value) if value in now else (*now, value)})

    def filtered(self) -> bool:
        """Say whether it asks for less than everything."""
        return bool(replace(self, sort="latest") != Query())


def read_query(given: Mapping[str, Any]) -> Query:
    """Read a query from the fields of an address; raises ValueError with one line for a value that is none."""
    many = {field: tuple(dict.fromkeys(v for v in _list(given, field) if v))[:50] for field in _MANY}
    one = {field: (_list(given, field) or [""])[-1].strip() for field in _ONE}
    for field, allowed in (("type", EVENT_TYPES), ("corroboration", CORROBORATIONS), ("review", REVIEWS)):
        if wrong := set(many[field]) - set(allowed):
            raise ValueError(f"{field}: {sorted(wrong)[0]!r} is none of {', '.join(allowed)}")
    for field in ("start", "end"):
        if one[field]:
            try:
                date.fromisoformat(one[field])
            except ValueError:
                raise ValueError(f"{field}: a day as YYYY-MM-DD is expected, not {one[field]!r}") from None
    one["sort"] = one["sort"] or "latest"
    if one["sort"] not in SORTS:
        raise ValueError(f"sort: one of {', '.join(SORTS)}, not {one['sort']!r}")
    return Query(**one, **many)  # type: ignore[arg-type]


def _list(given: Mapping[str, Any], field: str) -> list[str]:
    if hasattr(given, "getlist"):
        return list(given.getlist(field))
    value = given.get(field)
    return list(value) if isinstance(value, list | tuple) else [str(value)] if value else []


def incidents(query: Query) -> QuerySet[IncidentRow]:
    """Return the incidents that a query finds, not ordered."""
    rows = IncidentRow.objects.all()
    for field in ("type", "admin1", "place", "corroboration", "review"):
        if values := getattr(query, field):
            rows = rows.filter(**{f"{field}__in": values})
    for kind in ("actor", "source"):
        if values := getattr(query, kind):
            rows = rows.filter(id__in=IncidentTag.objects.filter(kind=kind, value__in=values).values("incident"))
    if query.end:
        rows = rows.filter(start__lte=query.end)
    if query.start:
        rows = rows.filter(end__gte=query.start)
    if query.q:
        found = fulltext.condition(fulltext.CLAIMS, query.q)
        if found is None:
            return rows.none()
        claims = ClaimRow.objects.filter(id__in=RawSQL(*found)).exclude(incident="")  # noqa: S611 - made of quoted terms alone
        rows = rows.filter(id__in=claims.values("incident"))
    return rows


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet with how many incidents have each, the most first; chosen ones always."""

    field: str
    values: list[tuple[str, int]]


def facets(query: Query) -> tuple[int, list[Facet]]:
    """Return how many incidents a query finds, and how they fall into facets; three queries, however many incidents."""
    rows = incidents(query)
    columns = ("type", "admin1", "corroboration", "review")
    counts: dict[str, Counter[str]] = {column: Counter() for column in columns}
    total = 0
    for *values, number in rows.values_list(*columns).annotate(n=Count("id")).order_by():
        total += number
        for column, value in zip(columns, values, strict=True):
            counts[column][value] += number
    for kind in ("actor", "source"):
        tags = IncidentTag.objects.filter(kind=kind)
        if query.filtered():
            tags = tags.filter(incident__in=rows.values("id"))
        most = tags.values_list("value").annotate(n=Count("id")).order_by("-n", "value")[:60]
        counts[kind] = Counter(dict(most))
    order = ("type", "actor", "admin1", "corroboration", "review", "source")
    return total, [Facet(field, _shown(counts[field], getattr(query, field))) for field in order]


def _shown(counts: Counter[str], chosen: tuple[str, ...]) -> list[tuple[str, int]]:
    ordered = sorted(((v, n) for v, n in counts.items() if v), key=lambda i: (-i[1], i[0]))
    kept = [v for v, _ in ordered[:_FACETED]]
    return [*ordered[:_FACETED], *((v, counts.get(v, 0)) for v in chosen if v not in kept)]


def page(query: Query, number: int, size: int = PAGE) -> list[Incident]:
    """Return the incidents of a page, the first being 1; undated ones come last."""
    from django.db.models import F

    field, tie = SORTS[query.sort]
    by = F("start").desc(nulls_last=True) if field.startswith("-") else F("start").asc(nulls_last=True)
    rows = incidents(query).order_by(by, tie)[(number - 1) * size : number * size]
    return [Incident.model_validate(data) for data in rows.values_list("data", flat=True)]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with its incidents: code or name, a name to show, degrees, how exact, how many, and whether any is contested."""

    place: str
    name: str
    lat: float
    lon: float
    level: str
    count: int
    contested: int


def spots(query: Query) -> tuple[list[Spot], int]:
    """Return the places of what a query finds, and how many of its incidents have none that is known."""
    rows = incidents(query)
    counts: dict[str, Counter[str]] = {}
    total = 0
    for place, corroboration, number in rows.values_list("place", "corroboration").annotate(n=Count("id")).order_by():
        total += number
        if place:
            counts.setdefault(place, Counter())[corroboration] += number
    # One incident of each place says where it lies.
    examples = rows.exclude(place="").order_by().values("place").annotate(one=Min("id")).values("one")
    shown = dict(IncidentRow.objects.filter(id__in=examples).values_list("place", "data__place"))
    out = []
    placed = 0
    for place, by in counts.items():
        said = shown.get(place) or {}
        if said.get("lat") is None:
            continue
        number = sum(by.values())
        placed += number
        out.append(Spot(place, said["name"], said["lat"], said["lon"], said["level"] or "", number, by["contested"]))
    return sorted(out, key=lambda s: (-s.count, s.place)), total - placed


def timeline(query: Query) -> tuple[str, list[tuple[str, str, int]]]:
    """Return ("day" or "month", rows of day or month, type and number): days where the result spans three months at most."""
    rows = incidents(query).filter(start__isnull=False)
    ends = rows.aggregate(first=Min("start"), last=Max("start"))
    if ends["first"] is None:
        return "day", []
    if (ends["last"] - ends["first"]).days <= 92:
        found = rows.values_list("start", "type").annotate(n=Count("id")).order_by("start", "type")
        return "day", [(day.isoformat(), type_, n) for day, type_, n in found if day]
    months = rows.annotate(month=TruncMonth("start")).values_list("month", "type").annotate(n=Count("id")).order_by("month", "type")
    return "month", [(month.isoformat()[:7], type_, n) for month, type_, n in months]


def export(query: Query, form: str) -> Iterator[bytes]:
    """Yield just what a query finds as "csv" or "jsonl", in the order in which it is shown; raises ValueError for another form."""
    if form not in ("csv", "jsonl"):
        raise ValueError(f"format: csv or jsonl, not {form!r}")
    return _exported(query, form)


def _exported(query: Query, form: str) -> Iterator[bytes]:
    if form == "csv":
        yield "﻿".encode() + _line(_COLUMNS)
    number = 1
    while rows := page(query, number, _EXPORTED):
        for incident in rows:
            if form == "csv":
                yield _line(_cells(incident))
            else:
                yield json.dumps(incident.model_dump(mode="json"), ensure_ascii=False).encode() + b"\n"
        number += 1


def _line(cells: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(map(_cell, cells))
    return out.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _number(text) else text


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _cells(incident: Incident) -> list[Any]:
    place = incident.place
    figures: list[int | None] = []
    for outcome in ("killed", "wounded"):
        figures += _sum([loss for loss in incident.losses if loss.outcome == outcome])
    return [
        incident.id,
        incident.type,
        incident.start,
        incident.end,
        *((place.name, place.admin1, place.level, place.lat, place.lon) if place else (None,) * 5),
        *("; ".join(s.value for s in values) for values in (incident.initiators, incident.targets, incident.participants)),
        *figures,
        incident.corroboration,
        incident.review,
        incident.origins,
        "; ".join(origin.name for origin in incident.sources),
        "; ".join(incident.claims),
    ]


def _sum(losses: list[LossRange]) -> list[int | None]:
    """Return the lowest, best and highest sum of some losses; one that is unknown makes the sum unknown."""
    out: list[int | None] = []
    for bound in ("lowest", "best", "highest"):
        values = [getattr(loss, bound) for loss in losses]
        out.append(sum(values) if values and None not in values else None)
    return out

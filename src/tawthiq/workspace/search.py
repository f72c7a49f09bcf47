"""Search incidents by words of their claims, facets and days; the result as a list, on a map, over time, or as a file."""

# Queries are put together of names that stand here alone; what a person gives is handed on as parameters.
# ruff: noqa: S608
from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from tawthiq.link.decisions import REVIEWS
from tawthiq.model import EVENT_TYPES, Incident, LossRange
from tawthiq.workspace import fulltext
from tawthiq.workspace.models import ClaimRow, IncidentRow, IncidentTag

PAGE = 25
CORROBORATIONS = ("single-source", "corroborated", "contested")
SORTS = ("latest", "earliest")
VIEWS = ("list", "map", "timeline")
_MANY = ("type", "actor", "admin1", "place", "source", "corroboration", "review")
_ONE = ("q", "start", "end", "sort")
# The columns of an incident that a result keeps to count by.
_KEPT = ("id", "type", "admin1", "corroboration", "review", "start", "place")
_FOUND = "found_incidents"
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
            read_day(one[field], field)
    one["sort"] = one["sort"] or "latest"
    if one["sort"] not in SORTS:
        raise ValueError(f"sort: one of {', '.join(SORTS)}, not {one['sort']!r}")
    return Query(**one, **many)  # type: ignore[arg-type]


def read_day(said: str, field: str) -> date:
    """Read a day that a person gave; raises ValueError with one line for what is none, or lies outside 1900 to 2200."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise ValueError(f"{field}: a day as YYYY-MM-DD is expected, not {said!r}") from None
    if not 1900 <= day.year <= 2200:
        raise ValueError(f"{field}: a day between 1900 and 2200 is expected")
    return day


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
    if query.start and query.end:
        # What lasts more than a day is looked for apart, so that a period costs no more than what lies in it.
        began = Q(start__gte=query.start, start__lte=query.end)
        rows = rows.filter(began | Q(end__gt=F("start"), end__gte=query.start, start__lt=query.start))
    elif query.end:
        rows = rows.filter(start__lte=query.end)
    elif query.start:
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


class Result:
    """What a query finds, looked for once: the number of questions to the database does not grow with it.

    What is found is kept in a temporary table of the connection until the next result takes its place; everything is counted there.
    """

    def __init__(self, query: Query) -> None:
        self.query = query
        self.filtered = query.filtered()
        self._table = _FOUND if self.filtered else IncidentRow._meta.db_table
        if self.filtered:
            with connection.cursor() as cursor:
                columns = ", ".join(f"{quote(name)} varchar" for name in _KEPT)
                cursor.execute(f"create temporary table if not exists {_FOUND} ({columns})")
                cursor.execute(f"delete from {_FOUND}")
                with suppress(EmptyResultSet):
                    found, parameters = incidents(query).order_by().values_list(*_KEPT).query.sql_with_params()
                    cursor.execute(f"insert into {_FOUND} {found}", parameters)

    def _rows(self, asked: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(asked, list(parameters))
            return list(cursor.fetchall())

    def count(self) -> int:
        """Return how many incidents are found."""
        return int(self._rows(f"select count(*) from {self._table}")[0][0])

    def facets(self) -> tuple[int, list[Facet]]:
        """Return how many incidents are found, and how they fall into facets."""
        columns = ("type", "admin1", "corroboration", "review")
        counts: dict[str, Counter[str]] = {column: Counter() for column in columns}
        total = 0
        names = ", ".join(map(quote, columns))
        for *values, number in self._rows(f"select {names}, count(*) from {self._table} group by {names}"):
            total += number
            for column, value in zip(columns, values, strict=True):
                counts[column][value] += number
        tags = IncidentTag._meta.db_table
        # From what is found to its tags: SQLite keeps the order of a cross join.
        of = f"{_FOUND} f cross join {tags} t where t.incident_id = f.id" if self.filtered else f"{tags} t"
        for kind, value, number in self._rows(f"select t.kind, t.value, count(*) from {of} group by t.kind, t.value"):
            counts.setdefault(kind, Counter())[value] = number
        counts.setdefault("actor", Counter())
        counts.setdefault("source", Counter())
        order = ("type", "actor", "admin1", "corroboration", "review", "source")
        return total, [Facet(field, _shown(counts[field], getattr(self.query, field))) for field in order]

    def page(self, number: int, size: int = PAGE) -> list[Incident]:
        """Return the incidents of a page, the first being 1; undated ones come last."""
        order = f"{quote('start')} {'desc' if self.query.sort == 'latest' else 'asc'} nulls last, id"
        asked = f"select id from {self._table} order by {order} limit %s offset %s"
        ids = [row[0] for row in self._rows(asked, [size, (number - 1) * size])]
        found = dict(IncidentRow.objects.filter(id__in=ids).values_list("id", "data"))
        return [Incident.model_validate(found[name]) for name in ids]

    def spots(self) -> tuple[list[Spot], int]:
        """Return the places of what is found, and how many of its incidents have none that is known."""
        counts: dict[str, Counter[str]] = {}
        total = 0
        for place, corroboration, number in self._rows(
            f"select place, corroboration, count(*) from {self._table} group by place, corroboration"
        ):
            total += number
            if place:
                counts.setdefault(place, Counter())[corroboration] += number
        # One incident of each place says where it lies.
        examples = RawSQL(f"select min(id) from {self._table} where place <> '' group by place", [])  # noqa: S611
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

    def timeline(self, unit: str = "") -> tuple[str, list[tuple[str, str, int]]]:
        """Return ("day" or "month", rows of day or month, type and number).

        By days where the result spans three months at most, unless a unit is asked for.
        """
        start = f"cast({quote('start')} as varchar)"
        first, last = self._rows(f"select min({start}), max({start}) from {self._table} where {quote('start')} is not null")[0]
        if first is None:
            return "day", []
        unit = unit or ("day" if (date.fromisoformat(last) - date.fromisoformat(first)).days <= 92 else "month")
        at = start if unit == "day" else f"substr({start}, 1, 7)"
        asked = f"select {at}, type, count(*) from {self._table} where {quote('start')} is not null group by 1, 2 order by 1, 2"
        return unit, [(at_, type_, number) for at_, type_, number in self._rows(asked)]


def quote(name: str) -> str:
    """Return a column's name as SQL, also where it is a word of SQL."""
    return f'"{name}"'


def _shown(counts: Counter[str], chosen: tuple[str, ...]) -> list[tuple[str, int]]:
    ordered = sorted(((v, n) for v, n in counts.items() if v), key=lambda i: (-i[1], i[0]))
    kept = [v for v, _ in ordered[:_FACETED]]
    return [*ordered[:_FACETED], *((v, counts.get(v, 0)) for v in chosen if v not in kept)]


def export(query: Query, form: str) -> Iterator[bytes]:
    """Yield just what a query finds as "csv" or "jsonl", in the order in which it is shown; raises ValueError for another form."""
    if form not in ("csv", "jsonl"):
        raise ValueError(f"format: csv or jsonl, not {form!r}")
    return _exported(query, form)


def _exported(query: Query, form: str) -> Iterator[bytes]:
    if form == "csv":
        yield "﻿".encode() + _line(_COLUMNS)
    order = F("start").desc(nulls_last=True) if query.sort == "latest" else F("start").asc(nulls_last=True)
    for data in incidents(query).order_by(order, "id").values_list("data", flat=True).iterator(chunk_size=_EXPORTED):
        if form == "csv":
            yield _line(_cells(Incident.model_validate(data)))
        else:
            yield json.dumps(data, ensure_ascii=False).encode() + b"\n"


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

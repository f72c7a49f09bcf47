"""Count a record of any size by month, governorate, type and certainty, and sum its losses, in Arrow alone.

Rows come as they are stored, so that a million incidents are never a million objects at once.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tawthiq.model import FAMILY_OF

_BATCH = 4_000
_INCIDENTS = pa.schema(
    [
        ("month", pa.string()),
        ("type", pa.string()),
        ("family", pa.string()),
        ("admin1", pa.string()),
        ("corroboration", pa.string()),
        ("review", pa.string()),
    ]
)
_LOSSES = pa.schema(
    [
        ("who", pa.string()),
        ("outcome", pa.string()),
        ("lowest", pa.int64()),
        ("best", pa.int64()),
        ("highest", pa.int64()),
        ("unknown", pa.int64()),
        ("open", pa.int64()),
    ]
)


class Totals(NamedTuple):
    """Counts of incidents (columns named after what they are by, and `count`), and sums of losses by actor and outcome.

    In `losses`, `unknown` counts rows whose losses nobody knew and `open` those that give only a least figure: `highest` leaves
    them out.
    """

    incidents: int
    by_month: pa.Table
    by_place: pa.Table
    by_type: pa.Table
    by_certainty: pa.Table
    losses: pa.Table


def totals(rows: Iterable[Mapping[str, Any]], start: str | None = None, end: str | None = None) -> Totals:
    """Return the totals of incidents given as their stored JSON, of those within a period where one is given.

    Rejected incidents and those that nobody tells as having happened are left out; one without a date belongs to no period.
    """
    iterator = iter(rows)
    incidents, losses = [], []
    # Rows hold no cycles; looking for some among all that a process has loaded takes five times as long as counting.
    collecting = gc.isenabled()
    gc.disable()
    try:
        while batch := list(islice(iterator, _BATCH)):
            kept = [row for row in batch if _counts(row, start, end)]
            incidents.append(_table([_incident(row) for row in kept], _INCIDENTS))
            losses.append(_table([_loss(loss) for row in kept for loss in row["losses"]], _LOSSES))
    finally:
        if collecting:
            gc.enable()
    table = pa.concat_tables(incidents) if incidents else _INCIDENTS.empty_table()
    lost = pa.concat_tables(losses) if losses else _LOSSES.empty_table()
    summed = lost.group_by(["who", "outcome"]).aggregate(
        [("lowest", "sum"), ("best", "sum"), ("highest", "sum"), ("unknown", "sum"), ("open", "sum"), ("best", "count")]
    )
    return Totals(
        table.num_rows,
        _count(table, "month", "family"),
        _count(table, "admin1"),
        _count(table, "type"),
        _count(table, "corroboration", "review"),
        summed.sort_by([("best_sum", "descending"), ("who", "ascending"), ("outcome", "ascending")]),
    )


def _counts(row: Mapping[str, Any], start: str | None, end: str | None) -> bool:
    if row["review"] == "rejected" or (row["versions"] and all(v["stance"] != "told" for v in row["versions"])):
        return False
    if start is None and end is None:
        return True
    first, last = row["start"], row["end"] or row["start"]
    return first is not None and (start is None or last >= start) and (end is None or first <= end)


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table([pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)


def _incident(row: Mapping[str, Any]) -> tuple[Any, ...]:
    place, start, type_ = row["place"], row["start"], row["type"]
    month = start[:7] if start else None
    return month, type_, FAMILY_OF[type_], place["admin1"] if place else None, row["corroboration"], row["review"]


def _loss(loss: Mapping[str, Any]) -> tuple[Any, ...]:
    lowest, best, highest = loss["lowest"], loss["best"], loss["highest"]
    known = lowest is not None or highest is not None
    best = best if best is not None else lowest
    return loss["who"], loss["outcome"], lowest, best, highest, int(not known), int(known and highest is None)


def _count(table: pa.Table, *columns: str) -> pa.Table:
    counted = table.append_column("n", pa.array([1] * table.num_rows, pa.int64())) if table.num_rows else table
    if not table.num_rows:
        return pa.table({**{c: pa.array([], pa.string()) for c in columns}, "count": pa.array([], pa.int64())})
    grouped = counted.group_by(list(columns)).aggregate([("n", "sum")]).rename_columns([*columns, "count"])
    return grouped.sort_by([("count", "descending"), *((c, "ascending") for c in columns)])


def months_of(made: Totals) -> pa.Table:
    """Return how many incidents each month holds, in order; those without a date are left to `by_month`."""
    dated = made.by_month.filter(pc.is_valid(made.by_month.column("month")))
    return dated.group_by("month").aggregate([("count", "sum")]).rename_columns(["month", "count"]).sort_by("month")

"""Count incidents by day, type and governorate, over Arrow tables.

What has no date or place is counted under null, never left out.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from tawthiq.model import FAMILY_OF, Incident

SCHEMA = pa.schema(
    [("incident", pa.string()), ("day", pa.string()), ("type", pa.string()), ("family", pa.string()), ("admin1", pa.string())]
)


def incidents_table(incidents: Iterable[Incident]) -> pa.Table:
    """Return one row an incident with its first day (ISO date or null), type, type family and governorate p-code or null."""
    rows = [(i.id, i.start, i.type, FAMILY_OF[i.type], i.place.admin1 if i.place else None) for i in incidents]
    return pa.table([pa.array([row[at] for row in rows], type=field.type) for at, field in enumerate(SCHEMA)], schema=SCHEMA)


def count_by(table: pa.Table, *columns: str) -> pa.Table:
    """Return the number of rows for each combination of columns, in a column `count`, sorted by the columns, nulls last."""
    counted = table.group_by(list(columns)).aggregate([("incident", "count")]).rename_columns([*columns, "count"])
    return counted.sort_by([(column, "ascending") for column in columns])

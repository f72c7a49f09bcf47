"""Score pairs of claims with splink on DuckDB, by a version of the weights.

Pairs are made by the claims' blocking keys (see `link.table`), so that time grows with what is near, not with the square of the
whole; new claims are compared with stored ones and with one another, never stored ones among themselves again.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from tawthiq.link.comparisons import settings
from tawthiq.link.weights import Weights

# Weights are compared rounded, so that their order is the same on every machine.
PLACES = 4
# Pairs that share a key, each once; a memory limit holds because the join and the sorting out of doubles go over the disk.
_BLOCKING = """
create table blocked as
with keyed as (select claim, fresh, unnest(keys) as key from claims)
select distinct '0' as match_key, l.claim as join_key_l, r.claim as join_key_r
from keyed l join keyed r on l.key = r.key and l.claim < r.claim and (l.fresh or r.fresh)
"""
_SCHEMA = pa.schema([("weight", pa.float64()), ("first", pa.string()), ("second", pa.string())])


class Pair(NamedTuple):
    """Two claims, the first id smaller, and log2 of the odds that both tell the same occurrence."""

    weight: float
    first: str
    second: str


def score_pairs(table: pa.Table, weights: Weights, stored: pa.Table | None = None, memory: str = "2GB") -> list[Pair]:
    """Return every pair of claims whose weight reaches the threshold, the heaviest first, ties by claim id.

    `table` has the columns of `link.table.SCHEMA`. With `stored`, pairs are those among the claims of `table` and between them and
    the stored ones. `memory` is DuckDB's limit.
    """
    return sorted(
        (
            Pair(*row)
            for row in zip(*(column.to_pylist() for column in scored(table, weights, stored, memory).columns), strict=True)
        ),
        key=lambda p: (-p.weight, p.first, p.second),
    )


def scored(table: pa.Table, weights: Weights, stored: pa.Table | None = None, memory: str = "2GB") -> pa.Table:
    """Return what `score_pairs` does as a table of weight, first and second, in no order."""
    if not table.num_rows or table.num_rows + (stored.num_rows if stored is not None else 0) < 2:
        return _SCHEMA.empty_table()
    # Slow to load, and most commands link nothing.
    import duckdb
    from splink import DuckDBAPI, Linker

    connection = duckdb.connect(config={"memory_limit": memory, "preserve_insertion_order": False})
    try:
        connection.register("new_in", table)
        connection.execute("create table claims as select *, true as fresh from new_in")
        if stored is not None and stored.num_rows:
            connection.register("stored_in", stored)
            connection.execute("insert into claims select *, false from stored_in")
        connection.execute(_BLOCKING)
        api = DuckDBAPI(connection)
        linker = Linker(api.register("claims"), settings(weights), log_level=40)
        linker.table_management.register_blocked_pairs_for_predict(api.register("blocked"))
        found = linker.inference.predict(threshold_match_weight=weights.threshold, warning_mode="never").physical_name
        return connection.sql(
            f"select round(match_weight, {PLACES}) as weight, claim_l as first, claim_r as second from {found}"  # noqa: S608
        ).to_arrow_table()
    finally:
        connection.close()

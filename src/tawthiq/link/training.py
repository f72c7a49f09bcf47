"""Estimate weights on a project's own claims: u by random pairs, m by expectation maximisation, frequencies by counting.

What a project's claims say little about stays near the weights that were there before: an estimate counts as many pairs as look
like one occurrence, the earlier one `BELIEF` pairs.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from splink import DuckDBAPI, Linker

from tawthiq.link.comparisons import COMPARISONS, settings
from tawthiq.link.pairs import scored
from tawthiq.link.weights import Weights

# Below this the estimates would be noise: claims to draw pairs from, and pairs that look like one occurrence.
LEAST_CLAIMS = 1000
LEAST_PAIRS = 200
BELIEF = 100
_SAMPLED = 2_000_000
_SEED = 1
# Each rule fixes some columns, so that the others can be estimated among pairs of which many are one occurrence.
_EM_RULES = (
    "l.spot = r.spot and l.window_first = r.window_first and l.window_last = r.window_last",
    "l.kin = r.kin and l.killed_low = r.killed_low and l.killed_low > 2 and l.wounded_low = r.wounded_low",
)


class NotEnough(ValueError):  # noqa: N818
    """A project has too few claims to estimate weights; the message says how many, and how many it takes."""


class Trained(NamedTuple):
    """New weights, and on how many claims and pairs taken for one occurrence they rest."""

    weights: Weights
    claims: int
    pairs: int


def train(table: pa.Table, base: Weights, version: str, memory: str = "2GB") -> Trained:
    """Estimate weights on the claims of a table with the columns of `link.table.SCHEMA`; raises NotEnough for too few.

    Method: Fellegi and Sunter (1969) with u of random pairs and m by expectation maximisation, as splink has them.
    """
    if table.num_rows < LEAST_CLAIMS:
        raise NotEnough(f"{table.num_rows} event claims are too few to estimate weights: it takes {LEAST_CLAIMS}")
    pairs = scored(table, base, memory=memory).num_rows
    if pairs < LEAST_PAIRS:
        raise NotEnough(f"{pairs} pairs of claims look like one occurrence, too few to estimate weights: it takes {LEAST_PAIRS}")
    estimated = _estimate(table, base, memory)
    comparisons: dict[str, dict[str, dict[str, float]]] = {}
    for one in COMPARISONS:
        before = base.comparisons[one.name]
        comparisons[one.name] = {level: {} for level in one.names}
        for figure in ("m", "u"):
            believed = {level: float(getattr(before[level], figure)) for level in one.names}
            found = {level: shares[figure] for level, shares in estimated[one.name].items() if figure in shares}
            # A level that no pair showed has no share; a comparison that nothing was estimated of keeps what was believed. The
            # belief counts alike in m and u, so that where the project says nothing the weight stays what it was.
            drawn = {
                level: (pairs * (found.get(level, 0.0) if found else believed[level]) + BELIEF * believed[level]) / (pairs + BELIEF)
                for level in one.names
            }
            for level, value in drawn.items():
                comparisons[one.name][level][figure] = round(max(value / sum(drawn.values()), 1e-6), 6)
    possible = table.num_rows * (table.num_rows - 1) / 2
    made = base.model_dump() | {
        "version": version,
        "derivation": (
            f"estimated on {table.num_rows} event claims of the project, {pairs} of whose pairs were taken for one occurrence by"
            f" version {base.version}; u by random pairs, m by expectation maximisation, both drawn toward that version by the"
            f" weight of {BELIEF} pairs"
        ),
        "prior": min(base.prior, max(pairs / possible, 1e-7)),
        "rare": max(1e-5, min(base.rare, 1 / table.num_rows)),
        "comparisons": comparisons,
        "frequencies": frequencies(table, base.rare),
    }
    return Trained(Weights.model_validate(made), table.num_rows, pairs)


def _estimate(table: pa.Table, base: Weights, memory: str) -> dict[str, dict[str, dict[str, float]]]:
    connection = duckdb.connect(config={"memory_limit": memory, "threads": 1})
    try:
        connection.register("claims_in", table)
        connection.execute("create table claims as select * from claims_in order by claim")
        blank = settings(base) | {"max_iterations": 20}
        for comparison in blank["comparisons"]:
            for level in comparison["comparison_levels"]:
                # What is not estimated has to be seen from what is.
                level.pop("m_probability", None)
                level.pop("u_probability", None)
        linker = Linker(DuckDBAPI(connection).register("claims"), blank, log_level=40)
        linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED, seed=_SEED)
        for rule in _EM_RULES:
            linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)
        model: dict[str, Any] = linker.misc.save_model_to_json()
    finally:
        connection.close()
    out: dict[str, dict[str, dict[str, float]]] = {}
    for one in model["comparisons"]:
        out[one["output_column_name"]] = {
            level["label_for_charts"]: {
                figure: float(level[f"{figure}_probability"])
                for figure in ("m", "u")
                if isinstance(level.get(f"{figure}_probability"), float)
            }
            for level in one["comparison_levels"]
            if not level.get("is_null_level")
        }
    return out


def frequencies(table: pa.Table, rare: float) -> dict[str, dict[str, float]]:
    """Return for type, spot and actors the values that more than a share `rare` of the claims have, with that share."""
    out: dict[str, dict[str, float]] = {}
    for column in ("type", "spot", "initiators", "targets"):
        values = table.column(column).combine_chunks()
        if pa.types.is_list(values.type):
            values = pc.list_flatten(values)
        counted = pc.value_counts(values.drop_null())
        shares = {str(row["values"]): row["counts"] / table.num_rows for row in counted.to_pylist()}
        out[column] = {value: round(share, 6) for value, share in sorted(shares.items()) if share > rare}
    return out


def level_counts(connection: Any, labels: str) -> dict[str, Counter[tuple[bool, str]]]:
    """Return for each comparison how many pairs of the table `claims` fall into each level, as (told as one occurrence, level).

    `labels` is a table of claim and incident; pairs of which something is not said are left out.
    """
    columns = [row[0] for row in connection.execute("describe claims").fetchall()]
    sides = ", ".join(f"l.{name} as {name}_l, r.{name} as {name}_r" for name in columns)
    out = {}
    for one in COMPARISONS:
        cases = " ".join(f"when {level.condition} then '{level.name}'" for level in one.levels)
        rows = connection.execute(
            f"with pairs as (select {sides}, a.incident = b.incident as same from claims l join {labels} a on a.claim = l.claim,"  # noqa: S608
            f" claims r join {labels} b on b.claim = r.claim where l.claim < r.claim)"
            f" select same, case when {one.unknown} then null {cases} else '{one.rest}' end as level, count(*) from pairs"
            " group by all"
        ).fetchall()
        out[one.name] = Counter({(bool(same), str(level)): int(count) for same, level, count in rows if level is not None})
    return out

"""Explain how likely two claims tell one occurrence: every comparison with its level and its weight, as steps of a waterfall."""

from __future__ import annotations

import math

import duckdb
from splink import DuckDBAPI, Linker

from tawthiq.link.cluster import contradiction
from tawthiq.link.comparisons import COMPARISONS, settings
from tawthiq.link.table import claims_table
from tawthiq.link.told import Told
from tawthiq.link.weights import Weights
from tawthiq.model import Record

UNKNOWN = "unknown"


class Step(Record):
    """One comparison: the level that holds ("unknown" where it is not said), its weight in bits, and what rarity adds to it."""

    comparison: str
    level: str
    weight: float
    rarity: float = 0.0


class Explanation(Record):
    """Two claims: the weight they start from (`prior`), what each comparison adds, the sum, and what forbids it (`contradiction`).

    Weights are log2 of odds; `probability` is that of the sum. `compared` says whether they share a blocking key at all; they are
    joined when the sum reaches `threshold`, nothing forbids it, and no better company of either does.
    """

    first: str
    second: str
    version: str
    prior: float
    steps: tuple[Step, ...]
    weight: float
    probability: float
    threshold: float
    compared: bool
    contradiction: str | None


def explain(first: Told, second: Told, weights: Weights) -> Explanation:
    """Explain a pair of event claims; raises ValueError for claims of other kinds, which belong to no incident."""
    table = claims_table(((t.report, t.claim) for t in (first, second)), weights)
    if table.num_rows < 2:
        raise ValueError("only claims of kind event are linked")
    left, right = table.to_pylist()
    with duckdb.connect() as connection:
        connection.register("pair", table)
        connection.execute("create table claims_left as select * from pair limit 1")
        connection.execute("create table claims_right as select * from pair limit 1 offset 1")
        api = DuckDBAPI(connection)
        one, other = api.register("claims_left"), api.register("claims_right")
        linker = Linker(one, settings(weights) | {"retain_intermediate_calculation_columns": True}, log_level=40)
        row = linker.inference.score_pairs(one, other).as_record_list()[0]
    steps = []
    for comparison in COMPARISONS:
        gamma = int(row[f"gamma_{comparison.name}"])
        # The highest number is the first level, 0 the rest, -1 what is not said.
        level = UNKNOWN if gamma < 0 else comparison.names[len(comparison.names) - 1 - gamma]
        rarity = float(row.get(f"mw_tf_adj_{comparison.name}") or 0.0)
        steps.append(
            Step(
                comparison=comparison.name,
                level=level,
                weight=round(float(row[f"mw_{comparison.name}"]), 2),
                rarity=round(rarity, 2),
            )
        )
    weight = float(row["match_weight"])
    return Explanation(
        first=first.key,
        second=second.key,
        version=weights.version,
        prior=round(math.log2(weights.prior / (1 - weights.prior)), 2),
        steps=tuple(steps),
        weight=round(weight, 2),
        probability=round(1 / (1 + 2**-weight), 4),
        threshold=weights.threshold,
        compared=not set(left["keys"]).isdisjoint(right["keys"]),
        contradiction=contradiction(left, right),
    )

"""Score pairs of claims with splink on DuckDB, by the weights of the versioned model file.

Pairs are made by blocking (same days and cell, same days and kin, same report), so that time grows with what is near, not
with the square of the whole.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import pyarrow as pa
import yaml
from splink import DuckDBAPI, Linker

from tawthiq.link.table import EARTH_KM

_DISTANCE = (
    f"(2 * {EARTH_KM} * asin(sqrt(least(1, pow(sin(radians(lat_r - lat_l) / 2), 2)"
    " + cos(radians(lat_l)) * cos(radians(lat_r)) * pow(sin(radians(lon_r - lon_l) / 2), 2)))))"
)
_LEVELS: dict[str, tuple[str, dict[str, str]]] = {
    "time": (
        "day_first_l is null or day_first_r is null",
        {
            "same_day": "day_first_l = day_first_r and day_last_l = day_last_r",
            "overlapping": "day_first_l <= day_last_r and day_first_r <= day_last_l",
            "a_day_apart": "abs(day_first_l - day_first_r) <= 1",
        },
    ),
    "type": (
        "type_l is null",
        {
            "same": "type_l = type_r",
            "same_family": "family_l = family_r and 'armed-clash' not in (type_l, type_r)",
            "related": "kin_l = kin_r",
        },
    ),
    "place": (
        "lat_l is null or lat_r is null",
        {
            "same_spot": f"{_DISTANCE} <= 4 and greatest(precision_km_l, precision_km_r) <= 40",
            "within_precision": f"{_DISTANCE} <= greatest(precision_km_l, precision_km_r)",
            "near": f"{_DISTANCE} <= greatest(precision_km_l, precision_km_r) + 25",
        },
    ),
    "initiators": (
        "initiators_l is null or initiators_r is null",
        {"same": "initiators_l = initiators_r", "overlapping": "list_has_any(initiators_l, initiators_r)"},
    ),
    "targets": (
        "targets_l is null or targets_r is null",
        {"same": "targets_l = targets_r", "overlapping": "list_has_any(targets_l, targets_r)"},
    ),
    "losses": (
        "(killed_l is null or killed_r is null) and (wounded_l is null or wounded_r is null)",
        {
            "same": "coalesce(killed_l, -1) = coalesce(killed_r, -1)",
            "compatible": "abs(coalesce(killed_l, killed_r, 0) - coalesce(killed_r, killed_l, 0))"
            " <= 2 + 0.5 * least(coalesce(killed_l, 0), coalesce(killed_r, 0))",
        },
    ),
    "telling": (
        "report_l is null",
        {
            "another_report": "report_l <> report_r",
            "same_report_other_account": "account_l <> account_r",
        },
    ),
}
_LAST = {
    "time": "apart",
    "type": "different",
    "place": "far",
    "initiators": "different",
    "targets": "different",
    "losses": "different",
    "telling": "same_report_same_account",
}
_BLOCKING = (
    "l.kin = r.kin and l.day_first = r.day_first",
    "l.kin = r.kin and l.day_first = r.day_first + 1",
    "l.kin = r.kin and l.day_first = r.day_first - 1",
    "l.kin = r.kin and l.day_last = r.day_last",
    "l.report = r.report and l.kin = r.kin",
    "l.cell = r.cell and l.day_first = r.day_first",
)


@cache
def weights() -> dict[str, Any]:
    """Return the model file: version, prior, threshold, comparisons with m and u, precisions in kilometres."""
    text = (files("tawthiq.link") / "weights.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def settings(model: dict[str, Any]) -> dict[str, Any]:
    """Return splink's settings for a model file."""
    comparisons = []
    for name, (null, levels) in _LEVELS.items():
        figures = model["comparisons"][name]
        parts: list[dict[str, Any]] = [{"sql_condition": null, "label_for_charts": "not said", "is_null_level": True}]
        for level, condition in levels.items():
            parts.append(
                {
                    "sql_condition": condition,
                    "label_for_charts": level,
                    "m_probability": figures[level]["m"],
                    "u_probability": figures[level]["u"],
                }
            )
        last = _LAST[name]
        parts.append(
            {
                "sql_condition": "ELSE",
                "label_for_charts": last,
                "m_probability": figures[last]["m"],
                "u_probability": figures[last]["u"],
            }
        )
        comparisons.append({"output_column_name": name, "comparison_levels": parts, "comparison_description": name})
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "claim",
        "probability_two_random_records_match": model["prior"],
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in _BLOCKING],
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
    }


def score_pairs(table: pa.Table, model: dict[str, Any], memory: str = "2GB") -> list[tuple[float, str, str]]:
    """Return (weight, claim, claim) for every pair whose weight reaches the threshold, heaviest first, ties by claim id.

    `table` has the columns of `link.table.SCHEMA`; `memory` is DuckDB's limit. The weight is log2 of the odds that both tell
    the same occurrence, rounded to 6 places so that the order is the same on every machine.
    """
    if table.num_rows < 2:
        return []
    connection = duckdb.connect(config={"memory_limit": memory, "threads": 1})
    try:
        connection.register("claims_in", table)
        connection.execute("create table claims as select * from claims_in order by claim")
        api = DuckDBAPI(connection)
        linker = Linker(api.register("claims"), settings(model), log_level=40)
        found = linker.inference.predict(threshold_match_weight=float(model["threshold"]), warning_mode="never")
        rows = connection.execute(f"select match_weight, claim_l, claim_r from {found.physical_name}").fetchall()  # noqa: S608
    finally:
        connection.close()
    pairs = [(round(float(w), 6), min(a, b), max(a, b)) for w, a, b in rows]
    return sorted(pairs, key=lambda p: (-p[0], p[1], p[2]))

"""What is compared of two claims, level by level, in the SQL that splink runs; shared by scoring, training and explaining.

The levels of a comparison are tried in order; what fits none is its last level, and what is not said in one of the claims weighs
nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tawthiq.link.table import EARTH_KM, OPEN
from tawthiq.link.weights import Weights


class Level(NamedTuple):
    """A level: its name, the condition under which it holds, and the column whose rarer values weigh more."""

    name: str
    condition: str
    rare: str | None = None


class Comparison(NamedTuple):
    """A comparison: its name, when nothing can be compared, its levels from alike to unlike, and the name of the rest."""

    name: str
    unknown: str
    levels: tuple[Level, ...]
    rest: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all levels, the rest last."""
        return (*(level.name for level in self.levels), self.rest)


_DISTANCE = (
    f"(2 * {EARTH_KM} * asin(sqrt(least(1, pow(sin(radians(lat_r - lat_l) / 2), 2)"
    " + cos(radians(lat_l)) * cos(radians(lat_r)) * pow(sin(radians(lon_r - lon_l) / 2), 2)))))"
)
_UNDATED = "(day_first_l is null or day_first_r is null)"
_COARSER = "greatest(precision_km_l, precision_km_r)"


def _both(figure: str) -> str:
    return f"({figure}_low_l is not null and {figure}_low_r is not null)"


def _told(bound: str, side: str) -> str:
    """Return a bound of the figure that both claims give: of the killed, else of the wounded, else of those held."""
    return (
        f"(case when {_both('killed')} then killed_{bound}_{side}"
        f" when {_both('wounded')} then wounded_{bound}_{side} else held_{bound}_{side} end)"
    )


_LOW_L, _LOW_R, _HIGH_L, _HIGH_R = (_told(bound, side) for bound in ("low", "high") for side in ("l", "r"))


def _actors(role: str) -> Comparison:
    left, right = f"{role}_l", f"{role}_r"
    return Comparison(
        role,
        f"{left} is null or {right} is null",
        (
            Level("same", f"{left} = {right}", role),
            Level("overlapping", f"list_has_any({left}, {right})", role),
            # liwa-al-quds and regime-militias: one belongs to the other, or both to the same.
            Level("near", f"list_has_any({role}_near_l, {role}_near_r)"),
            Level("same_side", f"list_has_any({role}_sides_l, {role}_sides_r)"),
            Level("unidentified", f"{role}_sides_l is null or {role}_sides_r is null"),
        ),
        "different",
    )


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "time",
        "window_first_l is null or window_first_r is null",
        (
            Level("same_day", "day_first_l = day_first_r and day_last_l = day_last_r"),
            Level("overlapping", "day_first_l <= day_last_r and day_first_r <= day_last_l"),
            Level("a_day_apart", "day_first_l <= day_last_r + 1 and day_first_r <= day_last_l + 1"),
            # Of one at least only the report's day is known.
            Level("told_then", f"{_UNDATED} and window_first_l <= window_last_r and window_first_r <= window_last_l"),
            Level("told_at_another_time", _UNDATED),
        ),
        "apart",
    ),
    Comparison(
        "type",
        "type_l is null",
        (
            Level("same", "type_l = type_r", "type"),
            Level("same_family", "family_l = family_r and 'armed-clash' not in (type_l, type_r)"),
            Level("related", "kin_l = kin_r"),
        ),
        "different",
    ),
    Comparison(
        "place",
        "spot_l is null or spot_r is null or (spot_l <> spot_r and (lat_l is null or lat_r is null))",
        (
            Level("same_spot", f"spot_l = spot_r and (lat_l is null or ({_DISTANCE} <= 4 and {_COARSER} <= 45))", "spot"),
            Level("within_point", f"{_DISTANCE} <= 6 and {_COARSER} <= 45"),
            Level("within_precision", f"{_DISTANCE} <= {_COARSER}"),
            Level("near", f"{_DISTANCE} <= {_COARSER} + 25"),
        ),
        "far",
    ),
    _actors("initiators"),
    _actors("targets"),
    Comparison(
        "losses",
        f"not {_both('killed')} and not {_both('wounded')} and not {_both('held')}",
        (
            Level("same", f"{_LOW_L} = {_LOW_R} and {_HIGH_L} = {_HIGH_R} and {_HIGH_L} < {OPEN} and {_LOW_L} > 0"),
            Level("compatible", f"{_LOW_L} <= {_HIGH_R} and {_LOW_R} <= {_HIGH_L}"),
            # A toll that a later report raises.
            Level(
                "corrected",
                f"(told_l < told_r and {_LOW_L} <= {_LOW_R} and {_LOW_R} <= 2 * {_LOW_L} + 3)"
                f" or (told_r < told_l and {_LOW_R} <= {_LOW_L} and {_LOW_L} <= 2 * {_LOW_R} + 3)",
            ),
            Level("close", f"abs({_LOW_L} - {_LOW_R}) <= 2 + 0.5 * least({_LOW_L}, {_LOW_R})"),
        ),
        "different",
    ),
    Comparison(
        "detail",
        "words_l is null or words_r is null",
        (Level("shared", "list_has_any(words_l, words_r)"),),
        "other",
    ),
    Comparison(
        "telling",
        "report_l is null",
        (
            Level("another_report", "report_l <> report_r"),
            Level("same_report_another_speaker", "account_l <> account_r"),
            Level("same_report_another_certainty", "modality_l <> modality_r"),
        ),
        "same_report_same_account",
    ),
)


def settings(weights: Weights, comparisons: tuple[Comparison, ...] = COMPARISONS) -> dict[str, Any]:
    """Return splink's settings for a version of the weights."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "claim",
        "probability_two_random_records_match": weights.prior,
        "comparisons": [_comparison(one, weights) for one in comparisons],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": "l.keys = r.keys", "arrays_to_explode": ["keys"], "sql_dialect": "duckdb"}
        ],
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
    }


def _comparison(one: Comparison, weights: Weights) -> dict[str, Any]:
    figures = weights.comparisons[one.name]
    levels: list[dict[str, Any]] = [{"sql_condition": one.unknown, "label_for_charts": "not said", "is_null_level": True}]
    for level in (*one.levels, Level(one.rest, "ELSE")):
        made: dict[str, Any] = {
            "sql_condition": level.condition,
            "label_for_charts": level.name,
            "m_probability": figures[level.name].m,
            "u_probability": figures[level.name].u,
        }
        if level.rare is not None:
            # A lookup of shares, frozen with the weights: a rare town in common says more than a capital.
            made |= {
                "tf_adjustment_column": level.rare,
                "tf_adjustment_weight": 1.0,
                "tf_minimum_u_value": weights.rare,
                "disable_tf_exact_match_detection": True,
            }
        levels.append(made)
    return {"output_column_name": one.name, "comparison_levels": levels, "comparison_description": one.name}

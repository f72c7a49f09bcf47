"""Estimate how many incidents no source told, from how often independent origins tell the same ones.

Outlets that copy one another look like agreement, so that estimates come out too low; what some kind of place or victim hides
from all sources alike is in no estimate at all. Where the data cannot bear an estimate none is made, and the reason is given.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from tawthiq.analyse.tables import Tables
from tawthiq.model import Record

LEAST_INCIDENTS = 30
LEAST_IN_LIST = 10
LEAST_SHARED = 5
MOST_LISTS = 4
_Z = 1.959964  # two-sided 95 %
History = frozenset[str]


class Estimate(Record):
    """How many incidents there were in all, estimated: `at_least` is Chao's lower bound, `total` a log-linear model's figure.

    `at_least_low` is the lower 95 % limit of the bound, `low` and `high` the 95 % interval of `total`; they are None where the
    data cannot bear them, and `refused` says why. `lists` are the origins that were compared, with how many incidents each told.
    """

    incidents: int
    lists: tuple[tuple[str, int], ...]
    at_least: float | None = None
    at_least_low: float | None = None
    total: float | None = None
    low: float | None = None
    high: float | None = None
    dependent: tuple[tuple[str, str], ...] = ()
    refused: str | None = None


def undocumented(tables: Tables) -> Estimate:
    """Return the estimate for the incidents of a record that someone tells as having happened."""
    told = {row["incident"] for row in tables.incidents.to_pylist() if row["told"]}
    voices: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for claim in tables.claims.to_pylist():
        if claim["incident"] in told and claim["modality"] in ("asserted", "hedged"):
            voices.setdefault(claim["incident"], set()).add(claim["voice"])
            names[claim["voice"]] = min(claim["voice_name"], names.get(claim["voice"], claim["voice_name"]))
    made = estimate(frozenset(v) for v in voices.values())
    return made.model_copy(
        update={
            "lists": tuple((names.get(name, name), count) for name, count in made.lists),
            "dependent": tuple((names.get(a, a), names.get(b, b)) for a, b in made.dependent),
        }
    )


def estimate(histories: Iterable[History]) -> Estimate:
    """Return the estimate for incidents given as the sets of origins that tell them."""
    all_ = [h for h in histories if h]
    counts = Counter(name for history in all_ for name in history)
    lists = tuple(name for name, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])) if count >= LEAST_IN_LIST)[
        :MOST_LISTS
    ]
    shown = tuple((name, counts[name]) for name in lists)
    kept = [h & set(lists) for h in all_ if h & set(lists)]
    if len(kept) < LEAST_INCIDENTS:
        return Estimate(incidents=len(all_), lists=shown, refused="few-incidents")
    if len(lists) < 2:
        return Estimate(incidents=len(all_), lists=shown, refused="one-list")
    shared = sum(len(h) == 2 for h in kept)
    if shared < LEAST_SHARED:
        return Estimate(incidents=len(all_), lists=shown, refused="little-shared")
    bound, bound_low = chao(kept)
    made = Estimate(incidents=len(all_), lists=shown, at_least=round(bound, 1), at_least_low=round(bound_low, 1))
    if len(lists) < 3:
        return made.model_copy(update={"refused": "two-lists"})
    if any(sum({a, b} <= h for h in kept) == 0 for a, b in combinations(lists, 2)):
        return made.model_copy(update={"refused": "lists-apart"})
    fitted = log_linear(kept, lists)
    if fitted is None:
        return made.model_copy(update={"refused": "no-fit"})
    total, low, high, dependent = fitted
    return made.model_copy(update={"total": round(total, 1), "low": round(low, 1), "high": round(high, 1), "dependent": dependent})


def chao(histories: Sequence[History]) -> tuple[float, float]:
    """Return Chao's lower bound of the number in all, bias-corrected for lists of unequal reach, and its lower 95 % limit.

    From how many are told by list i alone (z_i), by any one list (f1) and by two (f2): n + (f1^2 - sum z_i^2) / (2 (f2 + 1)) (Chao,
    "Estimating population size for sparse data in capture-recapture experiments", Biometrics 1989); for two lists it is Chapman's
    estimate but for the correction. The limit is log-normal, its variance by the delta method.
    """
    n = len(histories)
    alone = Counter(name for h in histories if len(h) == 1 for name in h)
    f1, f2 = alone.total(), sum(len(h) == 2 for h in histories)
    missing = (f1**2 - sum(z**2 for z in alone.values())) / (2 * (f2 + 1))
    if missing <= 0:
        return float(n), float(n)
    variance = missing + sum(z * ((f1 - z) / (f2 + 1)) ** 2 for z in alone.values()) + f2 * (missing / (f2 + 1)) ** 2
    spread = math.exp(_Z * math.sqrt(math.log(1 + variance / missing**2)))
    return n + missing, n + missing / spread


def log_linear(
    histories: Sequence[History], lists: Sequence[str]
) -> tuple[float, float, float, tuple[tuple[str, str], ...]] | None:
    """Return the number in all by a log-linear model with its 95 % interval, and the pairs of lists that depend; None for no fit.

    Poisson regression of the counts of every combination of lists (Fienberg, Biometrika 1972); dependences of pairs are added one
    by one as long as BIC falls. The interval is log-normal and holds the chance of what was missed beside that of the estimate.
    """
    cells = [frozenset(some) for size in range(1, len(lists) + 1) for some in combinations(lists, size)]
    observed = Counter(histories)
    y = np.asarray([observed.get(cell, 0) for cell in cells], dtype=float)
    pairs: list[tuple[str, str]] = []
    best = _fit(cells, y, lists, pairs)
    if best is None:
        return None
    # One combination is left for the residual at least: a model that fits all by its form tells nothing of its fit.
    while len(cells) - 1 - len(lists) - len(pairs) > 1:
        tried = [
            (fit, pair) for pair in combinations(lists, 2) if pair not in pairs and (fit := _fit(cells, y, lists, [*pairs, pair]))
        ]
        better = min(tried, key=lambda t: t[0][0], default=None)
        if better is None or better[0][0] >= best[0]:
            break
        best, pairs = better[0], [*pairs, better[1]]
    _, intercept, error = best
    missing = math.exp(intercept)
    variance = (missing * error) ** 2 + missing
    spread = math.exp(_Z * math.sqrt(math.log(1 + variance / missing**2)))
    n = len(histories)
    if missing * spread > 100 * n:
        return None
    return n + missing, n + missing / spread, n + missing * spread, tuple(pairs)


def _fit(
    cells: Sequence[History],
    y: np.ndarray[tuple[int], np.dtype[np.float64]],
    lists: Sequence[str],
    pairs: Sequence[tuple[str, str]],
) -> tuple[float, float, float] | None:
    """Fit a model and return its BIC, the log of the cell that nobody saw, and its standard error.

    None when it does not converge.
    """
    import statsmodels.api as sm

    x = np.asarray([[1.0, *(float(name in cell) for name in lists), *(float({a, b} <= cell) for a, b in pairs)] for cell in cells])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fitted = sm.GLM(y, x, family=sm.families.Poisson()).fit()
        except (ValueError, np.linalg.LinAlgError):
            return None
    error = float(fitted.bse[0])
    if not fitted.converged or not math.isfinite(error) or error > 5:
        return None
    bic = -2 * float(fitted.llf) + x.shape[1] * math.log(max(2.0, float(y.sum())))
    return bic, float(fitted.params[0]), error

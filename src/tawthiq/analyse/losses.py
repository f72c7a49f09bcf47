"""Losses by actor, week and place as lowest, best and highest, and whether what is documented of them rises.

Unknown losses are counted as unknown, never as zero. A trend is that of what was documented: more reporting looks the same as more
losses, and a week without a documented loss is none without losses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from tawthiq.analyse.tables import add_days, belongs, days_between
from tawthiq.model import Record

LEAST_WEEKS = 8
LEAST_LOSSES = 10
_LEVEL = 0.05
_SHUFFLES = 999
_SEED = 1


class LossSum(Record):
    """Losses of one actor and outcome over the incidents of a week and governorate, or of all of them.

    `highest` is None where some incident gives only a least figure. `unknown` counts incidents whose losses nobody knew,
    `contested` those of the incidents that are contested.
    """

    who: str | None
    outcome: str
    week: str | None
    admin1: str | None
    incidents: int
    lowest: int
    best: int
    highest: int | None
    unknown: int
    contested: int


def loss_sums(losses: pa.Table, by: Sequence[Literal["week", "admin1"]] = ()) -> list[LossSum]:
    """Return losses by actor and outcome, and by week and governorate where asked for; what has no week or place is under None."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in losses.to_pylist():
        key = (row["who"], row["outcome"], row["week"] if "week" in by else None, row["admin1"] if "admin1" in by else None)
        groups.setdefault(key, []).append(row)
    out = []
    for (who, outcome, week, admin1), rows in groups.items():
        known = [row for row in rows if not row["unknown"]]
        highest = [row["highest"] for row in known]
        out.append(
            LossSum(
                who=who,
                outcome=outcome,
                week=week,
                admin1=admin1,
                incidents=len({row["incident"] for row in rows}),
                lowest=sum(row["lowest"] or 0 for row in known),
                best=sum(_best(row) for row in known),
                highest=None if None in highest else sum(highest),
                unknown=len({row["incident"] for row in rows if row["unknown"]}),
                contested=len({row["incident"] for row in rows if row["corroboration"] == "contested"}),
            )
        )
    return sorted(out, key=lambda s: (s.who or "~", s.outcome, s.week or "~", s.admin1 or "~"))


def _best(row: dict[str, Any]) -> int:
    return int(row["best"] if row["best"] is not None else row["lowest"] or 0)


class Trend(Record):
    """How documented losses go from week to week.

    `rate` is the factor from one week to the next with its 95 % interval, `model` what it was estimated by ("poisson",
    "negative-binomial"), `verdict` "rising", "falling", "no-trend" where the interval holds 1 or the weeks in another order would
    show as much, or "too-few". `changes` are weeks from which on the level is another one, each with the mean before and after.
    """

    who: str
    outcome: str
    weeks: tuple[tuple[str, int], ...]
    unknown: int
    verdict: Literal["rising", "falling", "no-trend", "too-few"]
    model: str | None = None
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    changes: tuple[tuple[str, float, float], ...] = ()


def attrition(losses: pa.Table, who: str, outcome: str = "killed") -> Trend:
    """Return the trend of an actor's documented losses, with those of all that belong to it."""
    told = losses.to_pylist()
    rows = [r for r in told if r["outcome"] == outcome and r["who"] and belongs(r["who"], who)]
    dated = [r for r in rows if r["week"] is not None and not r["unknown"]]
    by_week: dict[str, int] = {}
    for row in dated:
        by_week[row["week"]] = by_week.get(row["week"], 0) + _best(row)
    all_weeks = [r["week"] for r in told if r["week"] is not None]
    weeks: list[tuple[str, int]] = []
    if all_weeks:
        # The record's whole period: weeks before and after the actor's own losses belong to it.
        first, last = min(all_weeks), max(all_weeks)
        weeks = [(w, by_week.get(w, 0)) for w in (add_days(first, 7 * n) for n in range(days_between(first, last) // 7 + 1))]
    unknown = len({r["incident"] for r in rows if r["unknown"]})
    counts = [n for _, n in weeks]
    if len(weeks) < LEAST_WEEKS or sum(counts) < LEAST_LOSSES:
        return Trend(who=who, outcome=outcome, weeks=tuple(weeks), unknown=unknown, verdict="too-few")
    model, slope, error, critical = trend(counts)
    low, high = slope - critical * error, slope + critical * error
    verdict: Literal["rising", "falling", "no-trend"] = "rising" if low > 0 else "falling" if high < 0 else "no-trend"
    if by_chance(counts) > _LEVEL:
        verdict = "no-trend"
    return Trend(
        who=who,
        outcome=outcome,
        weeks=tuple(weeks),
        unknown=unknown,
        verdict=verdict,
        model=model,
        rate=round(math.exp(slope), 4),
        low=round(math.exp(low), 4),
        high=round(math.exp(high), 4),
        changes=tuple((weeks[at][0], round(before, 2), round(after, 2)) for at, before, after in changepoints(counts)),
    )


def trend(counts: Sequence[int]) -> tuple[str, float, float, float]:
    """Return the model, the slope of the log of the mean a step, its standard error, and how many of them make 95 %.

    A Poisson regression where the counts vary no more than that says; where they do, a negative-binomial one with its dispersion
    estimated by moments (Cameron and Trivedi, "Regression Analysis of Count Data", 2013), and Student's t for its few observations.
    """
    # Slow to load, and most records are too small for a trend.
    import statsmodels.api as sm
    from scipy import special

    y = np.asarray(counts, dtype=float)
    x = np.arange(len(y), dtype=float)
    x = sm.add_constant(x - x.mean())
    fitted = sm.GLM(y, x, family=sm.families.Poisson()).fit()
    freedom = len(y) - 2
    critical = float(special.stdtrit(freedom, 1 - _LEVEL / 2))
    if special.chdtrc(freedom, fitted.pearson_chi2) > _LEVEL:
        # What looks too regular is chance: a standard error is never made smaller by it.
        return "poisson", float(fitted.params[1]), float(fitted.bse[1]), critical
    mean = fitted.mu
    alpha = max(1e-6, float(np.sum((y - mean) ** 2 - mean) / np.sum(mean**2)))
    wider = sm.GLM(y, x, family=sm.families.NegativeBinomial(alpha=alpha)).fit()
    scale = max(1.0, float(wider.pearson_chi2) / freedom)
    return "negative-binomial", float(wider.params[1]), float(wider.bse[1]) * math.sqrt(scale), critical


def by_chance(counts: Sequence[int]) -> float:
    """Return how often the same counts in random order slope at least as much: a permutation test, whatever their distribution."""
    y = np.asarray(counts, dtype=float)
    x = np.arange(len(y)) - (len(y) - 1) / 2
    random_ = np.random.default_rng(_SEED)
    orders = random_.permuted(np.tile(y, (_SHUFFLES, 1)), axis=1)
    return float((np.sum(np.abs(orders @ x) >= abs(float(y @ x)) - 1e-9) + 1) / (_SHUFFLES + 1))


def changepoints(counts: Sequence[int], level: float = 0.01) -> list[tuple[int, float, float]]:
    """Return where the level of counts changes, with the mean before and after, by binary segmentation.

    A cut is kept when its likelihood ratio is exceeded by at most a share `level` of random orders of the same counts (a
    permutation test, so that no distribution has to hold); a part shorter than four is not cut.
    """
    random_ = np.random.default_rng(_SEED)
    found: list[int] = []

    def split(first: int, last: int) -> None:
        part = np.asarray(counts[first:last], dtype=float)
        if len(part) < 8 or part.sum() == 0:
            return
        at, gain = _cut(part)
        larger = sum(_cut(random_.permutation(part))[1] >= gain for _ in range(_SHUFFLES))
        if (larger + 1) / (_SHUFFLES + 1) <= level:
            found.append(first + at)
            split(first, first + at)
            split(first + at, last)

    split(0, len(counts))
    cuts = [0, *sorted(found), len(counts)]
    return [
        (cuts[n], float(np.mean(counts[cuts[n - 1] : cuts[n]])), float(np.mean(counts[cuts[n] : cuts[n + 1]])))
        for n in range(1, len(cuts) - 1)
    ]


def _cut(part: np.ndarray[Any, Any]) -> tuple[int, float]:
    """Return the best place to cut counts in two Poisson levels and how much likelihood it gains."""
    n = len(part)
    before = np.cumsum(part)[3:-4]
    size = np.arange(4, n - 3)
    after = part.sum() - before
    gain = _entropy(before, size) + _entropy(after, n - size) - float(_entropy(np.asarray([part.sum()]), np.asarray([n]))[0])
    best = int(np.argmax(gain))
    return int(size[best]), float(gain[best])


def _entropy(total: np.ndarray[Any, Any], size: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, total * np.log(total / size), 0.0)


def actors_with_losses(losses: pa.Table, outcome: str = "killed") -> list[str]:
    """Return the actors of whom losses are documented, those with most first."""
    sums: dict[str, int] = {}
    for row in losses.to_pylist():
        if row["outcome"] == outcome and row["who"] and not row["unknown"]:
            sums[row["who"]] = sums.get(row["who"], 0) + _best(row)
    return sorted(sums, key=lambda who: (-sums[who], who))


def trends(losses: pa.Table, outcome: str = "killed", most: int = 12) -> Iterable[Trend]:
    """Yield the trends of the actors with most losses."""
    for who in actors_with_losses(losses, outcome)[:most]:
        yield attrition(losses, who, outcome)

"""Measure the answers on data of known truth: intervals of what is not documented, false alarms of trends, time.

    python bench/analyse.py

Writes bench/results-analyse.json.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
from linked_reports import linked_reports

from tawthiq.analyse.losses import LEAST_LOSSES, by_chance, changepoints, trend
from tawthiq.analyse.tables import record
from tawthiq.analyse.totals import totals
from tawthiq.analyse.undocumented import estimate
from tawthiq.link.incidents import link_claims
from tawthiq.publish.brief import build_brief, render_html
from tawthiq.publish.totals import render_totals

ROOT = Path(__file__).resolve().parents[1]
SIMULATIONS = 1000


def intervals(number: int, shares: dict[str, float], random_: random.Random) -> dict[str, Any]:
    """Return how often the 95 % interval holds the truth, and how often Chao's lower limit exceeds it."""
    held = made = over = 0
    for _ in range(SIMULATIONS):
        drawn = (frozenset(name for name, share in shares.items() if random_.random() < share) for _ in range(number))
        found = estimate(h for h in drawn if h)
        over += found.at_least_low is not None and found.at_least_low > number
        if found.low is not None and found.high is not None:
            made += 1
            held += found.low <= number <= found.high
    out: dict[str, Any] = {"Chao's limit above the truth": round(over / SIMULATIONS, 3)}
    return out | ({"interval holds the truth": round(held / made, 3)} if made else {})


def alarms(draw: Any, weeks: int) -> float:
    """Return how often a trend is seen where there is none."""
    seen = done = 0
    for _ in range(SIMULATIONS):
        counts = list(map(int, draw(weeks)))
        if sum(counts) < LEAST_LOSSES:
            continue
        _, slope, error, critical = trend(counts)
        seen += abs(slope) > critical * error and by_chance(counts) <= 0.05
        done += 1
    return round(seen / done, 3)


def main() -> None:
    """Measure, print and write."""
    random_, draws = random.Random(1), np.random.default_rng(1)
    results: dict[str, Any] = {
        "capture-recapture, three lists": intervals(400, {"a": 0.4, "b": 0.3, "c": 0.3}, random_),
        "capture-recapture, four lists": intervals(400, {"a": 0.4, "b": 0.3, "c": 0.3, "d": 0.2}, random_),
        "capture-recapture, two lists of unequal reach": intervals(300, {"a": 0.5, "b": 0.2}, random_),
        "false alarms of trends (0.05), Poisson, 26 weeks": alarms(lambda n: draws.poisson(3, n), 26),
        "false alarms of trends (0.05), Poisson, 52 weeks": alarms(lambda n: draws.poisson(3, n), 52),
        "false alarms of trends (0.05), negative-binomial, 26 weeks": alarms(lambda n: draws.negative_binomial(1, 0.25, n), 26),
        "false alarms of trends (0.05), negative-binomial, 52 weeks": alarms(lambda n: draws.negative_binomial(1, 0.25, n), 52),
        "false alarms of changes (0.01), Poisson, 40 weeks": sum(
            bool(changepoints(list(map(int, draws.poisson(3, 40))))) for _ in range(200)
        )
        / 200,
    }
    told = [t for t, _ in linked_reports(16_000)]
    incidents = link_claims(told)
    began = time.perf_counter()
    record(told, incidents)
    results[f"tables of {len(incidents)} incidents, seconds"] = round(time.perf_counter() - began, 2)
    began = time.perf_counter()
    render_html(build_brief(told, incidents), "ar")
    results[f"brief of {len(incidents)} incidents, seconds"] = round(time.perf_counter() - began, 1)
    lines = [i.model_dump_json() for i in incidents]
    began = time.perf_counter()
    made = totals(json.loads(lines[n % len(lines)]) for n in range(1_000_000))
    render_totals(made, "ar", (None, None))
    results["brief of totals of 1,000,000 stored incidents, seconds"] = round(time.perf_counter() - began, 1)
    for name, row in results.items():
        print(name, row)
    (ROOT / "bench" / "results-analyse.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Measure linking on generated reports with known truth: precision and recall, time and memory by size, evenly spread and skewed.

    python bench/link_scale.py [SIZE ...]

For each size (10,000, 100,000 and 1,000,000 claims when none is named) and spread, in a process of its own: pairs scored and
claims grouped, by the program's weights; at 10,000 also by weights trained on the claims themselves. Then one report of ten
claims into stores that hold more and more. A plain DuckDB join over the blocking keys is run beside it as a floor. Writes
bench/results-link-scale.json.
"""

from __future__ import annotations

import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from linked_reports import linked_reports

from tawthiq.link.decisions import Ruling
from tawthiq.link.incidents import group, link_claims
from tawthiq.link.pairs import score_pairs
from tawthiq.link.table import claims_table
from tawthiq.link.told import Told
from tawthiq.link.training import train
from tawthiq.link.weights import Weights, weights
from tawthiq.model import Claim, Report

ROOT = Path(__file__).resolve().parents[1]
SIZES = (10_000, 100_000, 1_000_000)
TRAINED_UP_TO = 10_000
STORES = (1_000, 4_000, 16_000)
LIMIT = "3GB"


def generated(size: int, *, skewed: bool) -> tuple[pa.Table, dict[str, int]]:
    """Return the claims as a table, and the occurrence of each."""
    truth: dict[str, int] = {}

    def claims() -> Iterator[tuple[Report, Claim]]:
        for told, occurrence in linked_reports(size, skewed=skewed):
            truth[told.key] = occurrence
            yield told.report, told.claim

    return claims_table(claims(), weights()), truth


def grouped(table: pa.Table, model: Weights) -> list[tuple[str, ...]]:
    """Group the claims of a table."""
    pairs = score_pairs(table, model, memory=LIMIT)
    paired = {claim for pair in pairs for claim in pair[1:]}
    kept = table.filter(pc.is_in(table.column("claim"), value_set=pa.array(sorted(paired))))
    return group({row["claim"]: row for row in kept.to_pylist()}, pairs, Ruling())


def quality(groups: list[tuple[str, ...]], truth: dict[str, int]) -> dict[str, float]:
    """Return precision and recall over pairs of claims."""
    said = sum(math.comb(len(claims), 2) for claims in groups)
    right = sum(math.comb(n, 2) for claims in groups for n in Counter(truth[c] for c in claims).values())
    all_ = sum(math.comb(n, 2) for n in Counter(truth.values()).values())
    return {"precision": round(right / max(1, said), 3), "recall": round(right / all_, 3)}


def one(size: int, *, skewed: bool) -> dict[str, Any]:
    """Measure a size in this process."""
    table, truth = generated(size, skewed=skewed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    with duckdb.connect(config={"memory_limit": LIMIT}) as connection:
        connection.register("claims", table)
        connection.execute(
            "with keyed as (select claim, unnest(keys) as key from claims)"
            " select count(*) from"
            " (select distinct l.claim, r.claim from keyed l join keyed r on l.key = r.key and l.claim < r.claim)"
        ).fetchone()
    floor = time.perf_counter() - began
    began = time.perf_counter()
    groups = grouped(table, weights())
    seconds = time.perf_counter() - began
    out: dict[str, Any] = {
        "seconds": round(seconds, 1),
        "times a plain join": round(seconds / floor, 1),
        "peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "peak MB of the claims made": round(before),
        **quality(groups, truth),
    }
    if size <= TRAINED_UP_TO:
        model = train(table, weights(), "bench").weights
        told = [told for told, _ in linked_reports(size, skewed=skewed)]
        again = claims_table(((t.report, t.claim) for t in told), model)
        out["trained"] = quality(grouped(again, model), truth)
        began = time.perf_counter()
        link_claims(told, model)
        out["seconds to incidents, slots merged"] = round(time.perf_counter() - began, 1)
    return out


def late(stores: tuple[int, ...]) -> dict[str, float]:
    """Return the median seconds to link one report of ten claims into stores of each size."""
    sys.path.insert(0, str(ROOT))
    from tawthiq.linking import link_pending
    from tawthiq.store import Pending
    from tawthiq.workspace import start

    out: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        start(Path(folder) / "p")
        from django.utils import timezone

        from tawthiq.workspace.models import Acquisition, ReportRow
        from tawthiq.workspace.store import DjangoStore

        store = DjangoStore()
        acquisition = Acquisition.objects.create(
            number=1, sha256="0", name="x", method="file", size=1, acquired_at=timezone.now(), tool="t"
        )

        def put(name: str, rows: list[Told]) -> None:
            row = ReportRow.objects.create(
                acquisition=acquisition, given=name, report=name, digest="d", reader="r", compared=True,
                data={"report": name, "text": "x", "published": rows[0].report.published, "source": rows[0].report.source},
            )  # fmt: skip
            claims = [t.claim.model_copy(update={"id": f"{name}.{n}"}) for n, t in enumerate(rows, 1)]
            store.claim([(Pending(row.pk, Report(report=name, text="x"), name), claims)], "v")

        rows = linked_reports(stores[-1] + 1000)
        held = number = 0
        for size in stores:
            while held < size:
                put(f"s{number:07d}", [next(rows)[0]])
                held, number = held + 1, number + 1
            link_pending(store)
            times = []
            for _ in range(5):
                put(f"s{number:07d}", [next(rows)[0] for _ in range(10)])
                number += 1
                began = time.perf_counter()
                link_pending(store)
                times.append(time.perf_counter() - began)
            out[str(size)] = round(statistics.median(times), 2)
    return out


def main() -> None:
    """Measure each size in a process of its own, print and write."""
    if len(sys.argv) > 2 and sys.argv[1] in ("even", "skewed"):
        print(json.dumps(one(int(sys.argv[2]), skewed=sys.argv[1] == "skewed")))
        return
    if sys.argv[1:] == ["late"]:
        print(json.dumps(late(STORES)))
        return
    results: dict[str, Any] = {}
    for size in tuple(map(int, sys.argv[1:])) or SIZES:
        for spread in ("even", "skewed"):
            results[f"{size} claims, {spread}"] = _run(spread, str(size))
            print(size, spread, results[f"{size} claims, {spread}"])
    results["seconds to link a late report, by claims in the store"] = _run("late")
    print(results["seconds to link a late report, by claims in the store"])
    (ROOT / "bench" / "results-link-scale.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _run(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()

"""Measure look-ups: places by exact name and in context, actors, dates, likenesses of names; and the memory that the tables take.

    python bench/resolve.py

One core. Prints a table and writes bench/results-resolve.json.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from tawthiq.extract.items import reader
from tawthiq.lexicon.sources import place_rows
from tawthiq.resolve import actors
from tawthiq.resolve.gazetteer import locate, places_of
from tawthiq.resolve.places import Surroundings
from tawthiq.text.normalise import normalise
from tawthiq.text.tokens import tokenise

RESULTS = Path(__file__).with_name("results-resolve.json")
TARGETS = {"places, exact": 200_000, "places, in context": 20_000}
_MEMORY = """
import tracemalloc
from tawthiq.resolve.gazetteer import places_of
tracemalloc.start()
places_of("x")
print(tracemalloc.get_traced_memory()[0] // 1024)
"""


def rate(work: Callable[[], int], seconds: float = 1.0) -> float:
    """Return how many items a second a piece of work does: the median of three runs."""
    rates = []
    for _ in range(3):
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            done += work()
        rates.append(done / (time.perf_counter() - began))
    return statistics.median(rates)


def main() -> None:
    """Measure, print and write."""
    rows = [cells for _, _, cells in place_rows()]
    names = [cells[1] for cells in rows]
    around = [Surroundings(None, {c[5][:4]: 2, "SY09": 1}, ((float(c[6]), float(c[7])),), {"SY08": 1}) for c in rows]
    phrases = ["في 12 آذار 2022", "أمس الجمعة", "قبل يومين", "الأسبوع الماضي", "منذ مطلع الشهر", "بين 3 و7 تموز الماضي"]
    words = [tokenise(normalise(p)).words for p in phrases]
    dates = reader().dates
    day = date(2022, 3, 12)

    def exact() -> int:
        for name in names:
            places_of(name)
        return len(names)

    def context() -> int:
        for name, ground in zip(names, around, strict=True):
            locate(name, ground)
        return len(names)

    def read_dates() -> int:
        for phrase in words:
            dates.find(phrase, 0, len(phrase), day)
        return len(words)

    def alike() -> int:
        for name in ("Liwa Al-Qods", "Firqat al-Hamzeh", "فيلق رحمان"):
            actors.find(name)
        return 3

    found = {
        "places, exact": rate(exact),
        "places, in context": rate(context),
        "date phrases": rate(read_dates),
        "actors, unlike spellings": rate(alike),
    }
    memory = int(subprocess.run([sys.executable, "-c", _MEMORY], check=True, capture_output=True, text=True).stdout)
    for what, value in found.items():
        print(f"{what:26} {value:12,.0f} a second   target {TARGETS.get(what, 0):,}")
    print(f"{'memory of the place index':26} {memory / 1024:12.1f} MB")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {
        "a_second": {k: round(v) for k, v in found.items()},
        "places": len(rows),
        "index_mb": round(memory / 1024, 1),
        "peak_mb": round(peak),
    }
    RESULTS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

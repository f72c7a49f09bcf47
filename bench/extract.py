"""Measure extraction: sentences a second on one core, beside the floor of reading, normalising, tokenising and matching.

    python bench/extract.py [--seconds 3]

Uses the human-labelled news sentences and the development reports where they are present beside the checkout, else the
invented examples. Prints a table and writes bench/results-extract.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tawthiq.extract.engine import extract_claims
from tawthiq.extract.items import reader
from tawthiq.model import Report
from tawthiq.text.normalise import normalise
from tawthiq.text.tokens import tokenise

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "eval"


def news() -> list[Report]:
    """Return each labelled sentence as a report."""
    out = []
    for path in sorted(SHARED.glob("gsr/*_dev.csv")):
        with path.open(encoding="utf-8") as file:
            out += [
                Report(report=row["id"], language="ar", published="2006-11-01", text=row["text"]) for row in csv.DictReader(file)
            ]
    return out


def reports(folder: Path) -> list[Report]:
    """Return the reports of a folder of JSON files."""
    fields = Report.model_fields
    return [
        Report(**{k: v for k, v in json.loads(p.read_text(encoding="utf-8")).items() if k in fields})
        for p in sorted(folder.glob("*.json"))
    ]


def floor(report: Report) -> None:
    """Read, normalise, tokenise and match, and no more."""
    tokens = tokenise(normalise(report.text))
    reader().lexicon.phrases(tokens.words)


def rate(work: Callable[[Report], object], rows: list[Report], sentences: int, seconds: float) -> float:
    """Return sentences a second: the median of passes over all rows for at least `seconds`."""
    for row in rows:
        work(row)
    passes: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(passes) < 3:
        start = time.perf_counter()
        for row in rows:
            work(row)
        passes.append(sentences / (time.perf_counter() - start))
    return statistics.median(passes)


def growth() -> list[tuple[int, float]]:
    """Return characters and seconds for one report of growing length."""
    stop = "مقالات ذات صلة"  # what follows it is chrome
    text = "".join(r.text.split(stop)[0] + "\n" for r in reports(ROOT / "examples") if r.language == "ar")
    out = []
    for times in (4, 16, 64, 256):
        report = Report(report="long", published="2023-01-01", text=text * times)
        start = time.perf_counter()
        extract_claims(report)
        out.append((len(report.text), round(time.perf_counter() - start, 3)))
    return out


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    seconds = parser.parse_args().seconds
    start = time.perf_counter()
    reader()
    start_up = time.perf_counter() - start
    sets = {"examples": reports(ROOT / "examples")}
    if SHARED.is_dir():
        sets |= {"news sentences": news(), "development reports": reports(SHARED / "dev")}
    results: dict[str, object] = {"start_up_seconds": round(start_up, 3)}
    for name, rows in sets.items():
        count = sum(len(tokenise(normalise(r.text)).sentences) for r in rows)
        whole, least = rate(extract_claims, rows, count, seconds), rate(floor, rows, count, seconds)
        results[name] = {
            "sentences": count,
            "per_second": round(whole),
            "floor_per_second": round(least),
            "share_of_floor": round(whole / least, 3),
        }
        print(f"{name}: {whole:,.0f} sentences a second, floor {least:,.0f}, share {whole / least:.3f}")
    results["growth"] = growth()
    print("characters and seconds of one report:", results["growth"])
    (ROOT / "bench" / "results-extract.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

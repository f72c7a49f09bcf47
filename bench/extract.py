"""Measure extraction: sentences a second on one core beside the floor, growth with length, hostile input, more processes.

    python bench/extract.py [--seconds 3] [--curve] [--workers 2]

Uses the human-labelled news sentences and the development reports where they are present beside the checkout, else the
invented examples. Prints a table and writes bench/results-extract.json; `--curve` (reports of up to 10 MB and hostile input,
some minutes) and `--workers` (throughput on one process and on N) add to what is there.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

from tawthiq.extract.engine import extract_claims
from tawthiq.extract.items import reader
from tawthiq.model import Report
from tawthiq.pipeline import extract_all
from tawthiq.text.normalise import fold, normalise
from tawthiq.text.tokens import TOKEN, tokenise

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "eval"
RESULTS = ROOT / "bench" / "results-extract.json"
MEGABYTES = (0.1, 0.3, 1, 3, 10)
# Inputs that a careless program takes the square of; each is cut or repeated to 50,000, 200,000 and 1,000,000 characters.
HOSTILE = {
    "brackets": "(",
    "one word": "قتل ",
    "no spaces": "انفجرتعبوةفيالرقة",
    "one line of names": "هاجم داعش قسد ",
    "spelt out": "ا-",
    "line ends": "\n",
    "digits": "1 ",
}


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
    """Bring a text to NFKC, fold it, cut it into words and match the expressions in it, by library calls alone, no offsets."""
    words = TOKEN.findall(fold.__wrapped__(unicodedata.normalize("NFKC", report.text)))
    reader().lexicon.matches(" ".join(words))


def reading(report: Report) -> None:
    """Read as the program does, with offsets, before anything is asked of the words."""
    tokens = tokenise(normalise(report.text, reader().lexicon.hidden))
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


def timed(text: str) -> float:
    """Return the seconds one report takes."""
    report = Report(report="long", published="2023-01-01", text=text)
    start = time.perf_counter()
    extract_claims(report)
    return round(time.perf_counter() - start, 2)


def growth() -> list[dict[str, float]]:
    """Return megabytes, seconds and seconds a megabyte for one report of growing length."""
    stop = "مقالات ذات صلة"  # what follows it is chrome
    text = "".join(r.text.split(stop)[0] + "\n" for r in reports(ROOT / "examples") if r.language == "ar")
    size = len(text.encode())
    out = []
    for megabytes in MEGABYTES:
        seconds = timed(text * round(megabytes * 1_000_000 / size))
        out.append({"megabytes": megabytes, "seconds": seconds, "a_megabyte": round(seconds / megabytes, 2)})
        print(f"one report of {megabytes} MB: {seconds} s, {seconds / megabytes:.2f} s a megabyte", flush=True)
    return out


def hostile() -> dict[str, list[float]]:
    """Return for each hostile input the seconds at 50,000, 200,000 and 1,000,000 characters."""
    out = {}
    for name, piece in HOSTILE.items():
        out[name] = [timed(piece * (size // len(piece))) for size in (50_000, 200_000, 1_000_000)]
        print(f"{name}: {out[name]} s at 50,000, 200,000 and 1,000,000 characters", flush=True)
    return out


def scaling(workers: int) -> dict[str, float]:
    """Return reports a second on one process and on `workers`, the processes already started."""
    rows = (reports(SHARED / "dev") or reports(ROOT / "examples")) * 8
    out = {}
    for number in (1, workers):
        list(extract_all(rows[:64], number))
        start = time.perf_counter()
        list(extract_all(rows, number))
        out[f"workers_{number}"] = round(len(rows) / (time.perf_counter() - start), 1)
    out["speed_up"] = round(out[f"workers_{workers}"] / out["workers_1"], 2)
    print(f"{workers} workers: {out}")
    return out


def start_up() -> float:
    """Return the seconds from a new process to its first claim, less those of a process that does nothing."""
    imports = "from tawthiq.extract.engine import extract_claims; from tawthiq.model import Report"
    code = imports + "; extract_claims(Report(report='r', text='x'))"
    runs = []
    for program in (code, "pass"):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True)
            times.append(time.perf_counter() - start)
        runs.append(statistics.median(times))
    return round(runs[0] - runs[1], 3)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    results["start_up_seconds"] = start_up()
    print(f"start-up: {results['start_up_seconds']} s")
    sets = {"examples": reports(ROOT / "examples")}
    if SHARED.is_dir():
        sets |= {"news sentences": news(), "development reports": reports(SHARED / "dev")}
    for name, rows in sets.items():
        count = sum(len(tokenise(normalise(r.text)).sentences) for r in rows)
        whole, read, least = (rate(work, rows, count, options.seconds) for work in (extract_claims, reading, floor))
        results[name] = {
            "sentences": count,
            "per_second": round(whole),
            "reading_per_second": round(read),
            "floor_per_second": round(least),
            "share_of_floor": round(whole / least, 3),
        }
        print(f"{name}: {whole:,.0f} sentences a second, reading {read:,.0f}, floor {least:,.0f}, share {whole / least:.3f}")
    if options.curve:
        results["growth"] = growth()
        results["hostile_seconds"] = hostile()
    if options.workers > 1:
        results["scaling"] = scaling(options.workers)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Measure quality with the scorer that comes with the evaluation data, on the part read while rules were written and on the rest.

    python bench/quality.py

D01-D60 of the development reports were read while vocabulary and rules were written; D61-D90 were held back. Writes
bench/results-quality.json; needs the evaluation data beside the checkout.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from tawthiq.extract.engine import extract_claims
from tawthiq.link.incidents import link_claims
from tawthiq.link.told import Told
from tawthiq.model import Report

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
READ_WHILE_WRITING = 60


def scorer() -> Any:
    """Load the scorer as a module."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "eval" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Measure, print and write."""
    if not (SHARED / "eval" / "score.py").is_file():
        sys.exit("the evaluation data (../shared) is not here")
    score = scorer()
    files = sorted((SHARED / "eval" / "dev").glob("*.json"))
    sets = {
        "dev": files,
        "dev read": files[:READ_WHILE_WRITING],
        "dev held back": files[READ_WHILE_WRITING:],
        "seed": [SHARED / "seed" / "S01.json"],
    }
    results: dict[str, Any] = {}
    for name, paths in sets.items():
        golds = [json.loads(p.read_text(encoding="utf-8")) for p in paths]
        told = []
        for gold in golds:
            report = Report(**{k: gold[k] for k in Report.model_fields if k in gold})
            told += [Told(report, claim) for claim in extract_claims(report)]
        incident_of = {key: incident.id for incident in link_claims(told) for key in incident.claims}
        predictions: dict[str, list[Any]] = {}
        for row in told:
            predictions.setdefault(row.report.report, []).append(
                row.claim.model_dump(mode="json") | {"incident": incident_of.get(row.key)}
            )
        figures, _ = score.score(golds, predictions)
        results[name] = {
            **{k: round(figures[k]["f1"], 3) for k in ("detect", "family", "ready", "actors", "losses", "pairs")},
            **{f"slot {k}": round(v, 3) for k, v in figures["slots"].items()},
            "family recall": round(figures["family"]["r"], 3),
            "quiet kept": f"{figures['quiet']['kept']} of {figures['quiet']['reports']}",
        }
        print(name, results[name])
    (ROOT / "bench" / "results-quality.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

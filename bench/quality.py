"""Measure quality with the scorer that comes with the evaluation data, on the part read while rules were written and on the rest.

    python bench/quality.py

D01-D60 of the development reports were read while vocabulary and rules were written; D61-D90 were held back. Writes
bench/results-quality.json; needs the evaluation data beside the checkout.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from tawthiq.extract.engine import extract_claims
from tawthiq.link.incidents import link_claims
from tawthiq.link.told import Told
from tawthiq.model import Kind, Report

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


def by_field(score: Any, golds: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return precision and recall of each published field over events, missed and invented ones counted."""
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    there: Counter[str] = Counter()

    def values(claim: dict[str, Any]) -> dict[str, list[Any]]:
        place, time = claim.get("place"), claim.get("time") or {}
        return {
            "type": [claim["type"]],
            **{role: claim.get(role) or [] for role in ("initiators", "targets", "participants")},
            "latitude": [place] if place and place.get("lat") is not None else [],
            "date_start": [(time.get("start"), time.get("end"))] if time.get("start") else [],
            "killed_best": [
                (x.get("who"), x["min"], x["max"])
                for x in claim.get("losses") or []
                if x["outcome"] == "killed" and x["min"] is not None
            ],
        }

    for gold in golds:
        report = Report(**{k: gold[k] for k in Report.model_fields if k in gold})
        predicted = [c.model_dump(mode="json") for c in extract_claims(report) if c.kind is Kind.EVENT]
        wanted = [c for c in gold["claims"] if c["kind"] == "event"]
        for claims, counted in ((predicted, found), (wanted, there)):
            for claim in claims:
                counted.update({field: len(some) for field, some in values(claim).items()})
        for one, other in score.pair_up(wanted, predicted):
            for field, some in values(one).items():
                said = values(other)[field]
                if field == "latitude":
                    right[field] += bool(some and said and score.place_ok(one, other))
                else:
                    right[field] += sum((Counter(some) & Counter(said)).values())
    names = {"latitude": ("latitude", "longitude", "place_ar", "place_en"), "killed_best": ("killed_best", "fatalities", "best")}
    out = {}
    for field in right:
        figure = {
            "precision": round(right[field] / max(1, found[field]), 2),
            "recall": round(right[field] / max(1, there[field]), 2),
        }
        out.update({name: dict(figure) for name in names.get(field, (field,))})
    return dict(sorted(out.items()))


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
    held = [json.loads(p.read_text(encoding="utf-8")) for p in sets["dev held back"]]
    figures_by_field = by_field(score, held)
    results["dev held back, by field"] = figures_by_field
    book = ROOT / "src" / "tawthiq" / "publish" / "codebook.yaml"
    text = book.read_text(encoding="utf-8")
    measured = yaml.safe_dump({"measured": figures_by_field}, sort_keys=True, default_flow_style=None)
    book.write_text(text[: text.index("\nmeasured:") + 1] + measured, encoding="utf-8")
    (ROOT / "bench" / "results-quality.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

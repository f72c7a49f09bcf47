"""Judge extraction on human-labelled news sentences: does a sentence tell an assault, does it tell a protest.

    python bench/gsr.py

A sentence counts as told when at least one event claim of an assault-like (protest-like) type is asserted or distanced in it;
sentences on which too few people agreed ("ambiguous") are left out. Writes bench/results-gsr.json; needs the evaluation data
beside the checkout.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from tawthiq.extract.engine import extract_claims
from tawthiq.model import FAMILY_OF, Kind, Modality, Report

ROOT = Path(__file__).resolve().parents[1]
GSR = ROOT.parent / "shared" / "eval" / "gsr"
ASSAULT = {t for t, family in FAMILY_OF.items() if family in ("fight", "remote")} | {"abduction", "sexual-violence", "torture"}
PROTEST = {"protest", "riot"}


def told(text: str, types: set[str]) -> bool:
    """Say whether a sentence tells an occurrence of one of these types."""
    claims = extract_claims(Report(report="sentence", language="ar", published="2006-11-15", text=text))
    return any(c.kind is Kind.EVENT and c.type in types and c.modality in (Modality.ASSERTED, Modality.DISTANCED) for c in claims)


def main() -> None:
    """Measure, print and write."""
    if not GSR.is_dir():
        sys.exit("the evaluation data (../shared) is not here")
    results = {}
    for name, types in (("assault", ASSAULT), ("protest", PROTEST)):
        both = said = true = sentences = 0
        with (GSR / f"{name}_dev.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["label"] == "ambiguous":
                    continue
                sentences += 1
                here, gold = told(row["text"], types), row["label"] == "yes"
                both, said, true = both + (here and gold), said + here, true + gold
        precision, recall = both / max(said, 1), both / max(true, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        results[name] = {
            "sentences": sentences,
            "positives": true,
            "precision": round(precision, 3),
            "recall": round(recall, 3),
            "f1": round(f1, 3),
        }
        print(name, results[name])
    (ROOT / "bench" / "results-gsr.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

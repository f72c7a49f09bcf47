"""Measure how claims are grouped into incidents, against gold: with gold claims as input, and with what extraction finds.

    python bench/link.py [--errors] [--derive]

Beside the program's figures stand two baselines on the same claims: nothing grouped, and claims grouped by type, date and
latitude. `--errors` names the pairs put together wrongly and those missed; `--derive` makes the program's weights anew of these
reports and prints them. Writes bench/results-link.json; needs the evaluation data beside the checkout.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import yaml
from quality import SHARED, scorer

from tawthiq.extract.engine import extract_claims
from tawthiq.link.comparisons import COMPARISONS
from tawthiq.link.incidents import link_claims
from tawthiq.link.table import claims_table
from tawthiq.link.told import Told
from tawthiq.link.training import level_counts
from tawthiq.link.weights import Weights, read_weights
from tawthiq.model import Claim, Place, Report

ROOT = Path(__file__).resolve().parents[1]
READ_WHILE_WRITING = 60
# Labels of the gold that name two occurrences by mistake: the claim is left out of what weights are made of, not of what is scored.
_MISTAKEN = {"D11.12"}
# How many pairs an expectation is worth.
_BELIEF = 40


def gold_reports() -> list[dict[str, Any]]:
    """Return the development reports with their gold claims."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((SHARED / "eval" / "dev").glob("*.json"))]


def report_of(gold: dict[str, Any]) -> Report:
    """Return a report without its claims."""
    return Report(**{k: gold[k] for k in Report.model_fields if k in gold})


def gold_told(golds: list[dict[str, Any]]) -> list[Told]:
    """Return the gold claims, their incident taken away."""
    out = []
    for gold in golds:
        for claim in gold["claims"]:
            known = {k: v for k, v in claim.items() if k in Claim.model_fields and k != "incident"}
            if known.get("place"):
                known["place"] = {k: v for k, v in known["place"].items() if k in Place.model_fields}
            out.append(Told(report_of(gold), Claim.model_validate(known)))
    return out


def found_told(golds: list[dict[str, Any]]) -> list[Told]:
    """Return what extraction finds."""
    return [Told(report, claim) for report in map(report_of, golds) for claim in extract_claims(report)]


def _claim(told: Told) -> dict[str, Any]:
    return told.claim.model_dump(mode="json")


def grouped(told: list[Told]) -> dict[str, str]:
    """Return the incident of each claim as the program links them."""
    return {key: incident.id for incident in link_claims(told) for key in incident.claims}


def by_type_date_latitude(told: list[Told]) -> dict[str, str]:
    """Return the baseline: claims of one type, date and latitude, as text, are one."""
    out = {}
    for one in told:
        time, place = one.claim.time, one.claim.place
        out[one.key] = f"{one.claim.type}|{time.start if time else None}|{place.lat if place else None}"
    return out


def alone(told: list[Told]) -> dict[str, str]:
    """Return the baseline: each claim is one."""
    return {one.key: one.key for one in told}


def figures(score: Any, golds: list[dict[str, Any]], told: list[Told], groups: dict[str, str]) -> dict[str, float]:
    """Return precision, recall and F1 of pairs, and F1 of B-cubed, by the scorer."""
    predictions: dict[str, list[Any]] = defaultdict(list)
    for one in told:
        predictions[one.report.report].append(_claim(one) | {"incident": groups.get(one.key)})
    out, _ = score.score(golds, predictions)
    return {
        "pairs precision": round(out["pairs"]["p"], 3),
        "pairs recall": round(out["pairs"]["r"], 3),
        "pairs": round(out["pairs"]["f1"], 3),
        "B-cubed": round(out["link"]["f1"], 3),
    }


def labels(score: Any, golds: list[dict[str, Any]], told: list[Told]) -> dict[str, str]:
    """Return the gold incident of each claim that the scorer pairs with one."""
    by_report: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        by_report[one.report.report].append(one)
    out = {}
    for gold in golds:
        mine = [_claim(one) | {"key": one.key} for one in by_report[gold["report"]]]
        for right, found in score.pair_up(gold["claims"], mine):
            if right.get("incident") and right["id"] not in _MISTAKEN:
                out[str(found["key"])] = str(right["incident"])
    return out


def derive(score: Any, golds: list[dict[str, Any]]) -> Weights:
    """Make weights of labelled pairs: gold claims and found ones, each estimate drawn toward what was expected."""
    before = read_weights((ROOT / "bench" / "expert-weights.yaml").read_text(encoding="utf-8"))
    counts: dict[str, dict[str, Counter[str]]] = {one.name: {"m": Counter(), "u": Counter()} for one in COMPARISONS}
    shares: dict[str, Counter[str]] = defaultdict(Counter)
    for told in (gold_told(golds), found_told(golds)):
        known = labels(score, golds, told)
        table = claims_table(((t.report, t.claim) for t in told if t.key in known), before)
        with duckdb.connect() as connection:
            connection.register("claims", table)
            connection.execute("create table labels (claim varchar, incident varchar)")
            connection.executemany("insert into labels values (?, ?)", list(known.items()))
            for name, levels in level_counts(connection, "labels").items():
                for (same, level), count in levels.items():
                    counts[name]["m" if same else "u"][level] += count
        for row in table.to_pylist():
            shares["type"][row["type"]] += 1
            shares["spot"].update([row["spot"]] if row["spot"] else [])
            for role in ("initiators", "targets"):
                shares[role].update(row[role] or [])
    made: dict[str, dict[str, dict[str, float]]] = {}
    for one in COMPARISONS:
        made[one.name] = {}
        for level in one.names:
            old = before.comparisons[one.name][level]
            made[one.name][level] = {
                figure: round((counts[one.name][figure][level] + _BELIEF * prior) / (counts[one.name][figure].total() + _BELIEF), 4)
                for figure, prior in (("m", old.m), ("u", old.u))
            }
    total = shares["type"].total()
    frequencies = {
        column: {value: round(count / total, 4) for value, count in sorted(found.items()) if count / total > 2 * before.rare}
        for column, found in shares.items()
    }
    derivation = (
        f"m and u: counted over the pairs of {total} labelled and extracted event claims of {len(golds)} invented reports, each"
        f" share drawn toward an expert's by the weight of {_BELIEF} pairs; prior and threshold: set by hand; frequencies: shares"
        " of those claims"
    )
    return Weights.model_validate(before.model_dump() | {"derivation": derivation, "comparisons": made, "frequencies": frequencies})


def errors(score: Any, golds: list[dict[str, Any]], told: list[Told], groups: dict[str, str]) -> None:
    """Print the pairs put together wrongly and those missed."""
    known = labels(score, golds, told)
    by_key = {one.key: one for one in told}
    for first, second in combinations(known, 2):
        right, said = known[first] == known[second], groups[first] == groups[second]
        if right != said:
            print("missed" if right else "wrong")
            for key in (first, second):
                claim = by_key[key].claim
                time, place = claim.time, claim.place
                print(
                    f"  {key:7s} {by_key[key].report.published} {claim.type} {time and time.start}/{time and time.end}"
                    f" {place and place.name}|{place and place.level}|{place and place.lat} {claim.initiators} {claim.targets}"
                    f" {claim.participants} {[(loss.who, loss.outcome, loss.min, loss.max) for loss in claim.losses]}"
                    f" {claim.attribution.type} {claim.modality}"
                )


def main() -> None:
    """Measure, print and write."""
    if not (SHARED / "eval" / "score.py").is_file():
        sys.exit("the evaluation data (../shared) is not here")
    score = scorer()
    golds = gold_reports()
    if "--derive" in sys.argv:
        print(yaml.safe_dump(derive(score, golds).model_dump(), allow_unicode=True, sort_keys=False))
        return
    results: dict[str, Any] = {}
    for name, part in (("all", golds), ("read", golds[:READ_WHILE_WRITING]), ("held back", golds[READ_WHILE_WRITING:])):
        for source, told in (("gold claims", gold_told(part)), ("found claims", found_told(part))):
            results[f"{source}, {name}"] = figures(score, part, told, grouped(told))
            if name == "all":
                results[f"{source}, nothing grouped"] = figures(score, part, told, alone(told))
                results[f"{source}, by type, date and latitude"] = figures(score, part, told, by_type_date_latitude(told))
                if "--errors" in sys.argv:
                    print(source)
                    errors(score, golds, told, grouped(told))
    for name, row in results.items():
        print(name, row)
    (ROOT / "bench" / "results-link.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

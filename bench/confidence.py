"""Fit and judge the confidence of claims on the development reports, and draw its reliability.

    python bench/confidence.py [--write]

A claim is right when the scorer pairs it with a gold claim of exactly its type. Judged by log loss, each report left out of the
fit that judges it, beside the base rate. `--write` renews src/tawthiq/vocabulary/confidence.yaml and docs/pictures/reliability.svg
where the model beats the base rate. Needs the evaluation data beside the checkout.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import altair as alt
import numpy as np
import vl_convert as vlc
from quality import READ_WHILE_WRITING, SHARED, scorer

from tawthiq.extract import engine
from tawthiq.extract.confidence import features
from tawthiq.model import Report

ROOT = Path(__file__).resolve().parents[1]
PENALTY = 3.0
BINS = 8


def examples() -> tuple[list[str], list[list[str]], list[int]]:
    """Return for each predicted claim its report, its features and whether it is right."""
    score = scorer()
    reports: list[str] = []
    rows: list[list[str]] = []
    right: list[int] = []
    for path in sorted((SHARED / "eval" / "dev").glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        report = Report(**{k: gold[k] for k in Report.model_fields if k in gold})
        told = [c.model_dump(mode="json") for c in engine.extract_claims(report)]
        good = {id(b) for a, b in score.pair_up(gold["claims"], told) if a["type"] == b["type"]}
        for draft, claim in zip(engine.read_drafts(report)[1], told, strict=True):
            reports.append(gold["report"])
            rows.append(features(draft))
            right.append(int(id(claim) in good))
    return reports, rows, right


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return weights by Newton's method; the first column is the bias and bears no penalty."""
    w = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], PENALTY)
    penalty[0] = 1e-6
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (p - y) + penalty * w
        hessian = (x.T * (p * (1 - p))) @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if np.abs(step).max() < 1e-8:
            break
    return w


def loss(p: np.ndarray, y: np.ndarray) -> float:
    """Return the mean log loss, nats."""
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())


def main() -> None:
    """Fit, judge, print, and write where asked."""
    if not (SHARED / "eval" / "score.py").is_file():
        sys.exit("the evaluation data (../shared) is not here")
    reports, rows, right = examples()
    names = sorted({name for row in rows for name in row if sum(name in r for r in rows) >= 8})
    index = {name: i + 1 for i, name in enumerate(names)}
    x = np.zeros((len(rows), len(names) + 1))
    x[:, 0] = 1
    for i, row in enumerate(rows):
        for name in row:
            if name in index:
                x[i, index[name]] = 1
    y = np.array(right, dtype=float)
    groups = np.array(reports)
    judged, base = np.zeros(len(y)), np.zeros(len(y))
    for report in sorted(set(reports)):
        out = groups == report
        judged[out] = 1 / (1 + np.exp(-x[out] @ fit(x[~out], y[~out])))
        base[out] = y[~out].mean()
    held = np.isin(groups, [f"D{n:02}" for n in range(READ_WHILE_WRITING + 1, 100)])
    result: dict[str, object] = {
        "claims": len(y),
        "right": round(float(y.mean()), 3),
        "log loss, report left out": round(loss(judged, y), 4),
        "log loss of the base rate": round(loss(base, y), 4),
        "fitted on the reports read, log loss on those held back": round(
            loss(1 / (1 + np.exp(-x[held] @ fit(x[~held], y[~held]))), y[held]), 4
        ),
        "base rate of the reports read, on those held back": round(loss(np.full(int(held.sum()), y[~held].mean()), y[held]), 4),
    }
    order = np.argsort(judged)
    bins = [
        {"said": round(float(judged[part].mean()), 3), "right": round(float(y[part].mean()), 3), "claims": len(part)}
        for part in np.array_split(order, BINS)
    ]
    result["reliability"] = bins
    print(json.dumps(result, indent=1))
    (ROOT / "bench" / "results-confidence.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if "--write" not in sys.argv:
        return
    if loss(judged, y) >= loss(base, y):
        sys.exit("not better than the base rate: nothing written")
    weights = fit(x, y)
    lines = [
        "# Weights of the confidence of a claim: the bias, and what each feature adds to it (see extract/confidence.py).",
        f"# Fitted by bench/confidence.py on {len(y)} claims of {len(set(reports))} development reports.",
        f"bias: {weights[0]:.3f}",
        *(f"{name}: {weights[index[name]]:.3f}" for name in names),
    ]
    (ROOT / "src" / "tawthiq" / "vocabulary" / "confidence.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw(bins)


def draw(bins: list[dict[str, float]]) -> None:
    """Draw what was said against what was right, the diagonal being perfect."""
    points = (
        alt.Chart(alt.InlineData(values=bins))
        .mark_circle(size=90, color="#1f5f5b")
        .encode(
            x=alt.X("said:Q", title="confidence said", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("right:Q", title="share that was right", scale=alt.Scale(domain=[0, 1])),
        )
    )
    line = (
        alt.Chart(alt.InlineData(values=[{"a": 0, "b": 0}, {"a": 1, "b": 1}]))
        .mark_line(color="#999", strokeDash=[4, 4])
        .encode(x="a:Q", y="b:Q")
    )
    chart = (line + points).properties(width=320, height=320)
    svg = vlc.vegalite_to_svg(chart.to_json())
    (ROOT / "docs" / "pictures" / "reliability.svg").write_text(svg + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

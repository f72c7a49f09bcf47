"""Quality does not fall: the figures of tests/floors.json, by the scorer that comes with the evaluation data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tawthiq.cli_read import extract  # noqa: F401 - the command must be importable without a project

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))


def figures(shared: Path, gold: Path, tmp_path: Path) -> dict[str, Any]:
    out = tmp_path / "predictions.jsonl"
    subprocess.run([sys.executable, "-m", "tawthiq.cli", "extract", str(gold), "--out", str(out), "--quiet"], check=True)
    return scored(shared, gold, out)


def scored(shared: Path, gold: Path, out: Path) -> dict[str, Any]:
    scorer = [sys.executable, str(shared / "eval" / "score.py"), str(gold), "--pred", str(out), "--json"]
    done = subprocess.run(scorer, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def check(found: dict[str, Any], floors: dict[str, float]) -> None:
    for path, floor in floors.items():
        value: Any = found
        for step in path.split("."):
            value = value[step]
        assert value >= floor - 1e-9, f"{path} is {value:.3f}, its floor {floor}"


def test_dev(shared: Path, tmp_path: Path) -> None:
    check(figures(shared, shared / "eval" / "dev", tmp_path), FLOORS["dev"])


def test_incidents(shared: Path, tmp_path: Path) -> None:
    gold, out = shared / "eval" / "dev", tmp_path / "claims.jsonl"
    command = [sys.executable, "-m", "tawthiq.cli"]
    subprocess.run([*command, "run", str(gold), "--project", str(tmp_path / "p"), "--quiet"], check=True)
    subprocess.run([*command, "export", "claims", "--project", str(tmp_path / "p"), "--out", str(out), "--quiet"], check=True)
    check(scored(shared, gold, out), FLOORS["incidents"])


def test_seed(shared: Path, tmp_path: Path) -> None:
    gold = shared / "seed" / "S01.json"
    check(figures(shared, gold, tmp_path), FLOORS["seed"])
    text = json.loads(gold.read_text(encoding="utf-8"))["text"]
    line = json.loads((tmp_path / "predictions.jsonl").read_text(encoding="utf-8"))
    chrome = text.index("خاص")
    related = text.rindex("مقالات ذات صلة")
    for claim in line["claims"]:
        assert claim["time"]["start"] is None, "a relative date was resolved though the page has no date"
        assert all(chrome < start and end <= related for start, end in claim["evidence"]), "a claim from the page's chrome"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_real_page_becomes_a_brief(shared: Path, tmp_path: Path, language: str) -> None:
    command = [sys.executable, "-m", "tawthiq.cli"]
    subprocess.run(
        [*command, "run", str(shared / "seed" / "report.txt"), "--project", str(tmp_path), "--source", "SY24", "--quiet"],
        check=True,
    )
    page = (tmp_path / f"brief-{language}.html").read_text(encoding="utf-8")
    facts = {
        "ar": ["عبوة أو لغم", "الحسكة", "قوات سوريا الديمقراطية", "بادية الرصافة", "جيش التحرير الفلسطيني"],
        "en": ["IED or mine", "Syrian Democratic Forces", "Intent", "Russia", "Palestine Liberation Army"],
    }
    for fact in facts[language]:
        assert fact in page

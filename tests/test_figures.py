"""Figures in README and in the results are those that were measured: they are made of the results, and made anew with them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def report() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report", ROOT / "bench" / "report.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readme_holds_the_table_of_quality_that_was_measured(report: ModuleType) -> None:
    assert report.quality() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_results_are_those_of_the_last_measurements(report: ModuleType) -> None:
    assert (ROOT / "bench" / "results.md").read_text(encoding="utf-8") == report.page()


def test_the_exponent_of_a_power_law(report: ModuleType) -> None:
    assert report.exponent([(1, 3), (10, 30), (100, 300)]) == 1.0
    assert report.exponent([(1, 1), (2, 4), (4, 16), (8, 64)]) == 2.0

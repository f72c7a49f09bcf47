"""Shared by all tests: a cache of their own, and the folder of evaluation data where it is present."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

# One cache and one project for the whole run: Django opens one database a process.
_FOLDER = Path(tempfile.mkdtemp(prefix="tawthiq-tests-"))
os.environ["TAWTHIQ_CACHE"] = str(_FOLDER / "cache")

SHARED = Path(__file__).resolve().parents[2] / "shared"
EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation data; tests that need it are skipped where it is missing."""
    if not (SHARED / "eval" / "score.py").is_file():
        pytest.skip("the evaluation data (../shared) is not here")
    return SHARED


@pytest.fixture(scope="session")
def examples() -> Path:
    """The invented reports that come with the program."""
    return EXAMPLES

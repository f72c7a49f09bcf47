"""Shared by all tests: a cache of their own, and the folder of evaluation data where it is present."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tawthiq.workspace.store import DjangoStore

# One cache and one project for the whole run: Django opens one database a process.
_FOLDER = Path(tempfile.mkdtemp(prefix="tawthiq-tests-"))
os.environ["TAWTHIQ_CACHE"] = str(_FOLDER / "cache")
# The database is SQLite, unless these tests were started to be run on another (tests/workspace/test_postgresql.py).
if os.environ.get("DATABASE_URL") and not os.environ.get("TAWTHIQ_TEST_ON_DATABASE"):
    del os.environ["DATABASE_URL"]

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


@pytest.fixture(scope="session")
def opened() -> Path:
    """The folder of the one project that Django has open in this process."""
    from tawthiq.workspace import start

    folder = _FOLDER / "project"
    start(folder)
    return folder


@pytest.fixture
def store(opened: Path) -> DjangoStore:
    """The Store of the open project, emptied."""
    return emptied()


def emptied() -> DjangoStore:
    """Empty the open project and return its Store."""
    from django.apps import apps
    from django.db import connection

    from tawthiq.workspace import fulltext
    from tawthiq.workspace.store import DjangoStore

    for table in reversed(list(apps.get_app_config("workspace").get_models())):
        table._default_manager.all()._raw_delete("default")
    with connection.cursor() as cursor:
        for words in (fulltext.CLAIMS, fulltext.REPORTS):
            cursor.execute(f"delete from {words}")
    return DjangoStore()

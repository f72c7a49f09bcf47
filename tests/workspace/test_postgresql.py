"""The workspace on PostgreSQL: every test of its pages and tables that runs on SQLite, once more on a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

URL = os.environ.get("TAWTHIQ_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
HERE = Path(__file__).parent
_ONCE_MORE = (
    "test_links.py",
    "test_access.py",
    "test_pages.py",
    "test_search.py",
    "test_coding.py",
    "test_api.py",
    "test_hostile.py",
    "test_work.py",
    "test_knowledge.py",
)
# What asks nothing of the database that the others do not.
_LEFT_OUT = "killed_worker or one_worker or worker_writes or no_addition or each_role or tokens_are_held or nobody_who or check_deploy or late_is_linked and not 0"


@pytest.fixture
def database() -> Iterator[str]:
    """The address of a new database on the server that is asked for; without one these tests are skipped."""
    psycopg = pytest.importorskip("psycopg")
    try:
        server = psycopg.connect(URL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL server: {error}")
    name = f"tawthiq_test_{uuid.uuid4().hex[:10]}"
    with server:
        server.execute(f"create database {name} template template0 encoding 'UTF8'")
    try:
        yield f"{URL.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(URL, autocommit=True) as again:
            again.execute(f"drop database {name} with (force)")


@pytest.mark.skipif(bool(os.environ.get("TAWTHIQ_TEST_ON_DATABASE")), reason="these are run on PostgreSQL already")
def test_all_that_holds_on_sqlite_holds_on_postgresql(database: str) -> None:
    files = [str(HERE / name) for name in _ONCE_MORE]
    environment = {**os.environ, "DATABASE_URL": database, "TAWTHIQ_TEST_ON_DATABASE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-k", f"not ({_LEFT_OUT})", *files],
        cwd=HERE.parents[1],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout or "100%" in done.stdout


def test_the_main_job_runs_on_postgresql_and_twice_adds_nothing(database: str, examples: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": database}
    command = [sys.executable, "-m", "tawthiq.cli"]
    for said in ("15 new", "0 new"):
        done = subprocess.run(
            [*command, "run", str(examples), "--project", str(tmp_path / "p")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert said in done.stdout, done.stdout
    assert not (tmp_path / "p" / "tawthiq.sqlite3").exists()


def test_a_wrong_address_is_told_in_one_line(tmp_path: Path) -> None:
    for url in ("mysql://127.0.0.1/x", "postgresql://nobody@127.0.0.1:1/x"):
        done = subprocess.run(
            [sys.executable, "-m", "tawthiq.cli", "run", "x.txt", "--project", str(tmp_path / "p")],
            env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in (1, 2)
        assert len(done.stderr.strip().splitlines()) == 1
        assert done.stderr.startswith("tawthiq: ")


def script(name: str, examples: Path, project: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.workspace.{name}", str(examples), str(project)], cwd=HERE.parents[1], env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]


def test_people_who_ask_at_once_get_different_claims_on_postgresql(database: str, examples: Path, tmp_path: Path) -> None:
    script("race", examples, tmp_path / "p", {**os.environ, "DATABASE_URL": database, "TAWTHIQ_TEST_ON_DATABASE": "1"})


def test_people_who_ask_at_once_get_different_claims_on_sqlite(examples: Path, tmp_path: Path) -> None:
    script("race", examples, tmp_path / "p", {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TAWTHIQ_PROJECT")})


def test_migrations_go_down_and_up_with_data_on_postgresql(database: str, examples: Path, tmp_path: Path) -> None:
    script("there_and_back", examples, tmp_path / "p", {**os.environ, "DATABASE_URL": database, "TAWTHIQ_TEST_ON_DATABASE": "1"})


def test_migrations_go_down_and_up_with_data_on_sqlite(examples: Path, tmp_path: Path) -> None:
    bare = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TAWTHIQ_PROJECT")}
    script("there_and_back", examples, tmp_path / "p", bare)


def test_runs_and_reviewers_at_once_lose_and_double_nothing_on_postgresql(database: str, examples: Path, tmp_path: Path) -> None:
    script("writers", examples, tmp_path / "p", {**os.environ, "DATABASE_URL": database, "TAWTHIQ_TEST_ON_DATABASE": "1"})


def test_runs_and_reviewers_at_once_lose_and_double_nothing_on_sqlite(examples: Path, tmp_path: Path) -> None:
    bare = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TAWTHIQ_PROJECT")}
    script("writers", examples, tmp_path / "p", bare)


def at_once(project: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tawthiq.cli", "work", "--project", str(project), "--once"]
    project.mkdir()
    started = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    told = [(one.communicate()[1], one.returncode) for one in started]
    # One works, or one after another does; nobody fails over tables that another makes.
    assert all(code == 0 or "another worker" in said for said, code in told), told
    assert any(code == 0 for _, code in told)


def test_who_start_at_once_make_the_tables_once_on_postgresql(database: str, tmp_path: Path) -> None:
    at_once(tmp_path / "p", {**os.environ, "DATABASE_URL": database})


def test_who_start_at_once_make_the_tables_once_on_sqlite(tmp_path: Path) -> None:
    at_once(tmp_path / "p", {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TAWTHIQ_PROJECT")})

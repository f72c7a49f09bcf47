"""Faults at random moments of long commands: kills, a full disk, a database that takes nothing, a broken connection, a clock that
goes back, one changed byte. After each, `verify` passes or names just that, nothing that was acknowledged is lost, a rerun completes.

A short pass by default; TAWTHIQ_FAULTS=100 does each so often. The moment comes from the seed in the test's name.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.workspace.test_postgresql import database  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow
TIMES = int(os.environ.get("TAWTHIQ_FAULTS", "1"))
SEEDS = range(1, TIMES + 1)
MANY = 160
DATABASE = "tawthiq.sqlite3"


def bare(**more: str) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TAWTHIQ_PROJECT", "TAWTHIQ_ADDITIONS")} | more


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tawthiq.cli", *map(str, arguments)]


def call(*arguments: object, before: Sequence[str] = (), **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*before, *command(*arguments)], env=bare(**more), capture_output=True, text=True, check=False)


def more_reports(folder: Path) -> Path:
    """Write reports that a run has to do with for some seconds."""
    lines = [
        json.dumps({"report": f"f{n}", "text": f"قُتل {n % 6 + 2} من عناصر قوات النظام في هجوم لتنظيم داعش قرب السخنة، نص مختلق رقم {n}.", "published": "2024-05-01"})
        for n in range(MANY)
    ]  # fmt: skip
    path = folder / "more.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def state(project: Path) -> list[Any]:
    """Return what a project holds, as any order of work must leave it."""
    with sqlite3.connect(project / DATABASE) as held:
        ask = held.execute
        return [
            ask("select report, version, digest, current from workspace_reportrow order by 1, 2").fetchall(),
            ask("select key, kind, type from workspace_claimrow order by 1").fetchall(),
            ask("select count(*) from workspace_claimrow where kind = 'event' and incident = ''").fetchall(),
            ask("select decision, kind from workspace_decisionrow order by id").fetchall(),
        ]


@pytest.fixture(scope="module")
def base(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Any]]:
    """A project with decisions in it, more reports to be read, and what it holds once they are."""
    folder = tmp_path_factory.mktemp("faults")
    project, more = folder / "base", more_reports(folder)
    assert call("run", examples, "--project", project, "--quiet").returncode == 0
    done = call("decisions", "add", "reject", "ex01.1", "--project", project, "--by", "a")
    assert done.returncode == 0, done.stderr
    whole = folder / "whole"
    shutil.copytree(project, whole)
    assert call("run", more, "--project", whole, "--quiet").returncode == 0
    return project, more, state(whole)


def comes_back(project: Path, more: Path, whole: list[Any]) -> None:
    """Fail unless what is there is proved, decisions are there, and a rerun makes it whole."""
    verified = call("verify", "--project", project)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert state(project)[3] == whole[3]
    again = call("run", more, "--project", project, "--quiet")
    assert again.returncode == 0, again.stderr
    assert state(project) == whole
    assert call("verify", "--project", project).returncode == 0
    assert not list((project / "archive").rglob("*.part"))


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line in which a command says what is wrong."""
    assert done.returncode not in (0, -signal.SIGKILL), done.stdout
    lines = [line for line in done.stderr.strip().splitlines() if line]
    assert lines
    assert lines[-1].startswith("tawthiq: "), done.stderr[-1500:]
    assert "Traceback" not in done.stderr
    return lines[-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_run(base: tuple[Path, Path, list[Any]], tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    project, more, whole = tmp_path / "p", base[1], base[2]
    shutil.copytree(base[0], project)
    for _ in range(2):
        with subprocess.Popen(command("run", more, "--project", project, "--quiet"), env=bare(), start_new_session=True) as run:
            time.sleep(draw.uniform(0.4, 3.5))
            os.kill(run.pid, signal.SIGKILL)
    time.sleep(0.3)
    comes_back(project, more, whole)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("what", ["backup", "publish"])
def test_a_killed_backup_or_release(base: tuple[Path, Path, list[Any]], tmp_path: Path, what: str, seed: int) -> None:
    draw = random.Random(seed)
    project, out = base[0], tmp_path / "out"
    extra: list[object] = ["--out", out / "b.zip", "--plain"] if what == "backup" else ["--out", out]
    out.mkdir()
    with subprocess.Popen(command(what, "--project", project, *extra, "--quiet"), env=bare()) as run:
        time.sleep(draw.uniform(0.3, 3))
        run.kill()
    (out / "b.zip").unlink(missing_ok=True)
    done = call(what, "--project", project, *extra, "--quiet")
    assert done.returncode == 0, done.stderr
    if what == "backup":
        assert call("restore", out / "b.zip", "--project", tmp_path / "back", "--quiet").returncode == 0
        assert state(tmp_path / "back") == state(project)
    else:
        from tawthiq.publish.releases import releases, verify_releases

        assert verify_releases(out) == []
        assert [r.number for r in releases(out)] in ([1], [1, 2])
        assert not list(out.glob(".release-*"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory; without the right to mount one these tests are skipped."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here: a full and a read-only one are not tried")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_disk_that_is_full(base: tuple[Path, Path, list[Any]], small_disk: Path, seed: int) -> None:
    draw = random.Random(seed)
    project = small_disk / "p"
    shutil.copytree(base[0], project)
    used = shutil.disk_usage(small_disk).used
    remount(small_disk, f"size={used + draw.randrange(4_096, 400_000)}")
    said = one_line(call("run", base[1], "--project", project, "--quiet"))
    assert "free some space" in said, said
    remount(small_disk, "size=300m")
    comes_back(project, base[1], base[2])


def test_a_database_that_takes_nothing(base: tuple[Path, Path, list[Any]], small_disk: Path) -> None:
    project = small_disk / "p"
    shutil.copytree(base[0], project)
    remount(small_disk, "ro")
    said = one_line(call("run", base[1], "--project", project, "--quiet"))
    assert "make the project's folder writable" in said, said
    remount(small_disk, "rw")
    comes_back(project, base[1], base[2])


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed: no clock is turned back")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_clock_that_goes_back(base: tuple[Path, Path, list[Any]], tmp_path: Path, seed: int) -> None:
    days = random.Random(seed).randrange(1, 4000)
    project = tmp_path / "p"
    shutil.copytree(base[0], project)
    done = call("run", base[1], "--project", project, "--quiet", before=("faketime", f"-{days} days"))
    assert done.returncode == 0, done.stderr
    comes_back(project, base[1], base[2])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_byte_of_an_original_is_named(base: tuple[Path, Path, list[Any]], tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    project = tmp_path / "p"
    shutil.copytree(base[0], project)
    originals = sorted(p for p in (project / "archive" / "originals").rglob("*") if p.is_file())
    hurt = draw.choice(originals)
    data = bytearray(hurt.read_bytes())
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    hurt.chmod(0o644)
    hurt.write_bytes(bytes(data))
    done = call("verify", "--project", project)
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if line.startswith("tawthiq: ")]
    assert any(hurt.name in line for line in told), done.stderr
    assert not any(other.name in line for line in told for other in originals if other != hurt)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_byte_of_the_log_is_named(base: tuple[Path, Path, list[Any]], tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    project = tmp_path / "p"
    shutil.copytree(base[0], project)
    name = draw.choice(["log.jsonl", "manifest.jsonl"])
    path = project / "archive" / name
    data = bytearray(path.read_bytes())
    data[draw.randrange(len(data) - 1)] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(data))
    done = call("verify", "--project", project)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_byte_of_the_database_is_named(base: tuple[Path, Path, list[Any]], tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    project = tmp_path / "p"
    shutil.copytree(base[0], project)
    with sqlite3.connect(project / DATABASE) as held:
        held.execute("pragma wal_checkpoint(truncate)")
        report, text = draw.choice(held.execute("select report, json_extract(data, '$.text') from workspace_reportrow").fetchall())
    whole = bytearray((project / DATABASE).read_bytes())
    words = text.split("\n")[0][:60].encode()
    at = whole.find(words)
    while at >= 0:
        # The last byte of a letter becomes that of another one: in the text, in its index, wherever it stands.
        whole[at + 1] ^= 1
        at = whole.find(words)
    (project / DATABASE).write_bytes(bytes(whole))
    done = call("verify", "--project", project)
    assert done.returncode == 1, done.stdout
    assert f"report {report}" in done.stderr, done.stderr


def test_a_connection_that_breaks(base: tuple[Path, Path, list[Any]], examples: Path, tmp_path: Path, database: str) -> None:  # noqa: F811
    psycopg = pytest.importorskip("psycopg")
    project = tmp_path / "p"
    more = base[1]
    name = database.rpartition("/")[2]
    broken = 0
    for wait in (1.5, 2.5, 3.5):
        with subprocess.Popen(
            command("run", more, "--project", project, "--quiet"),
            env=bare(DATABASE_URL=database),
            stderr=subprocess.PIPE,
            text=True,
        ) as run:
            time.sleep(wait)
            with psycopg.connect(f"{database.rpartition('/')[0]}/postgres", autocommit=True) as server:
                server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
            told = run.communicate()[1]
            if run.returncode:
                broken += 1
                assert told.strip().splitlines()[-1].startswith("tawthiq: "), told
                assert "see that the database answers" in told
                assert "Traceback" not in told
    again = call("run", more, "--project", project, "--quiet", DATABASE_URL=database)
    assert again.returncode == 0, again.stderr
    with psycopg.connect(database) as held:
        rows = held.execute("select count(*), count(distinct report) from workspace_reportrow where current").fetchone()
        claims = held.execute("select count(*), count(distinct key) from workspace_claimrow").fetchone()
    assert rows == (MANY, MANY)
    assert claims is not None
    assert claims[0] == claims[1] >= MANY
    assert broken

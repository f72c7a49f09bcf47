"""The commands as a person runs them, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

TAWTHIQ = [sys.executable, "-m", "tawthiq.cli"]


def call(*arguments: str | Path, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*TAWTHIQ, *map(str, arguments)], input=stdin, capture_output=True, check=False)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def project(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    done = call("run", examples, "--project", folder, "--workers", "2")
    assert done.returncode == 0, done.stderr
    return folder


def rows(project: Path, question: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(project / "tawthiq.sqlite3") as database:
        return database.execute(question).fetchall()


def test_a_run_stores_and_writes_the_briefs(project: Path) -> None:
    assert (project / "brief-ar.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>") or (
        project / "brief-ar.html"
    ).exists()
    assert "Brief" in (project / "brief-en.html").read_text(encoding="utf-8")
    assert len([p for p in (project / "archive" / "originals").rglob("*") if p.is_file()]) == 15
    reports = rows(project, "select count(*) from workspace_reportrow")[0][0]
    assert reports == 15


def test_a_second_run_adds_nothing(project: Path, examples: Path) -> None:
    tables = ("acquisition", "reportrow", "claimrow", "incidentrow")
    before = [rows(project, f"select count(*) from workspace_{t}") for t in tables]
    done = call("run", examples, "--project", project, "--json")
    summary = json.loads(done.stdout)
    assert (summary["added"], summary["already"]) == (0, 15)
    assert [rows(project, f"select count(*) from workspace_{t}") for t in tables] == before


def test_extract_writes_the_codebooks_shape_in_order(examples: Path) -> None:
    done = call("extract", examples, "--workers", "2", "--quiet")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["report"] for line in lines] == sorted(line["report"] for line in lines)
    claim = next(c for line in lines for c in line["claims"])
    assert set(claim) == {
        "id", "kind", "type", "evidence", "initiators", "targets", "participants", "place", "time", "losses", "attribution", "modality", "count",
        "confidence", "spans",
    }  # fmt: skip
    single = call("extract", examples, "--quiet")
    assert single.stdout == done.stdout


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("😀😀 🔥 123", "no words"),
        ("Сирийская армия вчера вошла в город", "letters that are not read"),
        ("Artêşa Tirk û çeteyên Artêşa Niştimanî ya Sûriyê duh êvarê gundên Dirdara topbaran kirin", "another language"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_reason(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "odd.txt").write_text(text, encoding="utf-8")
    done = call("run", tmp_path / "odd.txt", "--project", tmp_path / "p", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["claims"] == 0
    assert why in summary["unread"][0][1]
    assert why in done.stderr


def test_export_gives_incidents_to_events_alone(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "claims.jsonl"
    assert call("export", "claims", "--project", project, "--out", out).returncode == 0
    claims = [c for line in out.read_text(encoding="utf-8").splitlines() for c in json.loads(line)["claims"]]
    assert claims
    assert all((c["incident"] is not None) == (c["kind"] == "event") for c in claims)
    several = {c["incident"] for c in claims if c["incident"]}
    assert len(several) < sum(c["kind"] == "event" for c in claims)


def test_a_brief_of_a_period_in_both_forms(project: Path, tmp_path: Path) -> None:
    for name in ("b.html", "b.md"):
        done = call(
            "brief",
            "--project",
            project,
            "--language",
            "en",
            "--from",
            "2023-05-01",
            "--to",
            "2023-05-31",
            "--out",
            tmp_path / name,
        )
        assert done.returncode == 0, done.stderr
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "15 May 2023" in text
        assert "19 June 2025" not in text


def test_show_quotes_a_claim_and_an_incident(project: Path) -> None:
    done = call("show", "ex01.1", "--project", project)
    assert done.returncode == 0
    assert "⟦" in done.stdout
    incident = rows(project, "select id from workspace_incidentrow order by id")[0][0]
    shown = call("show", str(incident), "--project", project)
    assert shown.returncode == 0
    assert str(incident) in shown.stdout
    assert json.loads(call("show", str(incident), "--project", project, "--json").stdout)["id"] == incident


def test_standard_input_is_read(tmp_path: Path) -> None:
    report = {"report": "S1", "text": "قُتل مدني بانفجار لغم في بلدة السخنة أمس", "published": "2023-01-02"}
    done = call("extract", "-", stdin=json.dumps(report).encode())
    assert json.loads(done.stdout)["claims"][0]["type"] == "ied"
    done = call(
        "run", "-", "--project", tmp_path / "p", "--published", "2023-01-02", "--quiet", stdin="قُتل مدني بانفجار لغم أمس".encode()
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "no-such-file", "--project", "P"], "no such file"),
        (["extract", "no-such-file"], "no such file"),
        (["brief", "--project", "P", "--out", "x.html"], "is not a project"),
        (["brief", "--project", "P", "--out", "x.doc"], ".html, .md or .pdf"),
        (["brief", "--project", "P", "--out", "x.html", "--language", "fr"], "ar or en"),
        (["brief", "--project", "P", "--out", "x.html", "--from", "May"], "YYYY-MM-DD"),
        (["export", "claims", "--project", "P"], "is not a project"),
        (["show", "X", "--project", "P"], "is not a project"),
        (["run", ".", "--project", "P", "--published", "yesterday"], "--published"),
        (["run"], "Missing argument"),
        (["run", ".", "--project", "P", "--workers", "0"], "workers"),
    ],
)
def test_wrong_input_is_one_clear_line_and_exit_code_two(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = subprocess.run([*TAWTHIQ, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_file_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text("انفجرت عبوة ناسفة بدورية لقسد في بلدة الشحيل.", encoding="utf-8")
    (tmp_path / "in" / "bad.txt").write_bytes(b"\x00\xff\x00")
    (tmp_path / "in" / "bad.json").write_text("{", encoding="utf-8")
    done = call("run", tmp_path / "in", "--project", tmp_path / "p")
    assert done.returncode == 1
    assert "bad.txt: binary data" in done.stderr
    assert "bad.json: not JSON" in done.stderr
    assert "1 reports" in done.stdout
    nothing = call("run", tmp_path / "in" / "bad.txt", "--project", tmp_path / "q")
    assert nothing.returncode == 1
    assert "no report could be read" in nothing.stderr


def test_a_changed_text_is_a_new_version_and_a_same_name_is_another_report(tmp_path: Path) -> None:
    source, project = tmp_path / "r.json", tmp_path / "p"
    for text in ("قُتل مدني في الشحيل", "قُتل مدنيان في الشحيل"):
        source.write_text(json.dumps({"report": "R", "source": "A", "text": text}), encoding="utf-8")
        assert call("run", source, "--project", project, "--quiet").returncode == 0
    assert rows(project, "select version, current from workspace_reportrow order by version") == [(1, 0), (2, 1)]
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"report": "R", "source": "B", "text": "قُتل ثلاثة مدنيين في الشحيل"}), encoding="utf-8")
    assert call("run", other, "--project", project, "--quiet").returncode == 0
    names = [n for (n,) in rows(project, "select report from workspace_reportrow where current = 1 order by id")]
    assert names[0] == "R"
    assert str(names[1]).startswith("R~")


def test_killed_at_any_point_a_run_loses_and_doubles_nothing(tmp_path: Path) -> None:
    lines = tmp_path / "many.jsonl"
    with lines.open("w", encoding="utf-8") as file:
        for number in range(900):
            text = f"قُتل {number % 7 + 1} عناصر من قسد بانفجار عبوة ناسفة في بلدة الشحيل يوم {number % 27 + 1} آذار 2023."
            print(json.dumps({"report": f"K{number}", "source": "S", "published": "2023-04-01", "text": text}), file=file)
    project = tmp_path / "p"
    for delay in (0.7, 1.0, 1.3, 1.7):
        process = subprocess.Popen([*TAWTHIQ, "run", str(lines), "--project", str(project), "--quiet", "--workers", "1"])
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if (project / "tawthiq.sqlite3").exists() and rows(
            project, "select name from sqlite_master where name='workspace_claimrow'"
        ):
            # A report that was read has its claims.
            assert rows(
                project,
                "select count(*) from workspace_reportrow r where vocabulary <> ''"
                " and not exists (select 1 from workspace_claimrow c where c.report_id=r.id)",
            ) == [(0,)]
    done = call("run", lines, "--project", project, "--quiet")
    assert done.returncode == 0, done.stderr
    assert rows(project, "select count(*), count(distinct report) from workspace_reportrow") == [(900, 900)]
    assert rows(project, "select count(*) - count(distinct key) from workspace_claimrow") == [(0,)]


def test_no_traceback_reaches_the_user(tmp_path: Path) -> None:
    project = tmp_path / "p"
    project.mkdir()
    (project / "tawthiq.sqlite3").write_bytes(b"this is no database, but it is longer than a header" * 10)
    done = call("show", "X", "--project", project)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_start_up_is_quick() -> None:
    call("extract", "-", stdin=b"x")
    times = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([*TAWTHIQ, "version"], check=True, capture_output=True, env=os.environ)
        times.append(time.perf_counter() - began)
    assert min(times) < 1.5

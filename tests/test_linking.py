"""Linking and deciding as a person does it, each command in a process of its own."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import call, rows


@pytest.fixture(scope="module")
def made(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("linking") / "p"
    assert call("run", examples, "--project", folder, "--quiet").returncode == 0
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """Return a copy of a project, to change."""
    return Path(shutil.copytree(made, tmp_path / "p"))


def exported(project: Path, out: Path) -> dict[str, dict[str, Any]]:
    assert call("export", "claims", "--project", project, "--out", out, "--quiet").returncode == 0
    return {c["id"]: c for line in out.read_text(encoding="utf-8").splitlines() for c in json.loads(line)["claims"]}


def several(project: Path) -> tuple[str, list[str]]:
    """Return an incident of more than one claim."""
    for (data,) in rows(project, "select data from workspace_incidentrow order by id"):
        incident = json.loads(str(data))
        if len(incident["claims"]) > 1:
            return incident["id"], incident["claims"]
    raise AssertionError("no incident has several claims")


def add(project: Path, *said: str) -> str:
    done = call("decisions", "add", *said, "--project", project)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


def test_a_decision_holds_at_once_and_after_everything_was_made_anew(project: Path, tmp_path: Path) -> None:
    before = exported(project, tmp_path / "a.jsonl")
    incident, (first, second, *_) = several(project)
    add(project, "not-the-same", first, "--from", second, "--by", "هدى", "--reason", "مكانان مختلفان")
    add(project, "edit", first, "--slot", "targets", "--value", '["syrian-army"]', "--by", "هدى")
    rejected = next(name for name, claim in before.items() if claim["kind"] == "event" and name not in (first, second))
    add(project, "reject", rejected, "--by", "سامر")
    after = exported(project, tmp_path / "b.jsonl")
    assert after[first]["incident"] != after[second]["incident"]
    assert after[first]["targets"] == ["syrian-army"]
    assert rejected not in after
    assert call("link", "--rebuild", "--project", project).returncode == 0
    assert exported(project, tmp_path / "c.jsonl") == after
    shown = call("show", first, "--project", project).stdout
    assert "decided: X" in shown
    assert call("show", incident, "--project", project).returncode == 0


def test_what_is_derived_is_made_again_to_the_same_bytes(project: Path, tmp_path: Path) -> None:
    def derived() -> list[list[tuple[object, ...]]]:
        return [
            rows(project, "select key, number, kind, type, name, incident, linking, data from workspace_claimrow order by key"),
            rows(project, "select id, type, start, data from workspace_incidentrow order by id"),
            rows(project, "select key from workspace_linkkey order by key"),
            rows(
                project,
                "select min(a.key, b.key) as first, max(a.key, b.key) as second, weight from workspace_edge"
                " join workspace_claimrow a on a.id = first_id join workspace_claimrow b on b.id = second_id order by 1, 2",
            ),
        ]

    before = derived()
    assert all(before)
    assert call("link", "--rebuild", "--project", project, "--quiet").returncode == 0
    assert derived() == before


def test_a_ledger_goes_to_another_copy_of_the_project(project: Path, examples: Path, tmp_path: Path) -> None:
    incident, claims = several(project)
    add(project, "review", incident, "--value", "verified", "--by", "هدى", "--reason", "صور من المكان")
    add(project, "grade-source", "--source", "شبكة وادي الأرز", "--value", "B", "--by", "هدى")
    ledger = tmp_path / "ledger.jsonl"
    assert "2 decisions" in call("decisions", "export", "--project", project, "--out", ledger).stdout
    other = tmp_path / "other"
    assert call("run", examples, "--project", other, "--quiet").returncode == 0
    assert "2 decisions added, 0 known" in call("decisions", "import", ledger, "--project", other).stdout
    assert "0 decisions added, 2 known" in call("decisions", "import", ledger, "--project", other).stdout
    shown = json.loads(call("show", incident, "--project", other, "--json").stdout)
    assert (shown["review"], shown["claims"]) == ("verified", claims)
    told = json.loads(call("decisions", "list", incident, "--project", other, "--json").stdout)
    assert [d["kind"] for d in told] == ["review"]


def test_conflict_settling_and_undoing(project: Path) -> None:
    incident, _ = several(project)
    one = add(project, "review", incident, "--value", "verified", "--by", "هدى")
    two = call("decisions", "add", "review", incident, "--value", "rejected", "--by", "سامر", "--project", project)
    assert "conflict" in two.stderr
    found = json.loads(call("decisions", "conflicts", "--project", project, "--json").stdout)
    assert {d["id"] for c in found for d in c["decisions"]} == {one, two.stdout.split()[-1]}
    assert json.loads(call("show", incident, "--project", project, "--json").stdout)["review"] == "in-review"
    add(project, "settle", "--value", one, "--by", "ليلى")
    assert json.loads(call("show", incident, "--project", project, "--json").stdout)["review"] == "verified"
    add(project, "undo", "--value", one, "--by", "هدى")
    assert json.loads(call("show", incident, "--project", project, "--json").stdout)["review"] == "rejected"
    assert json.loads(call("decisions", "conflicts", "--project", project, "--json").stdout) == []
    assert call("decisions", "list", "--project", project).stdout.count("\n") == 4


def test_a_decision_whose_claim_is_gone_is_listed_and_kept(project: Path) -> None:
    made = add(project, "reject", "ex01.1", "--by", "هدى")
    with sqlite3.connect(project / "tawthiq.sqlite3") as database:
        (data,) = database.execute("select data from workspace_decisionrow").fetchone()
        decision = json.loads(data)
        # The text was read otherwise: nothing of this type is told there any more.
        decision["anchors"][0]["type"] = "displacement"
        database.execute("update workspace_decisionrow set data = ?", (json.dumps(decision),))
    done = call("decisions", "orphans", "--project", project)
    assert made in done.stdout
    assert "its claim is not there" in done.stdout
    again = call("run", project / "brief-ar.html", "--project", project)
    assert "1 decisions do not find their claim" in again.stdout


def test_two_claims_are_explained_in_words_and_as_a_chart(project: Path, tmp_path: Path) -> None:
    _, (first, second, *_) = several(project)
    done = call("explain", first, second, "--project", project, "--out", tmp_path / "w.svg")
    assert done.returncode == 0, done.stderr
    assert "Place: same spot" in done.stdout
    assert "</svg>" in (tmp_path / "w.svg").read_text(encoding="utf-8")
    arabic = call("explain", first, second, "--project", project, "--language", "ar", "--out", tmp_path / "w.png")
    assert "المكان: الموضع نفسه" in arabic.stdout
    assert (tmp_path / "w.png").read_bytes().startswith(b"\x89PNG")
    made = json.loads(call("explain", first, second, "--project", project, "--json").stdout)
    assert made["weight"] >= made["threshold"]
    assert made["contradiction"] is None


def test_a_small_project_is_told_that_it_is_too_small_to_train(project: Path) -> None:
    done = call("link", "--train", "--project", project)
    assert done.returncode == 1
    assert "too few to estimate weights" in done.stderr
    assert not (project / "linking").exists()


def test_trained_weights_are_used_and_survive_a_backup(project: Path, tmp_path: Path) -> None:
    from tawthiq.link.weights import weights, write_weights

    write_weights(weights().model_copy(update={"version": "project-1", "threshold": 80.0}), project / "linking")
    before = rows(project, "select count(*) from workspace_incidentrow")[0][0]
    done = call("link", "--project", project)
    assert "weights project-1" in done.stdout
    after = rows(project, "select count(*) from workspace_incidentrow")[0][0]
    assert int(str(after)) > int(str(before))
    assert call("backup", "--project", project, "--out", tmp_path / "b.zip", "--plain").returncode == 0
    assert call("restore", tmp_path / "b.zip", "--project", tmp_path / "again").returncode == 0
    assert (tmp_path / "again" / "linking" / "weights-1.yaml").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("decisions", "add", "guess", "ex01.1"), "kind"),
        (("decisions", "add", "reject", "nothing"), "no claim or incident"),
        (("decisions", "add", "undo", "--value", "X1"), "no decision"),
        (("decisions", "add", "edit", "ex01.1", "--slot", "colour", "--value", "red"), "slot"),
        (("decisions", "add", "name-actor", "ex01.1", "--slot", "targets", "--value", "nobody"), "no actor"),
        (("explain", "ex01.1", "nothing"), "no claim"),
        (("explain", "ex01.1", "ex01.2", "--out", "x.pdf"), ".svg or .png"),
    ],
)
def test_wrong_input_is_one_line(project: Path, arguments: tuple[str, ...], said: str) -> None:
    done = call(*arguments, "--project", project)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_ledger_is_taken_whole_or_not_at_all(project: Path, tmp_path: Path) -> None:
    add(project, "reject", "ex01.1", "--by", "هدى")
    ledger = tmp_path / "ledger.jsonl"
    call("decisions", "export", "--project", project, "--out", ledger)
    good = ledger.read_text(encoding="utf-8")
    for bad in (good.replace("هدى", "غيرها"), "{", '{"id": "X"}', good + "nonsense\n"):
        ledger.write_text(bad, encoding="utf-8")
        done = call("decisions", "import", ledger, "--project", project)
        assert done.returncode == 2
        assert "none was added" in done.stderr
    assert call("decisions", "import", tmp_path / "missing", "--project", project).returncode == 2

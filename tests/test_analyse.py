"""The answers as a person asks for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.test_cli import call


@pytest.fixture(scope="module")
def project(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers") / "p"
    assert call("run", examples, "--project", folder, "--quiet").returncode == 0
    return folder


@pytest.mark.parametrize(
    "command", ["tallies", "losses", "attrition", "appearances", "network", "hypotheses", "forecasts", "undocumented", "sources"]
)
def test_every_answer_is_given_in_words_and_as_json(project: Path, command: str) -> None:
    said = call("analyse", command, "--project", project)
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip()
    assert json.loads(call("analyse", command, "--project", project, "--json").stdout) is not None


def test_the_network_is_written_as_graph_and_picture(project: Path, tmp_path: Path) -> None:
    for name, begins in (("n.graphml", b"<?xml"), ("n.svg", b"<svg"), ("n.png", b"\x89PNG")):
        done = call("analyse", "network", "--project", project, "--out", tmp_path / name, "--language", "ar")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_settled_forecast_is_scored(project: Path) -> None:
    found = json.loads(call("analyse", "forecasts", "--project", project, "--json").stdout)["forecasts"]
    assert found
    claim = found[0]["claim"]
    assert call("decisions", "add", "settle-forecast", claim, "--value", "true", "--project", project).returncode == 0
    again = json.loads(call("analyse", "forecasts", "--project", project, "--json").stdout)
    assert next(f for f in again["forecasts"] if f["claim"] == claim)["outcome"] == "true"
    assert any(s["brier"] == 0.0 for s in again["scores"])


def test_wrong_input_is_one_line(project: Path, tmp_path: Path) -> None:
    for arguments in (("attrition", "nobody-known"), ("network", "--out", str(tmp_path / "x.pdf")), ("losses", "--from", "may")):
        done = call("analyse", *arguments, "--project", project)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1

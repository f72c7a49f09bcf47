"""What lies in deploy/ speaks of this program: commands, options and names of the environment are those that it knows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from tawthiq.cli import app

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


def check(words: list[str]) -> None:
    """Fail for a command or an option that the program does not know."""
    assert Path(words[0]).name == "tawthiq"
    command: Any = typer.main.get_command(app).commands[words[1]]  # type: ignore[attr-defined]
    known = {name for one in command.params for name in one.opts}
    for word in words[2:]:
        if word.startswith("--"):
            assert word in known, word


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def test_commands_of_containers_and_services_are_there() -> None:
    for name in ("workspace", "worker"):
        check(compose()["services"][name]["command"])
    cmd = re.search(r"^CMD (\[.*\])$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert cmd is not None
    check(yaml.safe_load(cmd[1]))
    for unit in DEPLOY.glob("*.service"):
        read = ConfigParser(strict=False, interpolation=None)
        read.optionxform = str  # type: ignore[assignment,method-assign]
        read.read(unit, encoding="utf-8")
        check(shlex.split(read["Service"]["ExecStart"]))


def test_names_of_the_environment_are_read_by_the_program() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    named = set(compose()["services"]["workspace"]["environment"])
    named |= set(re.findall(r"`(TAWTHIQ_\w+|DATABASE_URL)", (ROOT / "docs" / "server.md").read_text(encoding="utf-8")))
    for name in named - {"TAWTHIQ_TEST_DATABASE_URL"}:
        assert f'"{name}"' in code, name


def test_what_the_container_copies_is_there() -> None:
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed: its own check is not run")
def test_compose_takes_its_file() -> None:
    said = {**os.environ, "TAWTHIQ_HOSTS": "record.example", "TAWTHIQ_DATABASE_PASSWORD": "x"}
    command = ["docker-compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    assert subprocess.run(command, env=said, check=False).returncode == 0
    del said["TAWTHIQ_HOSTS"]
    refused = subprocess.run(command, env=said, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "names under which" in refused.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed: its own check is not run")
def test_systemd_takes_its_units(tmp_path: Path) -> None:
    for unit in DEPLOY.glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(text.replace("/opt/tawthiq/bin/tawthiq", "/bin/true"), encoding="utf-8")
    units = [str(tmp_path / unit.name) for unit in DEPLOY.glob("*.service")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    mine = [line for line in done.stderr.splitlines() if "tawthiq" in line and "not executable" not in line]
    assert not mine

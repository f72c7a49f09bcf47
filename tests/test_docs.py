"""The guides' examples are run as they stand."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDES = sorted((ROOT / "docs").glob("*.md"))


def blocks(path: Path) -> list[tuple[str, list[str]]]:
    """Return each command of a guide with the lines shown under it."""
    out: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                out.append((line[2:], []))
            else:
                out[-1][1].append(line)
    return out


@pytest.mark.parametrize("guide", [g for g in GUIDES if blocks(g)], ids=lambda g: g.stem)
def test_the_examples_of_a_guide_run(guide: Path, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for command, shown in blocks(guide):
        words = shlex.split(command)
        assert words[0] == "tawthiq"
        done = subprocess.run(
            [sys.executable, "-m", "tawthiq.cli", *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        pattern = r"[\s\S]*?".join(".*".join(re.escape(part) for part in line.split("...")) for line in shown if line != "...")
        assert re.search(pattern, done.stdout), f"{command}\nwrote\n{done.stdout}\nbut the guide shows\n" + "\n".join(shown)


def test_every_link_of_the_docs_leads_somewhere() -> None:
    for path in [*GUIDES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"

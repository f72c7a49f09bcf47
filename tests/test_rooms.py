"""Who may import whom, and that the repository says nothing it should not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_imports_keep_to_the_contract() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_arabic_in_logic() -> None:
    """Arabic stands in vocabulary, texts and docstrings; code names letters by their code points."""
    for path in (ROOT / "src" / "tawthiq").rglob("*.py"):
        if path.name == "normalise.py":  # the table of letters is what this module is
            continue
        text = re.sub(r'"""[\s\S]*?"""', "", path.read_text(encoding="utf-8"))
        code = "\n".join(line.split("#")[0] for line in text.splitlines())
        assert not re.search("[\u0621-\u064a]", code), path


def test_no_registry_host_in_the_locks() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "frontend/package-lock.json"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in re.sub(r'"(url|funding)": "[^"]*"', "", text), name


def test_files_are_short_enough_to_read() -> None:
    for path in (ROOT / "src" / "tawthiq").rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 450, path

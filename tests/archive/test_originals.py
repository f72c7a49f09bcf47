from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from tawthiq.archive.originals import Originals


def test_bytes_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "archive")
    digest = originals.put(b"report")
    assert digest == hashlib.sha256(b"report").hexdigest()
    assert originals.put(b"report") == digest
    assert originals.get(digest) == b"report"
    assert len([p for p in (tmp_path / "archive").rglob("*") if p.is_file()]) == 1
    assert not originals.path(digest).stat().st_mode & stat.S_IWUSR


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    originals = Originals(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("tawthiq.archive.originals.os.replace", refuse)
    with pytest.raises(OSError, match="no space"):
        originals.put(b"report")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_what_is_not_kept_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Originals(tmp_path).get("0" * 64)

"""The archive: what is kept, what a killed run leaves, and that no change goes unseen."""

from __future__ import annotations

import hashlib
import json
import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tawthiq.archive.originals import How, Originals
from tawthiq.archive.verify import contains, receipt, verify


def keep(originals: Originals, data: bytes, name: str = "report.txt", **how: str) -> str:
    acquired = originals.acquire(data, How(name, **how))  # type: ignore[arg-type]
    originals.commit([acquired])
    return acquired.sha256


@pytest.fixture
def archive(tmp_path: Path) -> Originals:
    originals = Originals(tmp_path / "archive")
    for number in range(4):
        keep(originals, f"report {number}".encode(), f"r{number}.txt")
    return originals


def rows(originals: Originals) -> list[dict[str, object]]:
    return [json.loads(line) for line in originals.manifest.read_text(encoding="utf-8").splitlines()]


def test_bytes_are_kept_once_under_their_hash_and_read_only(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "archive")
    digest = keep(originals, b"report")
    assert digest == hashlib.sha256(b"report").hexdigest()
    assert originals.find(digest).read_bytes() == b"report"
    assert not originals.path(digest).stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert keep(originals, b"report") == digest
    assert len(rows(originals)) == 1
    keep(originals, b"report", "other name.txt")
    assert [r["name"] for r in rows(originals)] == ["report.txt", "other name.txt"]
    assert len(list(originals.held())) == 1
    assert verify(originals).sound


def test_a_row_says_how_it_was_got(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    how = How("https://example.org/a", "url", "sami", "tawthiq 1", "https://example.org/a", {"date": "now"}, "text/html")
    originals.commit([originals.acquire(b"page", how)])
    (row,) = rows(originals)
    assert (row["method"], row["by"], row["url"], row["headers"], row["media_type"], row["size"]) == (
        "url", "sami", "https://example.org/a", {"date": "now"}, "text/html", 4,
    )  # fmt: skip
    assert str(row["at"]).endswith("+00:00")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    originals = Originals(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("tawthiq.archive.originals.os.replace", refuse)
    with pytest.raises(OSError, match="no space"):
        originals.acquire(b"report", How("r"))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    with pytest.raises(FileNotFoundError):
        originals.find("0" * 64)


def change(path: Path, old: bytes, new: bytes) -> None:
    path.chmod(0o644)
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def test_every_change_is_named(archive: Originals) -> None:
    digests = [str(r["original"]) for r in rows(archive)]
    change(archive.path(digests[0]), b"report", b"rep0rt")
    archive.path(digests[1]).unlink()
    extra = archive.folder / "originals" / "ab" / ("ab" * 32)
    extra.parent.mkdir(exist_ok=True)
    extra.write_bytes(b"smuggled")
    found = {(kind, what) for kind, what, _ in verify(archive).problems}
    assert found == {("changed", digests[0]), ("missing", digests[1]), ("added", f"originals/ab/{'ab' * 32}")}


@pytest.mark.parametrize(
    ("file", "old", "new", "kind"),
    [
        ("manifest.jsonl", b"r1.txt", b"rX.txt", "changed"),
        ("manifest.jsonl", b'"number":2', b'"number":9', "missing"),
        ("log.jsonl", b'"number":2', b'"number":3', "changed"),
        ("log.jsonl", b'"kind":"acquired"', b'"kind":"observed"', "changed"),
        ("log.jsonl", b"{", b"x", "changed"),
    ],
)
def test_a_changed_row_or_entry_is_seen(archive: Originals, file: str, old: bytes, new: bytes, kind: str) -> None:
    assert verify(archive).sound
    change(archive.folder / file, old, new)
    assert kind in {k for k, _, _ in verify(archive).problems}


def test_an_entry_or_row_taken_out_is_seen(archive: Originals) -> None:
    lines = archive.log.read_bytes().splitlines(keepends=True)
    archive.log.write_bytes(b"".join(lines[:1] + lines[2:]))
    assert not verify(archive).sound
    archive.log.write_bytes(b"".join(lines))
    kept = archive.manifest.read_bytes().splitlines(keepends=True)
    archive.manifest.write_bytes(b"".join(kept[:1] + kept[2:]))
    assert ("missing", "manifest, row 2") in {(k, w) for k, w, _ in verify(archive).problems}


def test_a_rebuilt_chain_is_seen_by_a_receipt(archive: Originals, tmp_path: Path) -> None:
    given = receipt(archive)
    keep(archive, b"later", "later.txt")
    assert contains(archive, given)
    rebuilt = Originals(tmp_path / "rebuilt")
    for number in (0, 2, 3, 4):
        keep(rebuilt, f"report {number}".encode(), f"r{number}.txt")
    assert verify(rebuilt).sound
    assert not contains(rebuilt, given)
    cut = archive.log.read_bytes().splitlines(keepends=True)[:2]
    archive.log.write_bytes(b"".join(cut))
    assert not contains(archive, given)
    with pytest.raises(ValueError, match="no receipt"):
        contains(archive, {"head": "x"})


def test_what_a_killed_run_leaves_is_mended_and_never_a_finding(archive: Originals) -> None:
    """Each state between two writes: set aside, row without entry, entry half written, entered but not in its place."""
    waiting = archive.acquire(b"set aside", How("aside.txt"))
    assert verify(archive).sound
    with archive.manifest.open("ab") as file:
        file.write(b'{"number":5,"original":"' + waiting.sha256.encode() + b'","name":"aside.txt","size":9,"salt":"x"}\n')
    proof = verify(archive)
    assert (proof.sound, proof.unfinished) == (True, 1)
    with archive.log.open("ab") as file:
        file.write(b'{"half an ent')
    assert verify(archive).sound
    fresh = Originals(archive.folder)
    assert fresh.commit([fresh.acquire(b"set aside", How("aside.txt"))]) == [5]
    proof = verify(fresh)
    assert (proof.sound, proof.unfinished, proof.entries) == (True, 0, 5)
    moved = fresh.path(waiting.sha256)
    moved.rename(fresh.folder / "incoming" / waiting.sha256)
    assert verify(fresh).sound
    assert fresh.find(waiting.sha256).read_bytes() == b"set aside"
    (fresh.folder / "incoming" / "part-killed").write_bytes(b"x")
    assert fresh.clear_leftovers() == 1
    assert moved.exists()
    assert verify(fresh).sound


def test_erasing_leaves_a_tombstone_that_tells_nothing(archive: Originals) -> None:
    digest = str(rows(archive)[1]["original"])
    keep(archive, b"report 1", "the same again.txt")
    assert archive.erase(digest, "sami", "asked to") == [2, 5]
    left = archive.manifest.read_bytes() + archive.log.read_bytes()
    for secret in (digest.encode(), b"r1.txt", b"the same again"):
        assert secret not in left
    assert b"asked to" in archive.log.read_bytes()
    proof = verify(archive)
    assert (proof.sound, proof.erased) == (True, 2)
    with pytest.raises(FileNotFoundError):
        archive.erase(digest, "sami", "again")
    keep(archive, b"after", "after.txt")
    assert verify(archive).sound


def test_an_erasure_that_was_cut_is_ended(archive: Originals) -> None:
    digest = str(rows(archive)[0]["original"])
    archive._enter({"kind": "erased", "numbers": [1], "by": "x", "reason": "y"})
    proof = verify(archive)
    assert (proof.sound, proof.unfinished) == (True, 1)
    keep(archive, b"more", "more.txt")
    assert not archive.path(digest).exists()
    proof = verify(archive)
    assert (proof.sound, proof.unfinished, proof.erased) == (True, 0, 1)


def test_an_observation_is_an_entry_of_the_log(archive: Originals) -> None:
    archive.observe("https://example.org/feed", status="gone")
    entry = json.loads(archive.log.read_text().splitlines()[-1])
    assert (entry["kind"], entry["what"], entry["status"]) == ("observed", "https://example.org/feed", "gone")
    assert verify(archive).sound


def _keep_many(folder: str) -> None:
    originals = Originals(Path(folder))
    for number in range(20):
        keep(originals, f"{number}".encode(), f"{number}.txt")


def test_two_processes_share_one_archive(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_keep_many, [str(tmp_path)] * 2))
    proof = verify(Originals(tmp_path))
    assert proof.sound
    assert proof.originals == 20

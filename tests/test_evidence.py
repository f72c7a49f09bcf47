"""What a court or an editor is handed, and what keeps a project safe: verify, bundle, backup, restore, erase."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

import bagit
import pytest

from tawthiq.archive.seal import WrongPassphrase, is_sealed, seal, unseal
from tests.test_cli import TAWTHIQ, call, rows

WORDS = "a passphrase of the tests"


def sealed_call(*arguments: str | Path, words: str = WORDS) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TAWTHIQ_PASSPHRASE": words}
    return subprocess.run([*TAWTHIQ, *map(str, arguments)], capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def project(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence") / "p"
    assert call("run", examples, "--project", folder, "--by", "سامي").returncode == 0
    return folder


def test_verify_proves_and_names_what_changed(project: Path, tmp_path: Path) -> None:
    done = call("verify", "--project", project)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("15 originals, ")
    receipt = tmp_path / "receipt.json"
    receipt.write_text(call("verify", "--receipt", "--project", project).stdout, encoding="utf-8")
    assert call("verify", "--against", receipt, "--project", project).returncode == 0
    log = project / "archive" / "log.jsonl"
    whole = log.read_bytes()
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    cut = call("verify", "--against", receipt, "--project", project)
    assert (cut.returncode, "no longer contains" in cut.stderr) == (1, True)
    log.write_bytes(whole)
    victim = next(p for p in (project / "archive" / "originals").rglob("*") if p.is_file())
    data = victim.read_bytes()
    victim.chmod(0o644)
    victim.write_bytes(data + b" ")
    changed = call("verify", "--project", project)
    assert changed.returncode == 1
    assert f"changed: {victim.name}" in changed.stderr
    victim.write_bytes(data)
    assert call("verify", "--project", project, "--against", tmp_path / "none").returncode == 2


def test_a_text_changed_in_the_database_is_seen(examples: Path, tmp_path: Path) -> None:
    import sqlite3

    project = tmp_path / "p"
    assert call("run", examples / "ex15-note.txt", "--project", project).returncode == 0
    with sqlite3.connect(project / "tawthiq.sqlite3") as database:
        database.execute("update workspace_reportrow set data = json_set(data, '$.text', 'غيره')")
    done = call("verify", "--project", project)
    assert done.returncode == 1
    assert "database, report ex15-note" in done.stderr


def test_a_bundle_is_a_bag_with_the_words_and_a_cover(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "case.zip"
    incident = str(rows(project, "select id from workspace_incidentrow order by id")[0][0])
    done = call("bundle", "ex01.1", incident, "--project", project, "--out", out, "--plain", "--by", "سامي")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(out) as packed:
        packed.extractall(tmp_path)
    bag = bagit.Bag(str(tmp_path / "bundle"))
    bag.validate()
    data = tmp_path / "bundle" / "data"
    claims = json.loads((data / "claims.json").read_text(encoding="utf-8"))
    assert "ex01.1" in [c["claim"]["id"] for c in claims]
    assert json.loads((data / "incidents.json").read_text(encoding="utf-8"))[0]["id"] == incident
    manifest = [json.loads(line) for line in (data / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["original"] for row in manifest} == {p.name for p in (data / "originals").iterdir()}
    assert {row["by"] for row in manifest} == {"سامي"}
    for language, word in (("ar", "حزمة أدلة"), ("en", "Evidence bundle")):
        cover = (data / f"cover-{language}.html").read_text(encoding="utf-8")
        assert word in cover
        assert manifest[0]["original"] in cover
        assert "<mark>" in cover
    assert {"vocabulary", "tawthiq"} <= set(json.loads((data / "versions.json").read_text(encoding="utf-8")))


def test_a_bundle_is_sealed_unless_one_says_otherwise(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "case.zip"
    assert "passphrase is needed" in call("bundle", "ex01.1", "--project", project, "--out", out).stderr
    assert "at least 12" in sealed_call("bundle", "ex01.1", "--project", project, "--out", out, words="short").stderr
    assert sealed_call("bundle", "ex01.1", "--project", project, "--out", out).returncode == 0
    assert is_sealed(out)
    wrong = sealed_call("unseal", out, "--out", tmp_path / "open.zip", words="another passphrase")
    assert (wrong.returncode, "does not open" in wrong.stderr) == (2, True)
    assert sealed_call("unseal", out, "--out", tmp_path / "open.zip").returncode == 0
    with zipfile.ZipFile(tmp_path / "open.zip") as packed:
        assert "bundle/data/cover-ar.html" in packed.namelist()
    assert "is there already" in sealed_call("bundle", "ex01.1", "--project", project, "--out", out).stderr
    assert (
        "no claim, report or incident" in sealed_call("bundle", "nothing", "--project", project, "--out", tmp_path / "x.zip").stderr
    )


def test_a_backup_comes_back_whole(project: Path, tmp_path: Path) -> None:
    assert call("actors", "add", "mukhtalaq", "--project", project, "--kind", "militia", "--ar", "لواء مختلق جداً").returncode == 0
    backup, again = tmp_path / "backup.age.zip", tmp_path / "again"
    assert sealed_call("backup", "--project", project, "--out", backup).returncode == 0
    done = sealed_call("restore", backup, "--project", again)
    assert done.returncode == 0, done.stderr
    assert call("verify", "--project", again).returncode == 0
    tables = ("acquisition", "reportrow", "claimrow", "incidentrow")
    assert [rows(again, f"select count(*) from workspace_{t}") for t in tables] == [
        rows(project, f"select count(*) from workspace_{t}") for t in tables
    ]
    assert "mukhtalaq" in call("actors", "list", "--own", "--project", again).stdout
    assert call("show", "ex01.1", "--project", again).stdout == call("show", "ex01.1", "--project", project).stdout
    assert "is not empty" in sealed_call("restore", backup, "--project", again).stderr
    (tmp_path / "no.zip").write_bytes(b"PK nothing")
    assert sealed_call("restore", tmp_path / "no.zip", "--project", tmp_path / "q").returncode == 2


def test_a_backup_while_a_run_is_writing(tmp_path: Path) -> None:
    from tests.test_archiving import many

    folder, project = many(tmp_path / "in", 30, 40), tmp_path / "p"
    assert call("run", folder / "r0.json", "--project", project).returncode == 0
    process = subprocess.Popen([*TAWTHIQ, "run", str(folder), "--project", str(project), "--quiet", "--workers", "1"])
    for number in range(3):
        out = tmp_path / f"{number}.zip"
        assert call("backup", "--project", project, "--out", out, "--plain").returncode == 0
        restored = call("restore", out, "--project", tmp_path / f"r{number}")
        assert restored.returncode == 0, restored.stderr
        assert call("verify", "--project", tmp_path / f"r{number}").returncode == 0
    assert process.wait() == 0


def test_what_is_erased_leaves_a_tombstone(examples: Path, tmp_path: Path) -> None:
    project = tmp_path / "p"
    assert call("run", examples, "--project", project, "--quiet").returncode == 0
    digest = str(
        rows(
            project,
            "select sha256 from workspace_acquisition a join workspace_reportrow r on r.acquisition_id = a.id where report = 'ex15-note'",
        )[0][0]
    )
    assert call("erase", digest, "--project", project, "--reason", "asked").returncode == 2
    assert call("erase", "abc", "--project", project, "--reason", "asked", "--yes").returncode == 2
    done = call("erase", digest, "--project", project, "--reason", "asked", "--yes")
    assert done.returncode == 0, done.stderr
    assert not list((project / "archive").rglob(digest))
    assert rows(project, "select count(*) from workspace_reportrow where report = 'ex15-note'") == [(0,)]
    assert digest.encode() not in (project / "archive" / "manifest.jsonl").read_bytes()
    verified = call("verify", "--project", project)
    assert (verified.returncode, "1 erased" in verified.stdout) == (0, True)
    assert call("erase", digest, "--project", project, "--reason", "asked", "--yes").returncode == 2


def test_sealing_keeps_every_byte_and_notices_damage(tmp_path: Path) -> None:
    plain, sealed, opened = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    plain.write_bytes(os.urandom(300_000))
    seal(plain, sealed, WORDS)
    unseal(sealed, opened, WORDS)
    assert opened.read_bytes() == plain.read_bytes()
    with pytest.raises(WrongPassphrase):
        unseal(sealed, opened, "wrong words here")
    with pytest.raises(ValueError, match="at least"):
        seal(plain, tmp_path / "d", "short")
    data = bytearray(sealed.read_bytes())
    data[len(data) // 2] ^= 1
    sealed.write_bytes(bytes(data))
    with pytest.raises(ValueError, match="damaged"):
        unseal(sealed, opened, WORDS)
    with pytest.raises(ValueError, match="no sealed file"):
        unseal(plain, opened, WORDS)

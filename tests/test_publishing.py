"""Publishing as a person does it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tawthiq.cli_base import BadInput, period
from tests.test_cli import call


@pytest.fixture(scope="module")
def project(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publishing") / "p"
    assert call("run", examples, "--project", folder, "--quiet").returncode == 0
    return folder


def test_releases_are_numbered_and_say_what_changed(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "public"
    dry = json.loads(call("publish", "--project", project, "--out", out, "--dry-run", "--json").stdout)
    assert dry["public"]
    assert not out.exists()
    first = call("publish", "--project", project, "--out", out)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("release 1: ")
    assert f"{len(dry['public'])} incidents" in first.stdout
    name = dry["public"][0]
    assert call("decisions", "add", "review", name, "--value", "rejected", "--by", "هدى", "--project", project).returncode == 0
    second = json.loads(call("publish", "--project", project, "--out", out, "--json").stdout)
    assert second["number"] == 2
    assert [(w["incident"], w["reason"]) for w in second["withdrawn"]] == [(name, "rejected")]
    held = call("publish", "--project", project, "--out", out, "--dry-run").stdout
    assert f"{name}  rejected" in held


def test_a_period_and_a_profile(project: Path, tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text('exactness = "governorate"\nunreviewed = "leave-out"\n', encoding="utf-8")
    done = call(
        "publish", "--project", project, "--out", tmp_path / "o", "--profile", profile, "--from", "2023-05-01", "--to", "2023-05-31"
    )
    assert done.returncode == 0, done.stderr
    assert "unreviewed" in done.stdout


def test_a_brief_is_written_as_pdf(project: Path, tmp_path: Path) -> None:
    for language in ("ar", "en"):
        path = tmp_path / f"b-{language}.pdf"
        assert call("brief", "--project", project, "--language", language, "--out", path).returncode == 0
        assert path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "start", "expected"),
    [
        ("week", date(2023, 5, 17), (date(2023, 5, 15), date(2023, 5, 21))),
        ("month", date(2024, 2, 10), (date(2024, 2, 1), date(2024, 2, 29))),
        ("day", date(2023, 5, 17), (date(2023, 5, 17), date(2023, 5, 17))),
        (None, date(2023, 5, 17), (date(2023, 5, 17), None)),
    ],
)
def test_periods_are_whole(name: str | None, start: date, expected: tuple[date, date | None]) -> None:
    assert period(name, start, None) == expected


def test_without_a_day_the_last_whole_period_is_meant() -> None:
    for name in ("day", "week", "month"):
        first, last = period(name, None, None)
        assert first is not None
        assert last is not None
        assert first <= last < date.today()
    with pytest.raises(BadInput):
        period("year", None, None)
    with pytest.raises(BadInput):
        period("week", None, date(2023, 1, 1))


def test_wrong_input_is_one_line(project: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("delay_days = 'soon'", encoding="utf-8")
    file = tmp_path / "file"
    file.write_text("x")
    for arguments in (
        ("--out", str(tmp_path / "o"), "--profile", str(bad)),
        ("--out", str(tmp_path / "o"), "--profile", str(tmp_path / "missing.toml")),
        ("--out", str(file)),
        ("--out", str(tmp_path / "o"), "--from", "2023-05-31", "--to", "2023-05-01"),
    ):
        done = call("publish", "--project", project, *arguments)
        assert done.returncode == 2, arguments
        assert len(done.stderr.strip().splitlines()) == 1

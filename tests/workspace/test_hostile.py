"""Nobody stops the work of the others: neither by a decision, nor by a report, nor by an odd name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tawthiq.link.edits import check_plain

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.usefixtures("opened")
Browser = Callable[..., "Client"]


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        ("time", {"start": "x"}),
        ("time", {"start": "9999-12-31", "end": "9999-12-31"}),
        ("time", {"start": "2024-05-02", "end": "2024-05-01"}),
        ("time", {"end": "2024-05-01"}),
        ("losses", [{"outcome": "killed", "min": 10**20, "max": 10**20}]),
        ("losses", [{"outcome": "killed", "min": 5, "max": 2}]),
        ("count", {"min": 10**9}),
        ("attribution", {"type": "named", "mention": "\ud800"}),
        ("attribution", {"type": "named", "mention": "a\x00"}),
        ("attribution", {"type": "named", "mention": "ا" * 501}),
        ("place", {"name": "x", "lat": 91, "lon": 0}),
        ("place", {"name": "x", "admin1": "SY08000000000000000000"}),
        ("initiators", [{"a": 1}]),
    ],
)
def test_a_decision_that_could_not_be_carried_out_is_refused_before_it_is_made(client: Browser, slot: str, value: Any) -> None:
    from tawthiq.workspace import linker
    from tawthiq.workspace.models import DecisionRow

    said = {"kind": "edit", "slot": slot, "value": json.dumps(value)}
    assert client("reviewer").post("/claims/ex01.1/decide/", said).status_code == 400
    assert not DecisionRow.objects.exists()
    linker.link_now()
    assert client("editor").get("/queue/").status_code == 200


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": ["\ud800"]}, "a\x00b"])
def test_what_no_database_keeps_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"sign|number"):
        check_plain(value)


def test_a_name_that_is_none_is_no_actor(client: Browser) -> None:
    said = {"kind": "name-actor", "slot": "targets", "value": "[]"}
    assert client("reviewer").post("/claims/ex01.1/decide/", said).status_code == 400
    deep = {"kind": "edit", "slot": "type", "value": "[" * 100_000}
    assert client("reviewer").post("/claims/ex01.1/decide/", deep).status_code == 400


def ingest(folder: Path, tmp_path: Path, rows: list[dict[str, Any]]) -> Any:
    """Run reports into the open project, as the command does."""
    from tawthiq.archive.given import Given
    from tawthiq.archive.originals import Originals
    from tawthiq.pipeline import Summary, archive, go_on
    from tawthiq.workspace.store import DjangoStore

    path = tmp_path / "r.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    store = DjangoStore()
    return go_on(store, archive([Given(path.name, path=path)], store, Originals(folder / "archive"), Summary()), workers=1)


TEXT = "نص مُختلَق: انفجرت عبوة ناسفة أمس بدورية لقسد في الشدادي."


def test_a_hostile_report_is_named_or_read_and_stops_nothing(client: Browser, filled: Path, tmp_path: Path) -> None:
    from tawthiq.workspace.models import ReportRow

    rows = [
        {"report": "bad-day", "published": "garbage", "text": TEXT},
        {"report": "late", "published": "9999-12-31", "text": TEXT},
        {"report": "half\ud800", "title": "\ud800", "source": "a\x00b", "published": "2023-05-16", "text": TEXT + "\x00 1"},
        {"report": "a\nb/original", "published": "2023-05-16", "text": TEXT + " 2"},
        {"report": "x" * 5000, "published": "2023-05-16", "text": TEXT + " 3"},
        {"report": "long", "published": "2023-05-16", "text": TEXT + " ".join(f"كلمة{n}" for n in range(120_000))},
        {"report": "good", "published": "2023-05-16", "text": TEXT + " 4"},
    ]
    summary = ingest(filled, tmp_path, rows)
    assert len(summary.problems) == 2
    assert all('"published" is no date' in why for _, why in summary.problems)
    names = set(ReportRow.objects.filter(acquisition__name="r.jsonl").values_list("report", flat=True))
    assert {"a b/original", "good", "long"} <= names
    assert all(len(name) <= 300 and name.isprintable() for name in names)
    browser = client("editor")
    for address in ("/reports/", "/claims/", "/queue/", "/search/?view=timeline", "/reports/a b/original/", "/reports/good/"):
        assert browser.get(address).status_code == 200, address
    assert browser.get("/originals/a b/original/").status_code == 200


def test_an_id_with_a_line_end_from_before_opens_its_page(client: Browser) -> None:
    from tawthiq.workspace.models import ClaimRow, ReportRow

    row = ReportRow.objects.get(report="ex01")
    ReportRow.objects.filter(pk=row.pk).update(report="a\nb", data={**row.data, "report": "a\nb"})
    for claim in ClaimRow.objects.filter(report=row):
        ClaimRow.objects.filter(pk=claim.pk).update(key=claim.key.replace("ex01", "a\nb"))
    for address in ("/reports/", "/claims/", "/reports/a%0Ab/"):
        assert client("reader").get(address).status_code == 200, address

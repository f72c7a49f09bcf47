"""Search: Arabic in any spelling, facets that add up, and an export of just what is shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.usefixtures("opened")
Browser = Callable[..., "Client"]


def keys(query: str) -> set[str]:
    """Return the claims that words find."""
    from django.db.models.expressions import RawSQL

    from tawthiq.workspace import fulltext
    from tawthiq.workspace.models import ClaimRow

    found = fulltext.condition(fulltext.CLAIMS, query)
    assert found is not None
    return set(ClaimRow.objects.filter(id__in=RawSQL(*found)).values_list("key", flat=True))


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("دورية", "الدورية"),
        ("دورية", "بدورية"),
        ("دوريه", "دورية"),
        ("عُبْوَة", "عبوة"),
        ("الشدادى", "الشدادي"),
        ("إشتباكات", "اشتباكات"),
        ("لقسد", "قسد"),
        ("عبـــوة", "عبوة"),
    ],
)
def test_a_word_is_found_in_any_spelling(filled: Path, query: str, same: str) -> None:
    found = keys(query)
    assert found
    assert found == keys(same)


def test_all_words_must_stand_there_phrases_as_they_are_and_what_is_not_wanted_not(filled: Path) -> None:
    both = keys("عبوة الشدادي")
    assert both
    assert both == keys("عبوة") & keys("الشدادي")
    phrase = keys('"عبوة ناسفة"')
    assert phrase
    assert phrase < keys("عبوة") or phrase == keys("عبوة ناسفة")
    assert keys('"ناسفة عبوة"') == set()
    assert keys("عبوة -الشدادي") == keys("عبوة") - keys("الشدادي")


@pytest.mark.parametrize("query", ['"', "*", "AND", "a OR", "NEAR(", "-", "'", "\\", ":*", "( )", "a:b", "x" * 900, "\x00", "🔴"])
def test_no_query_breaks_the_search(client: Browser, query: str) -> None:
    for address in ("/search/", "/reports/"):
        assert client("reader").get(address, {"q": query}).status_code == 200


def test_a_report_without_a_claim_is_found_by_its_words(client: Browser) -> None:
    from tawthiq.workspace.models import ReportRow

    silent = next(r for r in ReportRow.objects.filter(current=True) if not r.claims.exists())
    word = max(silent.data["text"].split(), key=len)
    assert silent.report in client("reader").get("/reports/", {"q": word}).content.decode()


def test_facets_add_up_and_each_link_finds_what_it_counts(filled: Path) -> None:
    from tawthiq.workspace import search

    for query in (
        search.Query(),
        search.Query(corroboration=("contested",)),
        search.Query(q="قسد"),
        search.Query(start="2023-06-01"),
    ):
        total, facets = search.Result(query).facets()
        assert total == search.incidents(query).count()
        by = {facet.field: dict(facet.values) for facet in facets}
        assert sum(by["corroboration"].values()) == total
        assert sum(by["review"].values()) == total
        for field, values in by.items():
            for value, number in values.items():
                narrowed = search.read_query(dict_of(query.toggled(field, value)))
                if value in getattr(query, field):
                    continue
                assert search.incidents(narrowed).count() == number, (field, value)


def dict_of(tail: str) -> dict[str, list[str]]:
    from urllib.parse import parse_qs

    return parse_qs(tail)


def test_a_period_holds_what_falls_into_it(filled: Path) -> None:
    from tawthiq.workspace import search

    everything = search.Result(search.Query()).page(1, 200)
    found = search.Result(search.Query(start="2023-05-01", end="2023-05-31")).page(1, 200)
    assert {i.id for i in found} == {
        i.id for i in everything if i.start and i.start <= "2023-05-31" and (i.end or i.start) >= "2023-05-01"
    }
    assert found


def test_places_and_those_without_one_are_all(filled: Path) -> None:
    from tawthiq.workspace import search

    spots, unplaced = search.Result(search.Query()).spots()
    assert sum(s.count for s in spots) + unplaced == search.incidents(search.Query()).count()
    for spot in spots:
        assert search.incidents(search.Query(place=(spot.place,))).count() == spot.count


def test_the_timeline_counts_what_has_a_day(filled: Path) -> None:
    from tawthiq.workspace import search

    dated = search.incidents(search.Query()).filter(start__isnull=False)
    unit, rows = search.Result(search.Query()).timeline()
    assert unit == "month"
    assert sum(n for _, _, n in rows) == dated.count()
    unit, rows = search.Result(search.Query(start="2023-05-01", end="2023-06-30")).timeline()
    assert unit == "day"
    assert search.Result(search.Query(q="كلمةلاتوجدأبدا")).timeline() == ("day", [])


def test_an_export_holds_just_what_is_shown_in_its_order(client: Browser) -> None:
    from tawthiq.workspace import search

    tail = "q=قسد&sort=earliest"
    shown = [i.id for i in search.Result(search.Query(q="قسد", sort="earliest")).page(1, 200)]
    assert shown
    data = b"".join(client("reviewer").get(f"/search/export/?{tail}&format=csv").streaming_content)  # type: ignore[attr-defined]
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == shown
    lines = b"".join(client("reviewer").get(f"/search/export/?{tail}&format=jsonl").streaming_content)  # type: ignore[attr-defined]
    assert [json.loads(line)["id"] for line in lines.splitlines()] == shown


def test_what_is_unknown_is_an_empty_cell_and_no_cell_is_a_formula(filled: Path) -> None:
    from tawthiq.workspace import search
    from tawthiq.workspace.models import IncidentRow

    row = IncidentRow.objects.order_by("id")[0]
    losses = [
        {"who": None, "outcome": "killed", "lowest": 1, "best": None, "highest": None, "claims": []},
        {"who": "sdf", "outcome": "killed", "lowest": 2, "best": 2, "highest": 3, "claims": []},
    ]
    place = {"name": "=HYPERLINK(1)", "level": "town", "lat": -1.5, "lon": 40.0}
    IncidentRow.objects.filter(pk=row.pk).update(data={**row.data, "losses": losses, "place": place, "start": None})
    data = b"".join(search.export(search.Query(), "csv")).decode("utf-8-sig")
    cells = next(r for r in csv.DictReader(io.StringIO(data)) if r["id"] == row.id)
    assert (cells["killed_lowest"], cells["killed_best"], cells["killed_highest"]) == ("3", "", "")
    assert cells["wounded_best"] == ""
    assert cells["place"] == "'=HYPERLINK(1)"
    assert cells["lat"] == "-1.5"


def test_words_of_what_is_erased_are_gone(filled: Path) -> None:
    from tawthiq.workspace import fulltext
    from tawthiq.workspace.evidence import erase
    from tawthiq.workspace.models import Acquisition, ReportRow

    row = ReportRow.objects.get(report="ex06")
    digest = row.acquisition.sha256
    assert keys("السويداء")
    from django.db import connection

    count = f"select count(*) from {fulltext.CLAIMS}"
    with connection.cursor() as cursor:
        cursor.execute(count)
        before = cursor.fetchone()[0]
        claims = row.claims.count()
        kept = (filled / "archive" / "originals" / digest[:2] / digest).read_bytes()
        erase(filled, digest, "x", "test")
        cursor.execute(count)
        assert cursor.fetchone()[0] == before - claims
    assert not Acquisition.objects.filter(sha256=digest).exists()
    target = filled / "archive" / "originals" / digest[:2] / digest
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(kept)  # the database is taken back; so is the file

from __future__ import annotations

import csv
import math
from collections import Counter
from pathlib import Path

import pytest

from tawthiq.extract.engine import extract_claims
from tawthiq.extract.items import Document, reader
from tawthiq.extract.setting import find_places, ground_of
from tawthiq.lexicon.sheets import read_yaml
from tawthiq.lexicon.sources import place_rows
from tawthiq.model import Place, Report
from tawthiq.resolve.gazetteer import locate
from tawthiq.resolve.places import Candidate, Surroundings, apart, between, choose, countryside, place_of, rank

CITY = Candidate("C1", "درعا", "town", "SY12", 32.62, 36.1)
GOVERNORATE = Candidate("SY12", "درعا", "governorate", "SY12", 32.85, 36.18)


def test_the_noun_before_a_name_decides_its_level() -> None:
    assert choose([CITY, GOVERNORATE], Surroundings("governorate")).candidate is GOVERNORATE
    assert choose([CITY, GOVERNORATE]).candidate is CITY
    assert choose([CITY, GOVERNORATE]).reason == "level"


HERE = Candidate("C2", "المنصورة", "town", "SY11", 35.8, 38.7, "SY110301")
THERE = Candidate("C1", "المنصورة", "town", "SY05", 35.6, 36.3, "SY050202")


def test_homonyms_follow_the_governorates_that_the_text_names_and_say_so() -> None:
    chosen = choose([HERE, THERE], Surroundings("town", {"SY11": 2}))
    assert (chosen.candidate, chosen.reason) == (HERE, "governorate")
    assert [r.code for r in chosen.runners_up] == ["C1"]
    assert 0 < chosen.runners_up[0].score < 0.5
    assert choose([HERE, THERE], Surroundings("town", {"SY05": 2})).candidate is THERE


def test_homonyms_follow_neighbours_and_where_actors_are_active() -> None:
    near = choose([HERE, THERE], Surroundings(near=((35.9, 38.6),)))
    assert (near.candidate, near.reason) == (HERE, "neighbour")
    active = choose([HERE, THERE], Surroundings(active={"SY11": 1}))
    assert (active.candidate, active.reason) == (HERE, "actor-area")


def test_a_road_lies_half_way_and_a_countryside_to_its_side() -> None:
    other = Candidate("C3", "إبطع", "town", "SY12", 32.8, 36.2)
    road = between(CITY, other, "طريق درعا – إبطع")
    assert (road.level, road.lat, road.ucdp_precision) == ("area", 32.71, 5)
    north = countryside(choose([CITY]), "ريف درعا الشمالي", "n")
    assert north.lat is not None
    assert north.lat > CITY.lat
    assert rank("point") < rank("town") < rank("country")


def test_so_many_kilometres_from_a_place() -> None:
    spot = apart(choose([CITY]), "12 كم جنوب درعا", 12, "s")
    assert spot.lat == pytest.approx(CITY.lat - 12 / 111.2, abs=0.001)
    assert (spot.lon, spot.level, spot.acled_precision) == (CITY.lon, "area", 2)


def test_a_place_carries_its_codes_and_its_precision() -> None:
    town = place_of(choose([HERE]), "المنصورة")
    assert (town.admin1, town.admin2, town.admin3) == ("SY11", "SY1103", "SY110301")
    assert (town.acled_precision, town.ucdp_precision, town.reason) == (1, 1, "only")
    assert place_of(choose([HERE]), "المنصورة", near=True).acled_precision == 2


def places(text: str, published: str = "2022-03-12") -> list[Place]:
    report = Report(report="R", source="منصة مختلقة", language="ar", published=published, text=text)
    document = Document(report, reader(), "Asia/Damascus")
    ground = ground_of(document)
    return [m.place for s in document.sentences for m in find_places(document, s, ground)]


@pytest.mark.parametrize(
    ("text", "level", "admin1"),
    [
        ("انفجرت عبوة في ريف دير الزور الشرقي", "area", "SY09"),
        ("هاجم مسلحون سيارة في بادية الرقة الجنوبية", "area", "SY11"),
        ("وقع الانفجار بين الشدادي والسوسة", "area", None),
        ("كمين على طريق أثريا - خناصر", "area", None),
        ("انفجر لغم على بعد 12 كم جنوب تدمر", "area", "SY04"),
        ("انفجرت عبوة قرب الميادين", "town", "SY09"),
        ("دوهم منزل في حي المشلب بالرقة", "point", "SY11"),
        ("تجمع الأهالي أمام المشفى الوطني في درعا", "point", "SY12"),
        ("انفجرت سيارة في مدينة الفلوجة", "town", None),
        ("خرجت مظاهرة في مدينة برلين", "town", None),
    ],
)
def test_phrases_of_place(text: str, level: str, admin1: str | None) -> None:
    found = places(text)
    assert found, text
    assert (found[0].level, found[0].admin1) == (level, admin1)
    assert found[0].lat is not None


def test_twelve_kilometres_south_lie_to_the_south() -> None:
    spot = places("انفجر لغم على بعد 12 كم جنوب تدمر")[0]
    town = places("انفجر لغم في تدمر")[0]
    assert spot.lat is not None
    assert town.lat is not None
    assert town.lat - spot.lat == pytest.approx(0.108, abs=0.005)


def test_an_unknown_place_has_no_coordinates_and_takes_nothing_with_it() -> None:
    report = Report(
        report="R", source="x", language="ar", published="2022-03-12", text="قتل ثلاثة مدنيين بقصف مدفعي على قرية زعرورستان أمس."
    )
    claim = extract_claims(report)[0]
    assert (claim.type, claim.losses[0].min) == ("shelling", 3)
    assert claim.place is None or claim.place.lat is None


def test_every_place_of_the_tables_resolves_to_itself_in_its_context() -> None:
    """Under its own governorate, level and neighbourhood a name means the place that bears it."""
    wrong = []
    for _, number, cells in place_rows():
        code, name, _, _, level, admin, lat, lon, _ = cells[:9]
        around = Surroundings(level, {admin[:4]: 1} if admin else {}, ((float(lat), float(lon)),))
        chosen = locate(name, around)
        if chosen is None or (
            chosen.candidate.code != code and (chosen.candidate.lat, chosen.candidate.lon) != (float(lat), float(lon))
        ):
            wrong.append((number, name, chosen and chosen.candidate.code))
    assert not wrong


def test_the_tables_hold_what_reporting_names() -> None:
    rows = [c for _, _, c in place_rows()]
    syrian = [c for c in rows if c[5]]
    assert len(syrian) >= 1200
    assert len(rows) - len(syrian) >= 100
    assert all(c[8] for c in rows)


def test_every_actor_of_the_codebook_is_known(shared: Path) -> None:
    with (shared / "eval" / "actors.csv").open(encoding="utf-8") as file:
        wanted = {row["id"] for row in csv.DictReader(file)}
    assert wanted <= {row["id"] for row in read_yaml("actors.yaml")["actors"]}


def test_places_agree_with_the_administrative_tables(shared: Path) -> None:
    """Every row that names OCHA as its source lies where OCHA puts it, within a kilometre, in the governorate it names."""
    table = shared / "data" / "ocha" / "ocha_codab_syr_populatedplaces.csv"
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    communities = {row["pcode"]: row for row in rows}
    levels: Counter[str] = Counter()
    for _, number, cells in place_rows():
        code, _, _, _, level, admin1, lat, lon, source = cells[:9]
        levels[level] += 1
        if source == "OCHA COD-AB v02" and code in communities:
            row = communities[code]
            assert row["adm1_pcode"] == admin1[:4], number
            distance = math.dist((float(lat), float(lon)), (float(row["point_y"]), float(row["point_x"])))
            assert distance < 0.01, (number, code)
    assert levels["governorate"] >= 14
    assert len({c[0] for _, _, c in place_rows() if len(c[0]) == 6}) == 62
    admin2 = {row["adm2_pcode"] for row in rows}
    assert admin2 <= {c[0] for _, _, c in place_rows()}

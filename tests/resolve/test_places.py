from __future__ import annotations

import csv
import math
from collections import Counter
from pathlib import Path

from tawthiq.lexicon.sources import place_rows, read_yaml
from tawthiq.resolve.places import Candidate, between, choose, countryside, rank

CITY = Candidate("C1", "درعا", "town", "SY12", 32.62, 36.1)
GOVERNORATE = Candidate("SY12", "درعا", "governorate", "SY12", 32.85, 36.18)


def test_the_noun_before_a_name_decides_its_level() -> None:
    assert choose([CITY, GOVERNORATE], "governorate", Counter()) is GOVERNORATE
    assert choose([CITY, GOVERNORATE], None, Counter()) is CITY


def test_homonyms_follow_the_governorates_that_the_text_names() -> None:
    here, there = Candidate("C2", "المنصورة", "town", "SY11", 35.8, 38.7), Candidate("C1", "المنصورة", "town", "SY05", 35.6, 36.3)
    assert choose([here, there], "town", Counter({"SY11": 2})) is here
    assert choose([here, there], "town", Counter({"SY05": 2})) is there


def test_a_road_lies_half_way_and_a_countryside_to_its_side() -> None:
    other = Candidate("C3", "إبطع", "town", "SY12", 32.8, 36.2)
    road = between(CITY, other, "طريق درعا – إبطع")
    assert (road.level, road.lat, road.admin1) == ("area", 32.71, "SY12")
    north = countryside(CITY, "ريف درعا الشمالي", "n")
    assert north.lat is not None
    assert north.lat > CITY.lat
    assert rank("point") < rank("town") < rank("country")


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
            assert row["adm1_pcode"] == admin1, number
            distance = math.dist((float(lat), float(lon)), (float(row["point_y"]), float(row["point_x"])))
            assert distance < 0.01, (number, code)
    assert levels["governorate"] >= 14
    assert len({c[0] for _, _, c in place_rows() if len(c[0]) == 6}) == 62
    admin2 = {row["adm2_pcode"] for row in rows}
    assert admin2 <= {c[0] for _, _, c in place_rows()}

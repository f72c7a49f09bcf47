"""Gazetteers that others publish, in the shapes in which they publish them; every row here is invented."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook

from tawthiq.resolve.gazetteer_files import BadRow, import_places, read_gazetteer

OCHA = "pcode,featurename_en,featurename_ar,popplaceclasstitle,adm4_en,adm4_ar,adm4_pcode,adm3_pcode,adm2_pcode,adm1_pcode,point_y,point_x,version"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def test_an_ocha_table(tmp_path: Path) -> None:
    file = write(
        tmp_path / "ocha.csv",
        OCHA,
        "C9901,Mukhtalaqa,مختلقة - مركز كذا,Community,Mukhtalaqa,مختلقة,C9901,SY090100,SY0901,SY09,35.3,40.1,v02",
        "N9902,Hara (ne),حي الحارة,Neighborhood,City,مدينة,C9900,SY090100,SY0901,SY09,35.31,40.12,v02",
        "C9903,Bad,سيئة,Community,Bad,سيئة,C9903,SY090100,SY0901,SY09,none,40.1,v02",
        "C9904,Far,بعيدة,Community,Far,بعيدة,C9904,SY090100,SY0901,SY09,135.0,40.1,v02",
        ",Nameless,,Community,,,,SY090100,SY0901,SY09,35.0,40.1,v02",
    )
    found = list(read_gazetteer(file))
    rows = [row for row in found if not isinstance(row, BadRow)]
    assert rows[0] == (2, ["C9901", "مختلقة", "", "Mukhtalaqa", "town", "SY090100", "35.3", "40.1", "OCHA COD-AB v02"])
    assert rows[1][1][4] == "point"
    assert [(b.number, b.reason.split(":")[0]) for b in found if isinstance(b, BadRow)] == [
        (4, "no coordinates"),
        (5, "coordinates out of range"),
        (6, "no code"),
    ]


def test_an_ocha_workbook_as_hdx_gives_it(tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("ReadMe", 0).append(["what this is"])
    sheet = book.create_sheet("populatedplaces")
    for row in csv.reader([OCHA, "C9901,Mukhtalaqa,مختلقة,Community,Mukhtalaqa,مختلقة,C9901,SY090100,SY0901,SY09,35.3,40.1,v02"]):
        sheet.append(row)
    book.save(tmp_path / "ocha.xlsx")
    assert [row[1][0] for row in read_gazetteer(tmp_path / "ocha.xlsx") if not isinstance(row, BadRow)] == ["C9901"]


def test_a_geonames_dump(tmp_path: Path) -> None:
    cells = ["990001", "Tall Mukhtalaq", "Tall Mukhtalaq", "Tell Mukhtalaq,تل مختلق,تلّ مختلق", "35.30", "40.10", "P", "PPL", "SY"]
    river = ["990002", "Wadi", "Wadi", "", "35.3", "40.1", "H", "WAD", "SY"]
    rest = [""] * 10
    file = tmp_path / "SY.txt"
    file.write_text("\n".join("\t".join(c + rest) for c in (cells, river)) + "\nshort\tline\n", encoding="utf-8")
    found = list(read_gazetteer(file))
    assert found[0] == (
        1,
        ["G990001", "تل مختلق", "تلّ مختلق", "Tall Mukhtalaq", "town", "SY09", "35.3", "40.1", "GeoNames 990001"],
    )
    assert isinstance(found[1], BadRow)
    assert found[1].number == 3


def test_a_who_is_on_first_table(tmp_path: Path) -> None:
    file = write(
        tmp_path / "wof.csv",
        "id,name,name_ara,placetype,geom_latitude,geom_longitude,iso",
        "990001,Mukhtalaqa,مختلقة,locality,35.3,40.1,SY",
        "990002,Somewhere,,ocean,35.3,40.1,SY",
    )
    found = list(read_gazetteer(file))
    assert not isinstance(found[0], BadRow)
    assert found[0][1][:5] == ["W990001", "مختلقة", "", "Mukhtalaqa", "town"]
    assert isinstance(found[1], BadRow)


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    line = "C9901,Mukhtalaqa,مختلقة,Community,Mukhtalaqa,مختلقة,C9901,SY090100,SY0901,SY09,35.3,40.1,v02"
    file, table = write(tmp_path / "ocha.csv", OCHA, line), tmp_path / "names" / "places.tsv"
    first = import_places(file, table)
    before = table.read_bytes()
    second = import_places(file, table)
    assert (first.new, second.new, second.changed, second.same) == (1, 0, 0, 1)
    assert table.read_bytes() == before
    third = import_places(write(tmp_path / "new.csv", OCHA, line.replace("35.3", "35.4")), table)
    assert (third.new, third.changed) == (0, 1)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"one,two\n1,2\n"),
        ("a.csv", b"\xff\xfe\x00binary"),
        ("a.xlsx", b"PK no zip"),
        ("a.csv", b""),
    ],
)
def test_what_is_no_gazetteer_is_told(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError):
        list(read_gazetteer(tmp_path / name))


def test_the_table_of_ocha_loads_whole(shared: Path, tmp_path: Path) -> None:
    done = import_places(shared / "data" / "ocha" / "ocha_codab_syr_populatedplaces.csv", tmp_path / "places.tsv")
    assert (done.new, done.bad) == (8007, ())

"""The commands for actors and places, each in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.test_cli import call

REPORT = "قال ناشطون إن كتيبة مختلقوستان هاجمت حاجزاً لقسد قرب الميادين أمس."


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    (folder / "in.txt").write_text(REPORT, encoding="utf-8")
    done = call("run", folder / "in.txt", "--project", folder / "project", "--published", "2022-03-12")
    assert done.returncode == 0, done.stderr
    return folder / "project"


def test_an_unknown_group_is_a_candidate_until_it_is_added(project: Path) -> None:
    rows = json.loads(call("actors", "candidates", "--project", project, "--json").stdout)
    assert [(r["name"], r["count"], r["where"][0]["report"]) for r in rows] == [("كتيبة مختلقوستان", 1, "in")]
    added = call(
        "actors",
        "add",
        "mukhtalaq",
        "--project",
        project,
        "--kind",
        "armed-group",
        "--ar",
        "كتيبة مختلقوستان",
        "--parent",
        "sna",
        "--by",
        "x",
    )
    assert added.returncode == 0, added.stderr
    again = call("run", project.parent / "in.txt", "--project", project, "--published", "2022-03-12", "--json")
    assert json.loads(again.stdout)["claims"] == 1
    exported = json.loads(call("export", "claims", "--project", project).stdout)
    assert exported["claims"][0]["initiators"] == ["sna"]
    assert json.loads(call("actors", "candidates", "--project", project, "--json").stdout) == []
    shown = json.loads(call("actors", "show", "mukhtalaq", "--project", project, "--json").stdout)
    assert (shown["own"], shown["coded_as"]) == (True, "sna")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "Bad Id", "--kind", "militia", "--ar", "اسم"), "an id is made of"),
        (("add", "isis", "--kind", "militia", "--ar", "اسم"), "there already"),
        (("add", "new", "--kind", "planet", "--ar", "اسم"), "kind: one of"),
        (("add", "new", "--kind", "militia"), "give a name"),
        (("add", "new", "--kind", "militia", "--ar", "داعش"), "a name of isis already"),
        (("add", "new", "--kind", "militia", "--ar", "اسم", "--parent", "nobody"), "no actor 'nobody'"),
        (("add", "new", "--kind", "militia", "--ar", "اسم", "--since", "soon"), "a date is"),
        (("alias", "nobody", "اسم"), "no actor 'nobody'"),
        (("merge", "isis", "sdf"), "belongs to the registry"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(project: Path, arguments: tuple[str, ...], words: str) -> None:
    done = call("actors", *arguments, "--project", project)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_looking_up_needs_no_project() -> None:
    assert "isis" in call("actors", "find", "داعش").stdout
    assert call("actors", "find", "زززززز").returncode == 1
    assert "SY09" in call("places", "find", "الميادين").stdout
    assert "general-security" in call("actors", "list", "--side", "transitional").stdout


def test_a_gazetteer_is_loaded_with_its_bad_rows_named(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "wof.csv"
    file.write_text(
        "id,name,name_ara,placetype,latitude,longitude\n1,A,قرية مختلقة,locality,35.3,40.1\n2,B,ب,locality,x,y\n", encoding="utf-8"
    )
    done = call("places", "import", file, "--project", project)
    assert (done.returncode, done.stdout) == (1, "1 places new, 0 changed, 0 there already, 1 rows left out\n")
    assert "row 3: no coordinates" in done.stderr
    assert "W1" in call("places", "find", "قرية مختلقة", "--project", project).stdout
    assert call("places", "import", tmp_path / "none.csv", "--project", project).returncode == 2


def test_a_loaded_hamlet_yields_to_a_known_town_and_to_the_part_of_the_country(tmp_path: Path) -> None:
    file = tmp_path / "wof.csv"
    file.write_text(
        "id,name,name_ara,placetype,latitude,longitude\n"
        "1,A,تل رفعت,locality,32.7,36.3\n2,B,المدينة,locality,32.7,36.4\n3,C,تل مختلقان,locality,32.7,36.5\n",
        encoding="utf-8",
    )
    project = tmp_path / "project"
    text = "انفجرت عبوة ناسفة في تل رفعت وقتل مدنيان بقصف على اعزاز ومارع. واعتقلت الشرطة شاباً بالمدينة قرب تل مختلقان."
    (tmp_path / "in.txt").write_text(text, encoding="utf-8")
    assert call("run", tmp_path / "in.txt", "--project", project, "--published", "2022-03-12").returncode == 0
    assert call("places", "import", file, "--project", project).returncode == 0
    assert call("run", tmp_path / "in.txt", "--project", project, "--published", "2022-03-12").returncode == 0
    claims = json.loads(call("export", "claims", "--project", project).stdout)["claims"]
    places = [claim["place"] for claim in claims if claim["place"]]
    assert places
    assert all(place["lat"] > 36 for place in places)

"""Learning: practice against gold, blind sets, and agreement against published values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tawthiq.model import EVENT_TYPES, FAMILY_OF, Kind, Modality, SourceType

if TYPE_CHECKING:
    from django.test import Client

    from tawthiq.workspace.models import Person

pytestmark = pytest.mark.usefixtures("opened")
Browser = Callable[..., "Client"]

# Four observers and twelve units, from Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C.
_OBSERVED = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def units() -> list[list[int]]:
    rows = [line.split() for line in _OBSERVED]
    return [[int(row[n]) for row in rows if row[n] != "."] for n in range(12)]


def test_alpha_is_as_published() -> None:
    from tawthiq.workspace.coding import alpha

    assert alpha(units()) == pytest.approx(0.743, abs=0.001)
    assert alpha(units(), lambda a, b: float(a - b) ** 2) == pytest.approx(0.849, abs=0.001)  # type: ignore[operator]


def test_alpha_at_its_ends() -> None:
    from tawthiq.workspace.coding import alpha, masi

    assert alpha([["a", "a"], ["b", "b"]]) == 1.0
    assert alpha([["a", "b"], ["b", "a"]]) == pytest.approx(-0.5)
    assert alpha([["a", "a"], ["a", "a"]]) is None
    assert alpha([["a"], ["b"]]) is None
    assert alpha([]) is None
    whole, part, other = frozenset("ab"), frozenset("a"), frozenset("c")
    assert masi(whole, whole) == 0
    assert masi(whole, other) == 1
    assert masi(frozenset(), frozenset()) == 0
    assert masi(whole, part) == pytest.approx(1 - 1 / 2 * 2 / 3)
    assert masi(whole, frozenset("bc")) == pytest.approx(1 - 1 / 3 * 1 / 3)


def test_the_codebook_says_what_every_type_slot_and_value_means() -> None:
    from tawthiq.workspace.coding import codebook
    from tawthiq.workspace.reading import SLOTS

    book = codebook()
    assert set(book["kinds"]) == set(Kind)
    assert set(book["types"]) == set(FAMILY_OF)
    assert set(EVENT_TYPES) <= set(book["types"])
    assert set(book["slots"]) == set(SLOTS)
    assert set(book["modalities"]) == set(Modality)
    assert set(book["attributions"]) == set(SourceType)
    for group in book.values():
        for rule in group.values():
            assert set(rule) == {"ar", "en"}
            assert all(rule.values())


def form(gold: dict[str, Any]) -> dict[str, str]:
    """Return the fields in which a person writes what gold says."""
    bounds = {f"{o}_{b}": "" if gold[o] is None or gold[o][n] is None else str(gold[o][n])
              for o in ("killed", "wounded") for n, b in enumerate(("min", "max"))}  # fmt: skip
    return {
        "type": f"{gold['kind']}/{gold['type']}", **{r: "، ".join(gold[r]) for r in ("initiators", "targets", "participants")},
        "place": gold["place"] or "", "start": gold["start"] or "", "end": gold["end"] or "", **bounds,
        "attribution": gold["attribution"], "modality": gold["modality"],
    }  # fmt: skip


def test_every_exercise_can_be_solved_and_a_slip_is_marked(client: Browser) -> None:
    from tawthiq.workspace.coding import CODED, exercises, read_code, right

    browser = client("reader")
    for number, exercise in enumerate(exercises(), 1):
        assert "مُختلَق" in exercise["text"]
        assert exercise["evidence"] in exercise["text"]
        said = form(exercise["gold"])
        assert all(right(read_code(said), exercise["gold"]).values()), number
        page = browser.post(f"/learn/practice/{number}/", said).content.decode()
        assert page.count('<tr class="right">') == len(CODED)
        slip = browser.post(f"/learn/practice/{number}/", {**said, "modality": "forecast"}).content.decode()
        assert slip.count('<tr class="off">') == 1
        assert exercise["why"]["ar"] in slip


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": ""},
        {"type": "event/casualties"},
        {"initiators": "من لا يعرفه أحد"},
        {"start": "x"},
        {"killed_min": "-1"},
        {"modality": ""},
    ],
)
def test_a_code_that_cannot_be_read_is_refused(client: Browser, wrong: dict[str, str]) -> None:
    from tawthiq.workspace.coding import exercises

    assert client("reader").post("/learn/practice/1/", {**form(exercises()[0]["gold"]), **wrong}).status_code == 400


def test_a_set_is_coded_blind_and_compared_when_all_are_done(client: Browser, person: Callable[[str], Person]) -> None:
    from tawthiq.workspace import coding
    from tawthiq.workspace.coding import exercises
    from tawthiq.workspace.models import Coding, CodingSet

    editor = client("editor")
    for wrong in ({"coder": ["editor1"]}, {"coder": ["editor1", "reader1"]}, {"size": "0"}, {"size": "x"}, {"name": " "}):
        assert (
            editor.post("/learn/sets/", {"name": "أيار", "size": "3", "coder": ["editor1", "reviewer1"], **wrong}).status_code
            == 400
        )
    answer = editor.post("/learn/sets/", {"name": "أيار", "size": "3", "coder": ["editor1", "reviewer1"]})
    assert answer.status_code == 302
    made = CodingSet.objects.get()
    assert len(made.units) == 3
    golds = [exercise["gold"] for exercise in exercises()[:3]]
    address = f"/learn/sets/{made.pk}/code/"
    assert client("admin").get(address).status_code == 403
    for unit, gold in enumerate(golds):
        page = editor.get(address).content.decode()
        assert f'name="unit" value="{unit}"' in page
        assert editor.post(address, {**form(gold), "unit": str(unit)}).status_code == 302
    # Before all are done, nobody sees anything.
    page = client("editor").get(f"/learn/sets/{made.pk}/").content.decode()
    assert "لا تظهر الترميزات" in page
    with pytest.raises(ValueError, match="not coded by all"):
        coding.agreement(made)
    other = client("reviewer")
    for unit, gold in enumerate(golds):
        said = form(gold)
        if unit == 2:
            said["attribution"] = "social"
        assert other.post(address, {**said, "unit": str(unit)}).status_code == 302
    found = coding.agreement(made)
    assert found["type"] == 1.0
    assert found["targets"] == 1.0
    assert found["attribution"] is not None
    assert found["attribution"] < 1
    assert [d["slots"] for d in coding.differences(made)] == [["attribution"]]
    page = client("reviewer").get(f"/learn/sets/{made.pk}/").content.decode()
    assert "1.00" in page
    # What was compared is not changed.
    assert other.post(address, {**form(golds[0]), "unit": "0"}).status_code == 400
    assert Coding.objects.count() == 6
    assert other.post(address, {**form(golds[0]), "unit": "99"}).status_code == 400


def test_what_is_erased_leaves_the_sets(client: Browser, person: Callable[[str], Person]) -> None:
    from tawthiq.workspace import coding
    from tawthiq.workspace.models import Coding, CodingSet

    made = coding.make_set(person("editor"), "a", 3, ["reviewer1", "editor1"], seed=1)
    code = coding.read_code({"type": "event/ied", "attribution": "named", "modality": "asserted"})
    gone, other = made.units[0], made.units[1]
    coding.put_code(made, person("editor"), 0, code)
    coding.forget({gone["claim"]}, ())
    left = CodingSet.objects.get(pk=made.pk)
    assert gone["text"] not in str(left.units[0])
    assert left.units[1] == other
    assert not Coding.objects.exists()
    assert coding.next_unit(left, person("editor")) == 1
    with pytest.raises(ValueError, match="no such statement"):
        coding.put_code(left, person("editor"), 0, code)
    for who in ("editor", "reviewer"):
        for n in (1, 2):
            coding.put_code(left, person(who), n, code)
    assert coding.finished(left)
    assert client("editor").get(f"/learn/sets/{made.pk}/").status_code == 200

"""The ledger: what people decided holds for the claims that are there, in any order, and nothing of it is lost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from tawthiq.link.decisions import (
    Ruling,
    anchor_of,
    decision_id,
    find_claim,
    make_decision,
    mark_of,
    read_decision,
    replay,
    standing,
)
from tawthiq.link.incidents import link_claims
from tawthiq.link.told import Told
from tawthiq.model import Anchor, Claim, Decision, Kind
from tests.link.test_incidents import JASIM, told

_MINUTE = iter(range(10_000))


def decide(kind: str, *claims: Told, by: str = "هدى", at: str | None = None, others: Sequence[Told] = (), **said: Any) -> Decision:
    minute = next(_MINUTE)
    return make_decision(
        kind=kind,
        by=by,
        at=at or f"2026-01-{1 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:00+03:00",
        anchors=[anchor_of(t.report.report, t.claim) for t in claims],
        others=[anchor_of(t.report.report, t.claim) for t in others],
        **said,
    )


def rule(rows: Sequence[Told], *ledger: Decision) -> Ruling:
    by_report: dict[str, list[Claim]] = {}
    for row in rows:
        by_report.setdefault(row.report.report, []).append(row.claim)
    return replay(ledger, lambda report: by_report.get(report, []))


def groups(rows: Sequence[Told], ruling: Ruling) -> list[tuple[str, ...]]:
    return sorted(i.claims for i in link_claims(rows, ruling=ruling))


def test_a_rejected_claim_is_in_no_incident_and_an_edited_one_says_what_was_edited() -> None:
    a, b = told("a"), told("b")
    assert groups([a, b], rule([a, b], decide("reject", b, reason="رأي لا خبر"))) == [("a.1",)]
    edits = [decide("edit", a, slot="type", value="shelling"), decide("edit", a, slot="targets", value=["syrian-army"])]
    edits.append(decide("pick-place", a, value=JASIM.model_dump(mode="json")))
    (incident,) = link_claims([a], ruling=rule([a], *edits))
    assert incident.place is not None
    assert (incident.type, incident.targets[0].value, incident.place.name) == ("shelling", "syrian-army", "جاسم")
    assert set(incident.decisions) == {d.id for d in edits}


def test_naming_an_actor_takes_the_place_of_another_or_is_added() -> None:
    a = told("a", initiators=("unknown-gunmen",))
    ruling = rule([a], decide("name-actor", a, slot="initiators", old="unknown-gunmen", value="isis"))
    assert ruling.edited["a.1"].initiators == ("isis",)
    ruling = rule([a], decide("name-actor", a, slot="targets", value="asayish"))
    assert ruling.edited["a.1"].targets == ("sdf", "asayish")


def test_claims_are_put_together_and_parted_whatever_the_weights_say() -> None:
    a, b, c = told("a"), told("b"), told("c", place=JASIM, day="2023-08-01")
    assert groups([a, b, c], Ruling()) == [("a.1", "b.1"), ("c.1",)]
    assert groups([a, b, c], rule([a, b, c], decide("merge", a, c))) == [("a.1", "b.1", "c.1")]
    assert groups([a, b, c], rule([a, b, c], decide("not-the-same", a, others=[b]))) == [("a.1",), ("b.1",), ("c.1",)]
    assert groups([a, b, c], rule([a, b, c], decide("split", a, others=[b, c]))) == [("a.1",), ("b.1",), ("c.1",)]


def test_parted_claims_do_not_come_together_by_way_of_a_third() -> None:
    rows = [told(name) for name in "abcd"]
    ruling = rule(rows, decide("not-the-same", rows[0], others=[rows[1]]))
    assert not any({"a.1", "b.1"} <= set(g) for g in groups(rows, ruling))


def test_undo_is_a_decision_and_so_is_its_undoing() -> None:
    a = told("a")
    reject = decide("reject", a)
    undo = decide("undo", value=reject.id)
    again = decide("undo", value=undo.id)
    assert rule([a], reject).rejected == {"a.1"}
    assert rule([a], reject, undo).rejected == set()
    assert rule([a], reject, undo, again).rejected == {"a.1"}


def test_the_later_word_of_one_person_holds() -> None:
    a = told("a")
    ledger = [decide("reject", a), decide("accept", a)]
    ruling = rule([a], *ledger)
    assert (ruling.accepted, ruling.rejected, ruling.conflicts) == ({"a.1"}, set(), [])


def test_two_people_who_differ_are_a_conflict_until_a_third_decision_settles_it() -> None:
    a, b = told("a"), told("b")
    first, second = decide("edit", a, slot="type", value="attack"), decide("edit", a, by="سامر", slot="type", value="shelling")
    ruling = rule([a, b], first, second)
    assert [c.decisions for c in ruling.conflicts] == [(first.id, second.id)]
    assert "a.1" not in ruling.edited
    (incident,) = link_claims([a, b], ruling=ruling)
    assert (incident.review, set(incident.conflicts)) == ("in-review", {first.id, second.id})
    settle = decide("settle", by="ليلى", value=second.id)
    ruling = rule([a, b], first, second, settle)
    assert ruling.conflicts == []
    assert ruling.edited["a.1"].type == "shelling"
    # Who differs after that opens it again.
    ruling = rule([a, b], first, second, settle, decide("edit", a, by="هدى", slot="type", value="ied"))
    assert len(ruling.conflicts) == 1
    # The same said by two is no conflict.
    agreed = decide("edit", a, by="سامر", slot="type", value="attack")
    assert rule([a, b], first, agreed).conflicts == []


def test_together_and_apart_said_by_two_people_is_a_conflict() -> None:
    a, b = told("a"), told("b")
    ruling = rule([a, b], decide("merge", a, b), decide("not-the-same", a, others=[b], by="سامر"))
    assert len(ruling.conflicts) == 1
    assert (ruling.together, ruling.apart) == (set(), set())


def test_review_is_decided_by_people_and_stands_beside_corroboration() -> None:
    a, b = told("a"), told("b")
    (incident,) = link_claims([a, b], ruling=rule([a, b], decide("review", a, b, value="verified")))
    assert (incident.review, incident.corroboration) == ("verified", "corroborated")
    differing = [decide("review", a, value="verified"), decide("review", b, by="سامر", value="rejected")]
    ruling = rule([a, b], *differing)
    assert standing(ruling, ["a.1", "b.1"]).status == "in-review"
    ruling = rule([a, b], *differing, decide("settle", by="ليلى", value=differing[1].id))
    assert standing(ruling, ["a.1", "b.1"]).status == "rejected"


def test_grades_are_shown_where_an_analyst_graded() -> None:
    a, b = told("a", source="شبكة الخابور"), told("b", source="صفحة القرية")
    ledger = [decide("grade-source", source="شبكة الخابور", value="B"), decide("grade-information", b, value="3")]
    (incident,) = link_claims([a, b], ruling=rule([a, b], *ledger))
    assert {(s.value, s.claims) for s in incident.grades} == {("B6", ("a.1",)), ("F3", ("b.1",))}
    assert {(o.name, o.reliability) for o in incident.sources} == {("شبكة الخابور", "B"), ("صفحة القرية", None)}


def test_a_decision_finds_its_claim_again_by_its_anchor_and_is_shown_when_it_does_not() -> None:
    row = told("a")
    claim = row.claim.model_copy(update={"evidence": ((10, 40),)})
    anchor = anchor_of("a", claim)
    moved = claim.model_copy(update={"id": "a.7", "evidence": ((20, 50),)})
    assert find_claim(anchor, [moved]) == moved
    assert find_claim(anchor, [moved.model_copy(update={"evidence": ((60, 70),)})]) is None
    assert find_claim(anchor, [moved.model_copy(update={"type": "attack"})]) is None
    closer = claim.model_copy(update={"id": "a.8", "evidence": ((11, 41),)})
    assert find_claim(anchor, [moved, closer]) == closer
    decision = decide("reject", Told(row.report, claim))
    assert replay([decision], lambda _: [moved]).rejected == {"a.7"}
    ruling = replay([decision], lambda _: [])
    assert (ruling.rejected, ruling.orphans) == (set(), [decision])


def test_what_is_left_of_a_merge_is_still_meant() -> None:
    a, b, c = told("a"), told("b", place=JASIM), told("c", day="2023-07-01")
    merge = decide("merge", a, b, c)
    assert rule([a, b], merge).together == {("a.1", "b.1")}
    assert rule([a], merge).orphans == [merge]


def test_ledgers_that_were_joined_give_the_same_in_any_order() -> None:
    rows = [told(name) for name in "abcde"]
    ledger = [
        decide("merge", rows[0], rows[1]),
        decide("edit", rows[2], slot="type", value="attack"),
        decide("edit", rows[2], slot="targets", value=["civilians"]),
        decide("edit", rows[2], by="سامر", slot="type", value="shelling"),
        decide("reject", rows[3]),
        decide("review", *rows[:2], value="verified"),
    ]
    expected = rule(rows, *ledger)
    for seed in range(5):
        random.Random(seed).shuffle(ledger)
        assert rule(rows, *ledger) == expected


def test_a_decision_that_cannot_be_carried_out_is_named() -> None:
    a = told("a")
    bad = [decide("edit", a, slot="losses", value="many"), decide("edit", a, by="سامر", slot="targets", value=["nobody-known"])]
    bad.append(decide("edit", a, by="ليلى", slot="type", value="supports"))
    ruling = rule([a], *bad)
    assert {d.id for d, _ in ruling.unusable} == {d.id for d in bad}
    assert "a.1" not in ruling.edited


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"kind": "reject"}, "names no claim"),
        ({"kind": "merge", "anchors": [Anchor(report="a", evidence=(), kind=Kind.EVENT, type="ied")]}, "two claims"),
        ({"kind": "guess"}, "kind"),
        ({"kind": "grade-source", "source": "x", "value": "Z"}, "A, B, C"),
        ({"kind": "grade-source", "value": "A"}, "names no source"),
        ({"kind": "note"}, "says nothing"),
        ({"kind": "undo"}, "names no decision"),
        ({"kind": "note", "reason": "x", "by": " "}, "nobody"),
        ({"kind": "note", "reason": "x", "at": "yesterday"}, "at:"),
        ({"kind": "note", "reason": "x", "at": "2026-01-01T10:00:00"}, "offset"),
    ],
)
def test_a_decision_that_says_nothing_usable_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        make_decision(**{"by": "هدى", "at": "2026-01-01T10:00:00+03:00", **said})


def test_a_changed_line_of_a_ledger_is_noticed() -> None:
    made = decide("reject", told("a"))
    assert read_decision(made.model_dump_json()) == made
    with pytest.raises(ValueError, match="does not say"):
        read_decision(made.model_copy(update={"by": "غيرها"}).model_dump_json())
    assert made.id == decision_id(made.model_dump(mode="json"))


def test_a_mark_tells_edits_from_the_rest() -> None:
    a, b = told("a"), told("b")
    edited = mark_of(rule([a, b], decide("edit", a, slot="type", value="attack")), "a.1")
    merged = mark_of(rule([a, b], decide("merge", a, b)), "a.1")
    nothing = mark_of(Ruling(), "a.1")
    assert nothing == ""
    assert edited.partition("|")[0] != merged.partition("|")[0]
    assert merged != mark_of(rule([a, b], decide("merge", a, b)), "a.1")  # another decision

from __future__ import annotations

import random
from typing import Any

import pytest

from tawthiq.link.cluster import cluster, contradiction
from tawthiq.link.explain import explain
from tawthiq.link.incidents import link_claims
from tawthiq.link.pairs import score_pairs
from tawthiq.link.table import claims_table
from tawthiq.link.told import Told
from tawthiq.link.weights import weights
from tawthiq.model import Attribution, Claim, Kind, Level, Loss, Modality, Place, Report, SourceType, Time

SHADDADAH = Place(name="الشدادي", level=Level.TOWN, admin1="SY08", lat=36.05, lon=40.74)
JASIM = Place(name="جاسم", level=Level.TOWN, admin1="SY12", lat=32.99, lon=36.06)


def told(
    report: str,
    number: int = 1,
    type_: str = "ied",
    place: Place | None = SHADDADAH,
    day: str | None = "2023-05-15",
    killed: int | None = 3,
    initiators: tuple[str, ...] = (),
    targets: tuple[str, ...] = ("sdf",),
    modality: Modality = Modality.ASSERTED,
    attribution: Attribution = Attribution(),  # noqa: B008
    source: str | None = None,
    published: str = "2023-05-16",
) -> Told:
    losses = (Loss(who="sdf", outcome="killed", min=killed, max=killed),) if killed is not None else ()
    claim = Claim(
        id=f"{report}.{number}", kind=Kind.EVENT, type=type_, evidence=((0, 1),), initiators=initiators, targets=targets, place=place,
        time=Time(start=day, end=day), losses=losses, modality=modality, attribution=attribution,
    )  # fmt: skip
    return Told(Report(report=report, source=source or report, published=published, text="x"), claim)


def test_accounts_of_one_blast_become_one_incident_and_another_blast_stays_apart() -> None:
    found = link_claims([told("a"), told("b", killed=4), told("c", place=JASIM, targets=("syrian-army",))])
    assert sorted(i.claims for i in found) == [("a.1", "b.1"), ("c.1",)]


def test_the_result_does_not_depend_on_the_order() -> None:
    rows = [told("a"), told("b", killed=4), told("c", day="2023-05-18"), told("d", place=JASIM), told("e", place=None, day=None)]
    expected = link_claims(rows)
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        assert link_claims(rows) == expected


def test_an_undated_claim_does_not_chain_two_days() -> None:
    monday, undated, thursday = told("a", day="2023-05-15"), told("b", day=None), told("c", day="2023-05-18")
    assert not any({"a.1", "c.1"} <= set(i.claims) for i in link_claims([monday, undated, thursday]))


def test_a_report_tells_its_own_claims_apart() -> None:
    first, second = told("a", 1, type_="arrest", killed=None), told("a", 2, type_="abduction", killed=None)
    assert len(link_claims([first, second])) == 2


def test_losses_are_a_range_and_the_best_has_most_origins() -> None:
    (incident,) = link_claims([told("a"), told("b"), told("c", killed=5)])
    (loss,) = incident.losses
    assert (loss.lowest, loss.best, loss.highest) == (3, 3, 5)
    assert set(loss.claims) == {"a.1", "b.1", "c.1"}


def test_unknown_losses_stay_unknown() -> None:
    row = told("a", killed=None)
    claim = row.claim.model_copy(update={"losses": (Loss(who="sdf", outcome="killed", status="unknown"),)})
    (incident,) = link_claims([Told(row.report, claim)])
    assert (incident.losses[0].lowest, incident.losses[0].best, incident.losses[0].highest) == (None, None, None)


def test_ten_outlets_quoting_one_body_are_one_origin() -> None:
    observatory = Attribution(type=SourceType.NAMED, mention="المرصد")
    (incident,) = link_claims([told(f"r{n}", attribution=observatory) for n in range(10)])
    assert (incident.origins, incident.corroboration, incident.reason) == (1, "single-source", "single")


def test_certainty_and_its_reason() -> None:
    (both,) = link_claims([told("a"), told("b")])
    assert (both.corroboration, both.reason, both.origins) == ("corroborated", "origins", 2)
    party = Attribution(type=SourceType.PARTY, mention="قسد")
    (denied,) = link_claims([told("a"), told("b", modality=Modality.DENIED, attribution=party)])
    assert (denied.corroboration, denied.reason) == ("contested", "denied")
    (culprits,) = link_claims([told("a", initiators=("isis",)), told("b", initiators=("turkey",))])
    assert (culprits.corroboration, culprits.reason) == ("contested", "culprits")


def test_other_kinds_belong_to_no_incident() -> None:
    row = told("a")
    tally = row.claim.model_copy(update={"kind": Kind.TALLY})
    assert link_claims([Told(row.report, tally)]) == []
    assert link_claims([]) == []


def test_ids_stay_while_later_claims_are_added() -> None:
    before = link_claims([told("a"), told("b")])
    after = link_claims([told("a"), told("b"), told("c")])
    assert before[0].id == after[0].id


def test_every_claim_is_in_exactly_one_group() -> None:
    rows = [told(f"r{n}", day=f"2023-05-{10 + n % 5}", place=(SHADDADAH, JASIM)[n % 2]) for n in range(12)]
    table = claims_table(((t.report, t.claim) for t in rows), weights())
    groups = cluster({row["claim"]: row for row in table.to_pylist()}, score_pairs(table, weights()))
    assert sorted(c for g in groups for c in g) == sorted(t.key for t in rows)


def test_weights_are_complete_and_sum_to_one() -> None:
    for name, levels in weights().comparisons.items():
        for figure in ("m", "u"):
            assert abs(sum(getattr(level, figure) for level in levels.values()) - 1) < 0.011, (name, figure)


def test_one_body_is_one_origin_by_whatever_name_it_is_called() -> None:
    rows = [
        told("a", attribution=Attribution(type=SourceType.NAMED, mention="المرصد السوري لحقوق الإنسان")),
        told("b", attribution=Attribution(type=SourceType.NAMED, mention="SOHR")),
        told("c", source="المرصد السوري"),
        told("d", attribution=Attribution(type=SourceType.NAMED, mention="مجلس أهالي الضفة")),
        told("e", attribution=Attribution(type=SourceType.NAMED, mention="مجلس أهالي الضفة الشرقية")),
    ]
    (incident,) = link_claims(rows)
    assert incident.origins == 2
    assert {o.claims for o in incident.sources} == {("a.1", "b.1", "c.1"), ("d.1", "e.1")}


def test_a_side_and_its_opponent_agreeing_are_strong() -> None:
    party = [Attribution(type=SourceType.PARTY, mention=name) for name in ("قسد", "داعش", "الأسايش")]
    doers = ("isis",)
    (both,) = link_claims([told("a", initiators=doers, attribution=party[0]), told("b", initiators=doers, attribution=party[1])])
    assert (both.corroboration, both.reason) == ("corroborated", "opponents")
    (one,) = link_claims([told("a", initiators=doers, attribution=party[0]), told("b", initiators=doers, attribution=party[2])])
    assert (one.corroboration, one.origins) == ("single-source", 1)  # a side's commanders and its police are one voice


def test_a_militia_and_the_army_that_it_belongs_to_are_no_two_culprits() -> None:
    rows = [told("a", initiators=("syrian-army",), targets=("civilians",)), told("b", initiators=("ndf",), targets=("civilians",))]
    (incident,) = link_claims(rows)
    assert incident.corroboration == "corroborated"


def test_versions_stand_side_by_side() -> None:
    party = Attribution(type=SourceType.PARTY, mention="قسد")
    rows = [
        told("a", initiators=("isis",)),
        told("b", initiators=("isis",), modality=Modality.DENIED, attribution=party),
        told("c"),
    ]
    (incident,) = link_claims(rows)
    assert {(v.stance, v.initiators, v.claims) for v in incident.versions} == {
        ("told", ("isis",), ("a.1",)),
        ("told", (), ("c.1",)),
        ("denied", ("isis",), ("b.1",)),
    }


def test_a_correction_takes_the_place_of_the_older_toll_of_its_origin() -> None:
    body = Attribution(type=SourceType.NAMED, mention="المرصد السوري")
    rows = [
        told("a", killed=3, attribution=body, published="2023-05-15"),
        told("b", killed=7, attribution=body, published="2023-05-17"),
        told("c", killed=5, published="2023-05-16"),
    ]
    (incident,) = link_claims(rows)
    (loss,) = incident.losses
    assert (loss.lowest, loss.highest, loss.corrected) == (5, 7, ("a.1",))
    assert {(v.value, v.claims) for v in loss.values} == {("3", ("a.1",)), ("7", ("b.1",)), ("5", ("c.1",))}


def test_at_least_gives_no_highest_figure_and_equals_the_lower_one() -> None:
    least = told("a")
    claim = least.claim.model_copy(update={"losses": (Loss(who="sdf", outcome="killed", min=3, max=None),)})
    (incident,) = link_claims([Told(least.report, claim)])
    assert (incident.losses[0].lowest, incident.losses[0].best, incident.losses[0].highest) == (3, 3, None)
    (incident,) = link_claims([told("a", killed=4), told("b", killed=6)])
    assert (incident.losses[0].lowest, incident.losses[0].best, incident.losses[0].highest) == (4, 4, 6)


def test_related_actors_are_near_and_not_equal() -> None:
    general, exact, other = (
        told("a", type_="attack", targets=("regime-militias",)),
        told("b", type_="attack", targets=("liwa-al-quds",)),
        told("c", type_="attack", targets=("sdf",)),
    )
    near = explain(general, exact, weights())
    assert next(s.level for s in near.steps if s.comparison == "targets") == "near"
    assert (
        explain(exact, exact._replace(report=other.report), weights()).weight
        > near.weight
        > explain(general, other, weights()).weight
    )


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        ({"day": "2023-05-15"}, {"day": "2023-05-18"}, "days"),
        ({"type_": "arrest"}, {"type_": "ied"}, "kind"),
        ({"place": SHADDADAH}, {"place": JASIM}, "places"),
        ({"day": "2023-05-18", "killed": None}, {"day": None, "published": "2023-05-16"}, "before"),
        ({"initiators": ("sdf",), "targets": ("isis",)}, {"initiators": ("isis",), "targets": ("sdf",)}, "reversed"),
        ({}, {"day": None, "modality": Modality.HYPOTHETICAL}, "before"),
    ],
)
def test_what_cannot_be_one_occurrence(left: dict[str, Any], right: dict[str, Any], why: str) -> None:
    one, other = told("a", **left), told("b", **right)
    table = claims_table(((t.report, t.claim) for t in (one, other)), weights()).to_pylist()
    assert contradiction(*table) == contradiction(*reversed(table)) == why
    assert len(link_claims([one, other])) == 2


def test_one_report_tells_its_claims_apart() -> None:
    rows = [told("a", 1), told("a", 2), told("b")]
    assert not any({"a.1", "a.2"} <= set(i.claims) for i in link_claims(rows))
    party = Attribution(type=SourceType.PARTY, mention="قسد")
    (incident,) = link_claims([told("a", 1), told("a", 2, modality=Modality.DENIED, attribution=party)])
    assert incident.claims == ("a.1", "a.2")


def test_an_explanation_adds_up_and_says_what_forbids() -> None:
    made = explain(told("a"), told("b", day="2023-05-16"), weights())
    assert abs(made.prior + sum(s.weight + s.rarity for s in made.steps) - made.weight) < 0.1
    assert made.compared
    assert made.contradiction is None
    apart = explain(told("a"), told("b", day="2023-06-16", place=JASIM, targets=("hts",)), weights())
    assert (apart.compared, apart.contradiction) == (False, "days")
    tally = told("c")
    with pytest.raises(ValueError, match="event"):
        explain(told("a"), Told(tally.report, tally.claim.model_copy(update={"kind": Kind.TALLY})), weights())

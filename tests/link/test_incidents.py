from __future__ import annotations

import random

from tawthiq.link.cluster import cluster
from tawthiq.link.incidents import Told, incident_id, link_claims
from tawthiq.link.pairs import score_pairs, weights
from tawthiq.link.table import claims_table
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
    assert before[0].id == after[0].id == incident_id(["a.1"])


def test_every_claim_is_in_exactly_one_group() -> None:
    rows = [told(f"r{n}", day=f"2023-05-{10 + n % 5}", place=(SHADDADAH, JASIM)[n % 2]) for n in range(12)]
    table = claims_table(((t.report.report, t.claim) for t in rows), weights()["precision_km"])
    groups = cluster(table, score_pairs(table, weights()))
    assert sorted(c for g in groups for c in g) == sorted(t.key for t in rows)


def test_weights_are_complete_and_sum_to_one() -> None:
    for name, levels in weights()["comparisons"].items():
        for figure in ("m", "u"):
            assert abs(sum(level[figure] for level in levels.values()) - 1) < 0.011, (name, figure)

"""Answers of the record: exact on records whose truth is known, honest about what is unknown, refused where data is thin."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from tawthiq.analyse.appearances import appearances, graphml, silences, ties
from tawthiq.analyse.losses import LEAST_LOSSES, attrition, by_chance, changepoints, loss_sums, trend
from tawthiq.analyse.sources import sources
from tawthiq.analyse.tables import Tables, record
from tawthiq.analyse.tallies import tallies
from tawthiq.analyse.totals import months_of, totals
from tawthiq.analyse.undocumented import chao, estimate, undocumented
from tawthiq.analyse.views import forecasts, hypotheses, scores
from tawthiq.link.incidents import link_claims
from tawthiq.link.told import Told
from tawthiq.model import Attribution, Claim, Count, Kind, Loss, Modality, SourceType, Time
from tawthiq.publish.totals import render_totals
from tests.link.test_incidents import JASIM, SHADDADAH, told


def tables(rows: list[Told]) -> Tables:
    return record(rows, link_claims(rows))


def other(report: str, kind: Kind, type_: str, *, start: str | None = None, end: str | None = None, **slots: object) -> Told:
    row = told(report, killed=None, initiators=(), targets=())
    claim = Claim.model_validate(
        {
            "id": f"{report}.1",
            "kind": kind,
            "type": type_,
            "evidence": ((0, 1),),
            "time": Time(start=start, end=end) if start else None,
            **slots,
        }
    )
    return Told(row.report, claim)


def attack(report: str, day: str, **slots: object) -> Told:
    return told(report, type_="attack", day=day, published=day, **{"initiators": ("isis",), "killed": None, **slots})  # type: ignore[arg-type]


def test_claimed_against_documented_is_exact() -> None:
    rows = [attack(f"r{n}", f"2023-05-{n:02d}", place=(SHADDADAH, JASIM)[n % 2]) for n in (2, 4, 6, 8, 20)]
    rows += [
        attack("undated", "2023-05-04", place=None)._replace(),
        attack("other", "2023-05-04", initiators=("hts",), place=JASIM),
    ]
    ten = other("t", Kind.TALLY, "attack", start="2023-05-01", end="2023-05-10", initiators=("isis",), count=Count(min=10, max=10))
    (tally,) = tallies(tables([*rows, ten]))
    fitting = [
        r for r in rows if "isis" in r.claim.initiators and r.claim.time and "2023-05-01" <= str(r.claim.time.start) <= "2023-05-10"
    ]
    assert tally.documented == len({i.id for i in link_claims(fitting)})
    assert (tally.claimed_min, tally.missing) == (10, 10 - tally.documented)
    assert len(tally.incidents) == tally.documented


def test_a_tally_of_losses_sums_the_best_and_counts_the_unknown() -> None:
    rows = [attack("a", "2023-05-02", killed=3), attack("b", "2023-05-06", killed=5)]
    unknown = attack("c", "2023-05-08")
    claim = unknown.claim.model_copy(update={"losses": (Loss(who="sdf", outcome="killed", status="unknown"),)})
    total = other(
        "t",
        Kind.TALLY,
        "casualties",
        start="2023-05-01",
        end="2023-05-31",
        losses=(Loss(who="sdf", outcome="killed", min=20, max=20),),
    )
    (tally,) = tallies(tables([*rows, Told(unknown.report, claim), total]))
    assert (tally.documented, tally.unknown, tally.missing) == (8, 1, 12)


def test_a_figure_that_no_source_gives_leaves_what_is_missing_unknown() -> None:
    many = other("t", Kind.TALLY, "attack", start="2023-05-01", end="2023-05-10", count=Count(min=None, max=5))
    (tally,) = tallies(tables([attack("a", "2023-05-02"), many]))
    assert (tally.documented, tally.missing) == (1, None)


def test_losses_are_summed_as_ranges_and_unknown_is_not_zero() -> None:
    rows = [attack("a", "2023-05-02", killed=3), attack("b", "2023-05-20", killed=5, place=JASIM)]
    least = attack("c", "2023-06-01", place=JASIM)
    open_ = least.claim.model_copy(update={"losses": (Loss(who="sdf", outcome="killed", min=2, max=None),)})
    silent = attack("d", "2023-06-20")
    unknown = silent.claim.model_copy(update={"losses": (Loss(who="sdf", outcome="killed", status="unknown"),)})
    made = tables([*rows, Told(least.report, open_), Told(silent.report, unknown)])
    (total,) = loss_sums(made.losses)
    assert (total.lowest, total.best, total.highest, total.incidents, total.unknown) == (10, 10, None, 4, 1)
    weeks = loss_sums(made.losses, ["week", "admin1"])
    assert [(s.week, s.admin1, s.best) for s in weeks][:2] == [("2023-05-01", "SY08", 3), ("2023-05-15", "SY12", 5)]


def test_attrition_says_when_there_is_too_little() -> None:
    made = attrition(tables([attack("a", "2023-05-02", killed=3)]).losses, "sdf")
    assert (made.verdict, made.rate) == ("too-few", None)
    assert attrition(tables([]).losses, "sdf").weeks == ()


def weekly(counts: list[int]) -> Tables:
    rows = []
    for week, number in enumerate(counts):
        day = str(np.datetime64("2022-01-03") + np.timedelta64(7 * week, "D"))
        rows.append(attack(f"r{week:03d}", day, killed=number if number else None))
    return tables(rows)


def test_a_rise_and_a_change_are_found() -> None:
    rising = attrition(weekly([1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 16]).losses, "sdf")
    assert (rising.verdict, rising.rate is not None and rising.rate > 1) == ("rising", True)
    assert rising.low is not None
    assert rising.low > 1
    ((at, before, after),) = changepoints([2, 3, 2, 1, 2, 3, 2, 2, 3, 9, 11, 10, 9, 12, 10, 11, 9, 10])
    assert (at, round(before), round(after)) == (9, 2, 10)


@pytest.mark.parametrize(("dispersed", "weeks"), [(False, 52), (True, 26)])
def test_false_alarms_stay_at_the_nominal_rate(dispersed: bool, weeks: int) -> None:
    random_ = np.random.default_rng(11)
    alarms = done = 0
    for _ in range(400):
        counts = random_.negative_binomial(1, 1 / 4, weeks) if dispersed else random_.poisson(3, weeks)
        if counts.sum() < LEAST_LOSSES:
            continue
        _, slope, error, critical = trend(list(map(int, counts)))
        alarms += abs(slope) > critical * error and by_chance(list(map(int, counts))) <= 0.05
        done += 1
    assert alarms / done <= 0.08
    assert alarms > 0


def test_first_appearances_name_area_activity_and_company() -> None:
    rows = [
        attack("a", "2023-01-01"),
        attack("b", "2023-06-01", place=JASIM),
        attack("c", "2023-07-01", initiators=("isis", "hts")),
    ]
    found = appearances(tables(rows).incidents)
    assert ("isis", "area", "SY12", "2023-06-01") in {(a.actor, a.aspect, a.value, a.day) for a in found}
    beside = next(a for a in found if a.actor == "hts" and a.aspect == "beside")
    assert (beside.value, beside.day, beside.days_of_record) == ("isis", "2023-07-01", 181)
    assert sum(a.actor == "isis" and a.aspect == "activity" for a in found) == 1


def test_who_falls_silent_is_noticed_and_who_was_always_rare_is_not() -> None:
    rows = [attack(f"r{n}", f"2023-0{1 + n // 4}-{1 + n % 4 * 7:02d}") for n in range(12)]
    rows += [attack("rare", "2023-01-10", initiators=("hts",)), attack("end", "2023-12-01", initiators=("turkey",), place=JASIM)]
    found = silences(tables(rows).incidents)
    assert [s.actor for s in found] == ["isis"]
    assert found[0].chance < 0.01


def test_the_network_tells_beside_from_against() -> None:
    both = told("c", type_="armed-clash", day="2023-05-20", targets=(), killed=None)
    clash = both.claim.model_copy(update={"participants": ("sdf", "turkey")})
    rows = [attack("a", "2023-05-02", initiators=("isis", "hts")), Told(both.report, clash)]
    found = {(t.first_actor, t.second_actor, t.tie) for t in ties(tables(rows).incidents)}
    assert found == {("hts", "isis", "beside"), ("isis", "sdf", "against"), ("hts", "sdf", "against"), ("sdf", "turkey", "against")}
    root = ElementTree.fromstring(graphml(ties(tables(rows).incidents)))
    assert sum(element.tag.endswith("}edge") for element in root.iter()) == 4


def test_hypotheses_are_grouped_by_who_wants_what_with_the_record_beside() -> None:
    party = Attribution(type=SourceType.NAMED, mention="مركز دراسات")
    said = [
        other("h1", Kind.ASSESSMENT, "intent", initiators=("russia",), targets=("iran-militias",)),
        other("h2", Kind.ASSESSMENT, "intent", initiators=("russia",), targets=("iran-militias",), attribution=party),
        other("h3", Kind.ASSESSMENT, "intent", initiators=("russia",), targets=("iran-militias",), modality=Modality.DENIED),
    ]
    rows = [
        attack("a", "2023-05-02", initiators=("russia",), targets=("kataib-hezbollah",), killed=3),
        attack("b", "2023-05-09", initiators=("russia", "iran-militias"), targets=("isis",), place=JASIM),
    ]
    (found,) = hypotheses(tables([*said, *rows]))
    assert (len(found.voices), found.denied, len(found.acts), len(found.joint), len(found.own)) == (2, ("h3.1",), 1, 1, 2)
    assert found.losses is not None
    assert found.losses.verdict == "too-few"


def test_forecasts_are_set_beside_what_came_and_scored_when_settled() -> None:
    more = [
        other("f1", Kind.ASSESSMENT, "forecast", initiators=("isis",), modality=Modality.FORECAST),
        other("f2", Kind.ASSESSMENT, "forecast", initiators=("hts",), modality=Modality.FORECAST),
    ]
    rows = [attack("a", "2023-04-01"), attack("b", "2023-05-20", place=JASIM)]
    made = tables([*more, *rows])
    found = {f.claim: f for f in forecasts(made, {"f1.1": "true"})}
    assert (found["f1.1"].outcome, len(found["f1.1"].suggested), found["f1.1"].horizon_given) == ("true", 1, False)
    assert found["f1.1"].base_rate is not None
    assert (found["f2.1"].outcome, found["f2.1"].suggested, found["f2.1"].base_rate) == (None, (), 0.0)
    assert {s.voice: (s.settled, s.brier) for s in scores(list(found.values()))} == {"f1": (1, 0.0), "f2": (0, None)}
    wrong = scores(forecasts(made, {"f1.1": "false"}))
    assert wrong[0].brier == 1.0


def lists(number: int, shares: dict[str, float], random_: random.Random) -> list[frozenset[str]]:
    drawn = (frozenset(name for name, share in shares.items() if random_.random() < share) for _ in range(number))
    return [history for history in drawn if history]


def test_intervals_of_what_is_not_documented_hold_the_truth() -> None:
    random_ = random.Random(3)
    held = over = 0
    for _ in range(200):
        made = estimate(lists(400, {"a": 0.4, "b": 0.3, "c": 0.3}, random_))
        assert made.low is not None
        assert made.high is not None
        assert made.at_least_low is not None
        held += made.low <= 400 <= made.high
        over += made.at_least_low > 400
    assert 0.88 <= held / 200 <= 0.99
    assert over / 200 <= 0.07


def test_chao_for_two_lists_of_unequal_reach() -> None:
    random_ = random.Random(4)
    figures = [chao(lists(300, {"a": 0.5, "b": 0.2}, random_)) for _ in range(200)]
    assert sum(low > 300 for _, low in figures) / 200 <= 0.06
    assert 270 < float(np.median([bound for bound, _ in figures])) < 330


@pytest.mark.parametrize(
    ("histories", "why"),
    [
        ([frozenset("a")] * 10, "few-incidents"),
        ([frozenset("a")] * 40, "one-list"),
        ([frozenset("a")] * 40 + [frozenset("b")] * 40, "little-shared"),
        ([frozenset("a")] * 40 + [frozenset("b")] * 40 + [frozenset("ab")] * 20, "two-lists"),
        ([frozenset("ab")] * 20 + [frozenset("c")] * 20 + [frozenset("bc")] * 20 + [frozenset("a")] * 20, "lists-apart"),
    ],
)
def test_an_estimate_that_data_cannot_bear_is_refused(histories: list[frozenset[str]], why: str) -> None:
    made = estimate(histories)
    assert (made.refused, made.total) == (why, None)


def test_a_small_record_is_refused_with_its_reason() -> None:
    assert undocumented(tables([attack("a", "2023-05-02")])).refused == "few-incidents"


def test_sources_are_counted_alone_corroborated_first_and_late() -> None:
    rows = [
        told("a", source="شبكة أ", published="2023-05-15"),
        told("b", source="شبكة ب", published="2023-05-18"),
        told("c", source="شبكة ب", day="2023-08-01", published="2023-08-02", place=JASIM),
    ]
    found = {s.name: s for s in sources(tables(rows))}
    one, two = found["شبكة أ"], found["شبكة ب"]
    assert (one.incidents, one.alone, one.corroborated, one.first, one.delay_days) == (1, 0, 1, 1, 0.0)
    assert (two.incidents, two.alone, two.corroborated, two.first, two.delay_days) == (2, 1, 1, 1, 2.0)


def test_what_people_rejected_is_in_no_answer() -> None:
    rows = [attack("a", "2023-05-02", killed=3)]
    incidents = [i.model_copy(update={"review": "rejected"}) for i in link_claims(rows)]
    made = record(rows, incidents)
    assert (made.incidents.num_rows, made.losses.num_rows) == (0, 0)


def test_totals_count_what_the_tables_count() -> None:
    rows = [
        attack("a", "2023-05-02", killed=3),
        attack("b", "2023-06-20", killed=5, place=JASIM),
        attack("n", "2023-07-01", place=None),
    ]
    unknown = attack("c", "2023-06-08")
    claim = unknown.claim.model_copy(update={"losses": (Loss(who="sdf", outcome="killed", status="unknown"),)})
    denied = attack("d", "2023-08-08", modality=Modality.DENIED)
    incidents = link_claims([*rows, Told(unknown.report, claim), denied])
    made = totals(i.model_dump(mode="json") for i in incidents)
    assert made.incidents == 4
    assert months_of(made).to_pylist() == [
        {"month": "2023-05", "count": 1},
        {"month": "2023-06", "count": 2},
        {"month": "2023-07", "count": 1},
    ]
    (lost,) = made.losses.to_pylist()
    assert (lost["best_sum"], lost["highest_sum"], lost["unknown_sum"], lost["open_sum"]) == (8, 8, 1, 0)
    assert totals((i.model_dump(mode="json") for i in incidents), "2023-06-01", "2023-06-30").incidents == 2
    assert totals([]).incidents == 0
    page = render_totals(made, "ar", (None, None))
    assert "2023-05" in page

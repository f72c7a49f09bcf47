"""Training: parameters that are known are found again, too little is refused, and weights are never changed in place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tawthiq.link.table import claims_table
from tawthiq.link.told import Told
from tawthiq.link.training import LEAST_CLAIMS, NotEnough, train
from tawthiq.link.weights import project_weights, read_weights, weights, write_weights
from tawthiq.model import Level, Loss, Place
from tests.link.test_incidents import told

TYPES = ("attack", "ied", "shelling", "air-drone-strike", "assassination")
ACTORS = ("isis", "sdf", "turkey", "israel", "hts", "syrian-transitional", "tribal-fighters", "suwayda-factions")
SAME_TYPE, SAME_ACTOR, SAME_TOLL = 0.85, 0.9, 0.7


def known(occurrences: int = 700, seed: int = 5) -> list[Told]:
    """Return claims, two of each occurrence, that agree in type, actor and toll as often as the constants say, else at random."""
    random_ = random.Random(seed)
    rows = []
    for number in range(occurrences):
        day = f"2022-{1 + number % 12:02d}-{1 + number % 28:02d}"
        lat, lon = 33 + random_.random() * 3, 36 + random_.random() * 5
        place = Place(name="x", level=Level.TOWN, admin1=f"SY{number % 14:02d}", lat=round(lat, 3), lon=round(lon, 3))
        type_, actor, toll = random_.choice(TYPES), random_.choice(ACTORS), random_.randrange(3, 60)
        for telling in range(2):
            if telling and random_.random() > SAME_TYPE:
                type_ = random_.choice([t for t in TYPES if t != type_])
            if telling and random_.random() > SAME_ACTOR:
                actor = random_.choice([a for a in ACTORS if a != actor])
            if telling and random_.random() > SAME_TOLL:
                toll = random_.randrange(100, 200)
            row = told(
                f"r{number}-{telling}", type_=type_, place=place, day=day, killed=None, initiators=(actor,), targets=("civilians",)
            )
            losses = tuple(Loss(who=None, outcome=o, min=toll, max=toll) for o in ("killed", "wounded"))
            rows.append(Told(row.report, row.claim.model_copy(update={"losses": losses})))
    return rows


def test_known_parameters_are_found_again() -> None:
    table = claims_table(((t.report, t.claim) for t in known()), weights())
    made = train(table, weights(), "t").weights.comparisons
    assert made["type"]["same"].m == pytest.approx(SAME_TYPE, abs=0.05)
    assert made["initiators"]["same"].m == pytest.approx(SAME_ACTOR, abs=0.05)
    assert made["losses"]["same"].m == pytest.approx(SAME_TOLL, abs=0.06)
    assert made["type"]["same"].u == pytest.approx(1 / len(TYPES), abs=0.02)
    assert made["initiators"]["same"].u == pytest.approx(1 / len(ACTORS), abs=0.02)
    assert made["time"]["same_day"].u == pytest.approx(1 / 84, abs=0.005)


def test_trained_weights_are_whole_named_and_the_same_each_time() -> None:
    table = claims_table(((t.report, t.claim) for t in known()), weights())
    made = train(table, weights(), "project-1")
    assert made == train(table, weights(), "project-1")
    assert (made.weights.version, made.claims) == ("project-1", 1400)
    assert "estimated on 1400 event claims" in made.weights.derivation
    for levels in made.weights.comparisons.values():
        assert sum(level.m for level in levels.values()) == pytest.approx(1, abs=0.01)
        assert sum(level.u for level in levels.values()) == pytest.approx(1, abs=0.01)
    assert made.weights.frequencies["type"].keys() <= set(TYPES)


def test_too_little_is_refused_with_what_it_takes() -> None:
    few = claims_table(((t.report, t.claim) for t in known(20)), weights())
    with pytest.raises(NotEnough, match=f"40 event claims .* {LEAST_CLAIMS}"):
        train(few, weights(), "t")
    alone = claims_table(((t.report, t.claim) for t in known(1100)[::2]), weights())
    with pytest.raises(NotEnough, match="pairs of claims"):
        train(alone, weights(), "t")


def test_a_newer_file_of_weights_stands_beside_the_older(tmp_path: Path) -> None:
    assert project_weights(tmp_path) == weights()
    first, second = (weights().model_copy(update={"version": name}) for name in ("project-1", "project-2"))
    path = write_weights(first, tmp_path)
    write_weights(second, tmp_path)
    assert project_weights(tmp_path) == second
    assert read_weights(path.read_text(encoding="utf-8")) == first
    for bad in ("[1, 2]", "version: 1", "a: [", "version: x\nprior: 2"):
        with pytest.raises(ValueError, match=r"."):
            read_weights(bad)

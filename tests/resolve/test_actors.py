"""Looking actors up across scripts and spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tawthiq.lexicon.registry import registry
from tawthiq.resolve.actors import find, key


@pytest.mark.parametrize(
    ("name", "actor"),
    [
        ("فرقة الحمزه", "hamza-division"),
        ("احرار الشرقيه", "ahrar-al-sharqiya"),
        ("جبهة النُصرة", "nusra-front"),
        ("HTS", "hts"),
        ("شبيحةً", "shabiha"),
    ],
)
def test_a_spelling_is_folded_and_exact(name: str, actor: str) -> None:
    found = find(name)
    assert (found[0].actor, found[0].score) == (actor, 1.0)


@pytest.mark.parametrize(
    ("name", "actor"),
    [
        ("Liwa Al-Qods", "liwa-al-quds"),
        ("Firqat al-Hamza", "hamza-division"),
        ("Ahrar al Sharkia", "ahrar-al-sharqiya"),
        ("Jabhat an-Nosra", "nusra-front"),
        ("فيلق رحمان", "faylaq-al-rahman"),
    ],
)
def test_another_spelling_is_only_proposed(name: str, actor: str) -> None:
    found = find(name)
    assert actor in [m.actor for m in found]
    assert all(m.score < 1 for m in found)


def test_a_partisan_name_says_that_it_is_one() -> None:
    assert find("الشبيحة")[0].partisan
    assert not find("قوات الدفاع الوطني")[0].partisan


def test_every_name_of_the_registry_finds_its_actor() -> None:
    for actor in registry().values():
        for name in actor.all_names():
            assert actor.id in [m.actor for m in find(name)], name


@given(st.text(max_size=60))
def test_no_name_crashes_the_look_up(name: str) -> None:
    key(name)
    assert all(0 < m.score <= 1 for m in find(name))

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tawthiq.lexicon.lexicon import load
from tawthiq.text.normalise import fold, normalise

MARKS = "\u064b\u064e\u064f\u0650\u0651\u0652\u0640\u200f\u202b\u200d"
ARABIC = st.text(alphabet=st.sampled_from("داعشقسدلتنظيمويةىأإؤئ ٠١٢٣٤12.-_،«»“”😂\n#@\ufefb\ufdfa" + MARKS), max_size=80)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("قُتِلَ", "قتل"),
        ("الأسايِــش", "الاسايش"),
        ("مسؤول", "مسوول"),
        ("١٢٣", "123"),
        ("۴۵", "45"),
        ("ﻻجئ", "لاجي"),
        ("چان", "كان"),
        ("قسد\u200f", "قسد"),
        ("SDF", "sdf"),
        ("“داعش”", '"داعش"'),
    ],
)
def test_spellings_of_one_word_become_one(written: str, normal: str) -> None:
    assert normalise(written).text == normal


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("هجوم د ا ع ش أمس", "داعش", "د ا ع ش"),
        ("ل ق س د حاجز", "لقسد", "ل ق س د"),
        ("خلايا دا-عش", "داعش", "دا-عش"),
        ("خلايا التن ظيم", "التنظيم", "التن ظيم"),
        ("من ق.س.د", "قسد", "ق.س.د"),
        ("قُـتِـلَ عنصر", "قتل", "قُـتِـلَ"),
    ],
)
def test_a_hidden_word_is_found_and_points_at_what_was_written(text: str, word: str, original: str) -> None:
    normal = normalise(text, load().hidden)
    start = normal.text.index(word)
    first, last = normal.original(start, start + len(word))
    assert text[first:last] == original


def test_plain_words_are_not_joined() -> None:
    assert normalise("و ب ٤ عناصر في بلدة", load().hidden).text == "و ب 4 عناصر في بلده"


def test_the_mark_of_a_passive_is_seen() -> None:
    assert normalise("قُتل").vowel(0) == "\u064f"
    assert normalise("قتل").vowel(0) == ""


@given(ARABIC | st.text(max_size=60))
def test_every_slice_points_into_the_text(text: str) -> None:
    normal = normalise(text, load().hidden)
    for start in range(len(normal.text)):
        first, last = normal.original(start, start + 1)
        assert 0 <= first < last <= len(text)
        # What stands there folds to a text that holds the character.
        assert normal.text[start] in normalise(text[first:last]).text


@given(ARABIC | st.text(max_size=60))
def test_positions_never_go_back(text: str) -> None:
    normal = normalise(text, load().hidden)
    firsts = [normal.original(at, at + 1)[0] for at in range(len(normal.text))]
    assert firsts == sorted(firsts)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_no_mark_or_control_is_left(text: str) -> None:
    left = normalise(text).text
    assert not any(unicodedata.category(c) in ("Mn", "Cf", "Cs") for c in left)

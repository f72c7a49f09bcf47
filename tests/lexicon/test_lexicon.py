from __future__ import annotations

import pytest

from tawthiq.lexicon.check import check_vocabulary
from tawthiq.lexicon.compile import cache_folder, compile_tables, tables, version
from tawthiq.lexicon.lexicon import load
from tawthiq.text.normalise import fold


def test_the_vocabulary_is_sound() -> None:
    assert check_vocabulary() == []


def test_the_cache_holds_what_is_compiled() -> None:
    assert tables() == compile_tables()
    assert (cache_folder() / f"lexicon-{version()}.tables").is_file()


def test_a_damaged_cache_is_made_anew() -> None:
    path = cache_folder() / f"lexicon-{version()}.tables"
    tables()
    path.write_bytes(b"\x00damaged")
    assert tables() == compile_tables()


@pytest.mark.parametrize(
    ("word", "category", "name", "prefix"),
    [
        ("وقتل", "loss", "قتل1", "و"),
        ("فاعتقلت", "event", "عقل8", "ف"),
        ("سيقصفون", "event", "قصف1", "س"),
        ("لقسد", "actor", "sdf", "ل"),
        ("بالحسكة", "place", "C4360", "ب"),
        ("للرقة", "place", "SY11", "ل"),
        ("عناصرها", "person", "عنصر", ""),
        ("بعبوة", "weapon", "عبوه", "ب"),
    ],
)
def test_clitics_are_taken_off(word: str, category: str, name: str, prefix: str) -> None:
    found = [(r.sense.category, r.sense.name, r.prefix) for r in load().readings(fold(word))]
    assert (category, name, prefix) in found


def test_unknown_and_odd_words_have_no_reading() -> None:
    for word in ("زقزقة", "x" * 500, "ــ", "", "1234"):
        assert load().readings(fold(word)) == ()


def test_phrases_are_found_with_their_clitic() -> None:
    found = load().phrases(["قصفت", "القوات", "التركيه", "وقوات", "سوريا", "الديمقراطيه", "للقوات", "الروسيه"])
    assert [(p.first, p.last, p.sense.name, p.prefix) for p in found if p.sense.category == "actor"] == [
        (1, 3, "turkey", ""), (3, 6, "sdf", "و"), (6, 8, "russia", "ل"),
    ]  # fmt: skip

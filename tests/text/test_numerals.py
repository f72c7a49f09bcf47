from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tawthiq.extract.items import reader
from tawthiq.text.normalise import normalise
from tawthiq.text.numerals import Quantity, quantity_at
from tawthiq.text.tokens import tokenise


def first_quantity(text: str) -> Quantity | None:
    words = tokenise(normalise(text)).words
    numbers = reader().numbers
    return next((q for at in range(len(words)) if (q := quantity_at(words, at, len(words), numbers))), None)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("7 عناصر", 7, 7),
        ("٢٣ مدنياً", 23, 23),
        ("ثلاثة عشر عنصراً", 13, 13),
        ("أربعة وستين عنصراً", 64, 64),
        ("مئة وعشرين عائلة", 120, 120),
        ("قرابة ألف ومئتين", 1200, 1200),
        ("ما لا يقل عن 6 غارات", 6, None),
        ("أكثر من خمسين لغماً", 51, None),
        ("14 على الأقل", 14, None),
        ("ما بين 20 و25 شخصاً", 20, 25),
        ("20-25 شخصاً", 20, 25),
        ("نحو 14 مدنياً", 14, 14),
        ("عشرات العائلات", 20, None),
        ("مئات العائلات", 200, None),
        ("عدد من المدنيين", 1, None),
        ("at least five fighters", 5, None),
        ("twenty-five people", 25, 25),
        ("1,200 families", 1200, 1200),
        ("dozens of families", 20, None),
    ],
)
def test_how_many(text: str, least: int | None, most: int | None) -> None:
    found = first_quantity(text)
    assert found is not None
    assert (found.least, found.most) == (least, most)


def test_about_is_kept() -> None:
    found = first_quantity("نحو 10 عمليات")
    assert found is not None
    assert found.approx


@given(st.text(max_size=60))
def test_any_text_is_read_without_error(text: str) -> None:
    words = tokenise(normalise(text)).words
    for at in range(len(words)):
        found = quantity_at(words, at, len(words), reader().numbers)
        assert found is None or at <= found.first < found.last <= len(words)


@given(st.integers(min_value=0, max_value=9_999_999))
def test_a_number_in_digits_is_itself(number: int) -> None:
    found = first_quantity(str(number))
    assert found is not None
    assert (found.least, found.most) == (number, number)

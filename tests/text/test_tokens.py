from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tawthiq.text.normalise import normalise
from tawthiq.text.tokens import tokenise


def sentences(text: str) -> list[str]:
    tokens = tokenise(normalise(text))
    return [" ".join(tokens.words[a:b]) for a, b in tokens.sentences]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("قُتل عنصر. وأصيب آخر.", 2),
        ("هل وقع انفجار؟ نعم!", 2),
        ("عنوان\n\nنص الخبر بلا نقطة", 2),
        ("الشاب (م. ع) من أبناء البلدة", 1),
        ("U.S. forces left", 1),
        ("قُتل 2.5 بالمئة", 1),
        ("الأول؛ الثاني", 2),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, count: int) -> None:
    assert len([s for s in sentences(text) if any(c.isalnum() for c in s)]) == count


def test_quotes_are_no_tokens_and_are_remembered() -> None:
    tokens = tokenise(normalise("تنظيم “الدولة الإسلامية” يهاجم"))
    assert tokens.words == ["تنظيم", "الدوله", "الاسلاميه", "يهاجم"]
    assert tokens.quoted == [False, True, True, False]


@given(st.text(max_size=120))
def test_tokens_are_slices_and_sentences_hold_them_all(text: str) -> None:
    normal = normalise(text)
    tokens = tokenise(normal)
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert normal.text[start:end] == word
    covered = [at for a, b in tokens.sentences for at in range(a, b)]
    assert covered == list(range(len(tokens)))

from __future__ import annotations

import pytest

from tawthiq.lexicon.morphology import conjugate, noun_forms, participles, verbal_noun
from tawthiq.text.normalise import fold


@pytest.mark.parametrize(
    ("root", "form", "expected"),
    [
        ("قصف", 1, "قصف قصفت قصفوا يقصف تقصف يقصفون قصفنا"),
        ("هدف", 10, "استهدف استهدفت استهدفوا يستهدف"),
        ("صوب", 4, "أصاب أصابت أصيب أصيبت أصيبوا يصيب يصاب"),
        ("قود", 8, "اقتاد اقتادوا اقتيد يقتاد"),
        ("لقي", 4, "ألقى ألقت ألقوا يلقي"),
        ("شنن", 1, "شن شنت شنوا يشن"),
        ("حلل", 8, "احتل احتلت يحتل"),
        ("وصل", 1, "وصل وصلت يصل"),
        ("ولي", 10, "استولى استولت استولوا يستولي"),
        ("دهم", 3, "داهم داهمت دوهم يداهم"),
        ("فجر", 7, "انفجر انفجرت ينفجر"),
        ("عدم", 4, "أعدم أعدموا يعدم"),
        ("غيل", 8, "اغتال اغتيل يغتال"),
        ("وقف", 4, "أوقف أوقفت يوقف"),
        ("سيطر", 1, "سيطر سيطرت سيطروا يسيطر"),
    ],
)
def test_verbs_are_conjugated(root: str, form: int, expected: str) -> None:
    written = {f.written for f in conjugate(root, form)}
    assert {fold(w) for w in expected.split()} <= written


def test_the_passive_of_a_hollow_verb_is_marked() -> None:
    voices = {f.written: f.voice for f in conjugate("صوب", 4)}
    assert voices[fold("أصيب")] == "p"
    assert voices[fold("أصاب")] == "a"


@pytest.mark.parametrize(
    ("root", "form", "noun"),
    [("هدف", 10, "استهداف"), ("فجر", 7, "انفجار"), ("عقل", 8, "اعتقال"), ("دهم", 3, "مداهمة"), ("مشط", 2, "تمشيط"),
     ("صوب", 4, "إصابة"), ("وقف", 4, "إيقاف"), ("غيل", 8, "اغتيال"), ("ولي", 10, "استيلاء"), ("قتل", 8, "اقتتال")],
)  # fmt: skip
def test_verbal_nouns(root: str, form: int, noun: str) -> None:
    assert fold(noun) in [fold(n) for n in verbal_noun(root, form)]


def test_participles_and_nouns() -> None:
    assert ("مقتول", "p") in participles("قتل", 1)
    forms = dict(noun_forms("مدني", plural="m", feminine=True))
    assert forms["مدنيون"] == "p"
    assert forms["مدنيات"] == "p"
    assert dict(noun_forms("عبوة", plural="f"))["عبوتان"] == "d"


@pytest.mark.parametrize(("root", "form"), [("قص", 1), ("قصف", 9), ("قصفتم", 1)])
def test_a_wrong_root_or_form_is_refused(root: str, form: int) -> None:
    with pytest.raises(ValueError):
        list(conjugate(root, form))

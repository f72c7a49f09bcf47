"""Every slot keeps the words it came from; every claim has a confidence; nouns that only mention an act tell nothing."""

from __future__ import annotations

import pytest

from tawthiq.extract.engine import extract_claims
from tawthiq.model import Claim, Report

TEXT = "قالت مصادر محلية إن عناصر من داعش هاجموا حاجزاً لقسد في بلدة الصور أمس، ما أدى إلى مقتل ثلاثة عناصر."


def claims(text: str) -> list[Claim]:
    return extract_claims(Report(report="T", published="2023-03-10", text=text))


def words(claim: Claim, slot: str, text: str) -> list[tuple[str | None, str]]:
    return [(t.id, text[t.span[0] : t.span[1]]) for t in claim.spans or () if t.slot == slot]


def test_each_slot_points_at_its_words() -> None:
    (claim,) = claims(TEXT)
    assert ("isis", "عناصر من داعش") in words(claim, "initiators", TEXT)
    assert any(name == "sdf" and "لقسد" in said for name, said in words(claim, "targets", TEXT))
    assert any("الصور" in said for _, said in words(claim, "place", TEXT))
    assert words(claim, "time", TEXT) == [(None, "أمس")]
    assert words(claim, "attribution", TEXT) == [(None, "مصادر محلية")]
    assert any("ثلاثة" in said for _, said in words(claim, "losses", TEXT))
    assert any("هاجموا" in said for _, said in words(claim, "type", TEXT))


def test_a_slot_carried_on_points_at_where_it_was_named() -> None:
    text = "هاجم تنظيم داعش حاجزاً لقسد في بلدة الصور. ثم أحرق التنظيم سيارة مدنية."
    second = claims(text)[1]
    assert second.initiators == ("isis",)
    assert [said for _, said in words(second, "initiators", text)] == ["التنظيم"]
    assert any("الصور" in said for _, said in words(second, "place", text))


def test_a_denial_points_at_the_word_that_denies() -> None:
    text = "نفت قسد قصف قرية مريمين."
    (claim,) = claims(text)
    assert [said for _, said in words(claim, "modality", text)] == ["نفت"]


def test_confidence_is_a_share_and_tells_plain_reports_from_bare_mentions() -> None:
    plain = claims(TEXT)[0].confidence
    bare = claims("وقال المحامي إن القتيل مدني من بلدة الصور.")
    assert plain is not None
    assert 0.5 < plain <= 1
    assert all(c.confidence is not None and c.confidence < plain for c in bare)


@pytest.mark.parametrize("size", [1000, 8000])
@pytest.mark.parametrize("piece", ["(", "قتل ", "انفجار، ", "ا*", "هاجم داعش قسد ", "انفجرتعبوة", "1 ", "😀"])
def test_hostile_text_is_read_in_time_and_offsets_hold(piece: str, size: int) -> None:
    text = piece * size
    for claim in claims(text):
        for start, end in claim.evidence:
            assert 0 <= start < end <= len(text)

"""Damaged files of every kind and texts out of joint: nothing is raised, nothing hangs, and what is said stands in the text.

A short pass by default; TAWTHIQ_FUZZ_SECONDS=600 goes on for so long with each target.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tawthiq.archive.readers.base import Covered, Item, Problem
from tawthiq.archive.reading import read_bytes
from tawthiq.extract.engine import extract_claims
from tawthiq.model import Report
from tests.fuzz.corpus import files

SECONDS = float(os.environ.get("TAWTHIQ_FUZZ_SECONDS", "0"))
SLOWEST = 20.0
_JUNK = (
    b"\x00",
    b"\xff\xfe",
    b"<!ENTITY a '&a;&a;'>",
    b"]]>",
    b"\r\n\r\n",
    b"{",
    b"[" * 300,
    b'"',
    b"9" * 400,
    "\u202e\u0640\ufeff".encode(),
    b"PK\x03\x04",
)


def _long(one: Callable[[random.Random], None]) -> None:
    """Go on for as long as is asked, from a seed that is told where it fails."""
    until, seed = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        seed += 1
        try:
            one(random.Random(seed))
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


def damage(data: bytes, draw: random.Random) -> bytes:
    """Return bytes with some of them changed, cut out, doubled, or others put in."""
    out = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(out) + 1)
        act = draw.randrange(5)
        if act == 0 and out:
            out[min(at, len(out) - 1)] = draw.randrange(256)
        elif act == 1:
            del out[at : at + draw.randint(1, 40)]
        elif act == 2:
            out[at:at] = out[at : at + draw.randint(1, 200)]
        elif act == 3:
            out[at:at] = draw.choice(_JUNK)
        else:
            out = out[:at]
    return bytes(out)


def read(name: str, data: bytes) -> None:
    """Read a file as an import does; raises for all that an import could not bear."""
    began = time.monotonic()
    for found in read_bytes(name, data):
        assert isinstance(found, Item | Problem | Covered)
        if isinstance(found, Problem):
            assert found.reason
            assert "\n" not in found.reason
        if isinstance(found, Item):
            found.report.text.encode("utf-8")
    assert time.monotonic() - began < SLOWEST


@pytest.mark.parametrize("name", sorted(files()))
def test_a_whole_file_of_each_kind_is_read(name: str) -> None:
    assert any(isinstance(found, Item) for found in read_bytes(name, files()[name])), list(read_bytes(name, files()[name]))


@pytest.mark.parametrize("name", sorted(files()))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_a_damaged_file_ends_in_reports_or_in_reasons(name: str, seed: int) -> None:
    read(name, damage(files()[name], random.Random(seed)))


@pytest.mark.skipif(not SECONDS, reason="a long pass is asked for by TAWTHIQ_FUZZ_SECONDS")
@pytest.mark.parametrize("name", sorted(files()))
def test_damaged_files_at_length(name: str) -> None:
    _long(lambda draw: read(name, damage(files()[name], draw)))


@cache
def words() -> list[str]:
    """Return words of the vocabulary, as they are written, and signs between them."""
    from tawthiq.lexicon.compile import tables

    made = tables()
    known = [*sorted(made["words"])[::7], *[phrase for phrase, _ in made["phrases"]][::11]]
    return [*known, *'،؛.:()«»"?!-–…', "\n", "\n\n", "و", "ال", "12", "٣", "2024-05-01", "\u200f", "#", "@x", "https://a.org", "😀"]


def told(draw: random.Random) -> None:
    """Read claims out of a text thrown together; what they say must stand in it."""
    text = " ".join(draw.choice(words()) for _ in range(draw.randint(1, 120)))
    published = draw.choice((None, "2024-05-01", "2024-02-29T23:59:59+03:00"))
    began = time.monotonic()
    for claim in extract_claims(Report(report="f", text=text, published=published)):
        assert claim.evidence
        assert all(0 <= a < b <= len(text) for a, b in claim.evidence)
        assert all(0 <= t.span[0] < t.span[1] <= len(text) for t in claim.spans or ())
        for row in claim.losses:
            assert row.min is None or row.max is None or row.min <= row.max
        assert claim.time is None or not (claim.time.start and claim.time.end) or claim.time.start <= claim.time.end
    assert time.monotonic() - began < SLOWEST


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_texts_out_of_joint_give_claims_that_stand_in_them(seed: int) -> None:
    told(random.Random(seed))


@pytest.mark.skipif(not SECONDS, reason="a long pass is asked for by TAWTHIQ_FUZZ_SECONDS")
def test_texts_at_length() -> None:
    _long(told)

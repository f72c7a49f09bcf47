"""Sentences with the claims expected, from tests/cases/*.yaml; a linguist adds one without touching code.

A case names a text and what is expected of each claim; what it does not name is not checked. `claims: []` expects none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tawthiq.extract.engine import extract_claims
from tawthiq.model import Claim, Report

CASES = [
    (f"{path.stem}-{number}", case)
    for path in sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))
    for number, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1)
]


def seen(claim: Claim, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what the claim says of the slots that a case names, in the case's shape."""
    out: dict[str, Any] = {}
    for slot in wanted:
        if slot in ("initiators", "targets", "participants"):
            out[slot] = sorted(getattr(claim, slot))
        elif slot == "losses":
            out[slot] = [[loss.who, loss.outcome, loss.min, loss.max] for loss in claim.losses]
        elif slot == "place":
            out[slot] = claim.place.name if claim.place else None
        elif slot == "admin1":
            out[slot] = claim.place.admin1 if claim.place else None
        elif slot == "time":
            out[slot] = [claim.time.start, claim.time.end] if claim.time else [None, None]
        elif slot == "source":
            out[slot] = str(claim.attribution.type)
        elif slot == "count":
            out[slot] = [claim.count.min, claim.count.max] if claim.count else None
        elif slot == "words":
            out[slot] = wanted[slot]
        else:
            out[slot] = str(getattr(claim, slot))
    return out


@pytest.mark.parametrize(("name", "case"), CASES, ids=[name for name, _ in CASES])
def test_case(name: str, case: dict[str, Any]) -> None:
    published = case.get("published", "2023-03-10")
    report = Report(
        report="T",
        source=case.get("from"),
        published=str(published) if published else None,
        title=case.get("title"),
        text=case["text"],
    )
    claims = extract_claims(report)
    for claim in claims:
        for start, end in claim.evidence:
            assert 0 <= start < end <= len(report.text)
    wanted: list[dict[str, Any]] = case["claims"]
    if not wanted:
        assert claims == [], [(c.type, report.text[slice(*c.evidence[0])]) for c in claims]
        return
    left = list(claims)
    for expected in wanted:
        want = {k: sorted(v) if k in ("initiators", "targets", "participants") else v for k, v in expected.items()}
        match = next((c for c in left if seen(c, want) == want), None)
        near = next((seen(c, want) for c in left if c.type == want.get("type")), None)
        assert match is not None, f"expected {want}\nnearest {near}\nall {[c.type for c in claims]}"
        if "words" in expected:
            assert any(str(expected["words"]) in report.text[start:end] for start, end in match.evidence)
        left.remove(match)
    if case.get("no_more", False):
        assert left == [], [c.type for c in left]

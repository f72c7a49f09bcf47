"""The registry of actors: what the codebook asks for, who belonged to whom when, and what a project adds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tawthiq.extract.engine import extract_claims
from tawthiq.lexicon.additions import ACTORS, use_additions
from tawthiq.lexicon.registry import code_at, periods, registry
from tawthiq.model import Report


def test_the_registry_is_wide_and_every_row_has_a_source() -> None:
    actors = registry().values()
    assert len(actors) >= 50 + 250
    assert all(a.ar and a.en and a.source for a in actors)
    assert {"armed-group", "militia", "state-forces", "media", "organisation", "tribe"} <= {a.kind for a in actors}


@pytest.mark.parametrize(
    ("actor", "day", "code"),
    [
        ("general-security", "2023-05-01", "hts"),
        ("general-security", "2025-02-01", "syrian-transitional"),
        ("jaysh-al-islam", "2015-01-01", "opposition-factions"),
        ("jaysh-al-islam", "2020-01-01", "sna"),
        ("hamza-division", "2022-01-01", "sna"),
        ("hamza-division", "2025-06-01", "syrian-transitional"),
        ("branch-215", "2013-01-01", "military-intelligence"),
        ("republican-guard", None, "syrian-army"),
        ("reuters", "2020-01-01", None),
        ("nobody-knows", "2020-01-01", None),
    ],
)
def test_an_actor_is_coded_as_what_it_belonged_to_on_the_day(actor: str, day: str | None, code: str | None) -> None:
    assert code_at(actor, day) == code


def test_periods_follow_one_another_without_a_gap() -> None:
    for actor in registry():
        found = periods(actor)
        assert all(a.until == b.since and a.code != b.code for a, b in pairwise(found)), actor


def test_partisan_words_are_marked() -> None:
    partisan = {n for a in registry().values() for n in a.partisan}
    assert {"شبيحة", "فلول النظام البائد"} <= partisan


def claims(text: str, published: str) -> list[tuple[tuple[str, ...], list[str | None]]]:
    found = extract_claims(Report(report="R", source="منصة مختلقة", language="ar", published=published, text=text))
    return [(c.initiators, [t.registry for t in c.spans or () if t.slot == "initiators"]) for c in found]


def test_a_claim_is_coded_by_the_codebook_and_keeps_the_exact_actor() -> None:
    assert claims("اعتقل الأمن العام ثلاثة شبان في إدلب.", "2023-05-01") == [(("hts",), ["general-security"])]
    assert claims("اعتقل الأمن العام ثلاثة شبان في إدلب.", "2025-05-01") == [(("syrian-transitional",), ["general-security"])]


@pytest.fixture
def names(tmp_path: Path) -> Iterator[Path]:
    use_additions(tmp_path)
    yield tmp_path
    use_additions(None)


def write(folder: Path, *rows: dict[str, object]) -> None:
    (folder / ACTORS).write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")


def test_a_projects_actor_is_read_after_it_was_added(names: Path) -> None:
    text = "هاجمت سرايا الوعد المختلق حاجزاً لقسد قرب الميادين."
    assert claims(text, "2022-03-01")[0][0] == ()
    write(names, {"do": "add", "id": "waad", "kind": "armed-group", "ar": "سرايا الوعد المختلق", "parents": "sna", "by": "t"})
    assert claims(text, "2022-03-01") == [(("sna",), ["waad"])]
    write(
        names,
        {"do": "add", "id": "waad", "kind": "armed-group", "ar": "سرايا أخرى مختلقة", "parents": "sna", "by": "t"},
        {"do": "alias", "id": "waad", "name": "سرايا الوعد المختلق", "by": "t"},
    )
    assert claims(text, "2022-03-01") == [(("sna",), ["waad"])]


def test_a_merged_actor_hands_its_names_on(names: Path) -> None:
    write(
        names,
        {"do": "add", "id": "waad", "kind": "militia", "ar": "لواء مختلق", "by": "t"},
        {"do": "merge", "id": "waad", "into": "sdf", "by": "t"},
        {"do": "merge", "id": "not-there", "into": "sdf", "by": "t"},
    )
    assert "waad" not in registry()
    assert "لواء مختلق" in registry()["sdf"].names


def test_a_broken_line_of_the_ledger_is_passed_over(names: Path) -> None:
    (names / ACTORS).write_text('{"do": "add"\n[1]\n', encoding="utf-8")
    assert "isis" in registry()

"""Linking in a project: what comes late is linked as if it had come at once, ids stay, and all that is derived can be made again."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from tawthiq.link.incidents import link_claims
from tawthiq.link.told import Told
from tawthiq.link.weights import weights
from tawthiq.linking import link_pending
from tawthiq.model import Claim, Incident
from tawthiq.store import Pending
from tests.link.test_incidents import JASIM, SHADDADAH, told

if TYPE_CHECKING:
    from tawthiq.workspace.store import DjangoStore


def put(store: DjangoStore, rows: Sequence[Told], vocabulary: str = "v1") -> None:
    """Store reports with given claims, as a run does."""
    from django.utils import timezone

    from tawthiq.workspace.models import Acquisition, ReportRow

    acquisition, _ = Acquisition.objects.get_or_create(
        number=1, defaults={"sha256": "0", "name": "x", "method": "file", "size": 1, "acquired_at": timezone.now(), "tool": "t"}
    )
    by_report: dict[str, list[Told]] = {}
    for row in rows:
        by_report.setdefault(row.report.report, []).append(row)
    for name, mine in by_report.items():
        report = mine[0].report
        stored, _ = ReportRow.objects.get_or_create(
            report=name,
            defaults={
                "acquisition": acquisition, "given": name, "digest": "d", "reader": "r", "source": report.source or "",
                "published": report.published or "", "compared": True, "data": report.model_dump(mode="json", exclude_defaults=True),
            },
        )  # fmt: skip
        store.claim([(Pending(stored.pk, report, name), [t.claim for t in mine])], vocabulary)


def link(store: DjangoStore) -> list[Incident]:
    link_pending(store, weights())
    return store.incidents()


def groups(incidents: Sequence[Incident]) -> set[tuple[str, ...]]:
    return {i.claims for i in incidents}


def scattered(seed: int, count: int = 60) -> list[Told]:
    """Return claims of a few places, days, actors and types, so that many may be one occurrence."""
    random_ = random.Random(seed)
    return [
        told(
            f"r{number}",
            type_=random_.choice(("ied", "attack", "shelling", "arrest")),
            place=random_.choice((SHADDADAH, JASIM, None)),
            day=random_.choice(("2023-05-15", "2023-05-16", "2023-05-18", None)),
            killed=random_.choice((None, 2, 3, 5)),
            initiators=random_.choice(((), ("isis",), ("unknown-gunmen",))),
            targets=random_.choice((("sdf",), ("syrian-army",), ())),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_what_comes_late_is_linked_as_if_it_had_come_at_once(store: DjangoStore, seed: int) -> None:
    rows = scattered(seed)
    expected = groups(link_claims(rows))
    random.Random(seed).shuffle(rows)
    for start in range(0, len(rows), 7):
        put(store, rows[start : start + 7])
        link(store)
    assert groups(store.incidents()) == expected
    assert any(len(claims) > 1 for claims in expected)


def test_a_claim_that_goes_leaves_the_others_as_without_it(store: DjangoStore) -> None:
    rows = scattered(9)
    put(store, rows)
    link(store)
    gone = rows[:20]
    for row in gone:
        store.claim([(Pending(key(row), row.report, ""), [])], "v2")
    assert groups(link(store)) == groups(link_claims(rows[20:]))


def key(row: Told) -> int:
    from tawthiq.workspace.models import ReportRow

    return int(ReportRow.objects.get(report=row.report.report).pk)


def test_an_id_stays_while_claims_are_added_and_one_that_went_leads_on(store: DjangoStore) -> None:
    put(store, [told("m"), told("z", day="2023-05-18")])
    first, second = (next(i for i in link(store) if claim in i.claims) for claim in ("m.1", "z.1"))
    put(store, [told("a")])
    link(store)
    kept = store.incident(first.id)
    assert kept is not None
    assert (kept.id, kept.claims) == (first.id, ("a.1", "m.1"))
    # The day of one turns out to be that of the other: two incidents become one, and the younger id leads to the older.
    put(store, [told("z", day="2023-05-15")], "v2")
    link(store)
    assert store.went(second.id) == first.id
    found = store.incident(second.id)
    assert found is not None
    assert found.claims == ("a.1", "m.1", "z.1")
    # It parts again, and its own id is back.
    put(store, [told("z", day="2023-05-18")], "v3")
    link(store)
    found = store.incident(second.id)
    assert found is not None
    assert (found.id, found.claims, store.went(second.id)) == (second.id, ("z.1",), None)


def test_an_incident_whose_claims_are_all_gone_says_so(store: DjangoStore) -> None:
    row = told("a")
    put(store, [row])
    (incident,) = link(store)
    store.claim([(Pending(key(row), row.report, ""), [])], "v2")
    assert link(store) == []
    assert store.went(incident.id) == ""
    assert store.incident(incident.id) is None
    assert store.went("I0000000000") is None


def test_new_weights_link_everything_anew(store: DjangoStore) -> None:
    put(store, [told("a"), told("b")])
    assert len(link(store)) == 1
    harder = weights().model_copy(update={"version": "harder", "threshold": 60.0})
    link_pending(store, harder)
    assert len(store.incidents()) == 2
    assert store.made_with("weights") == harder.mark


def test_what_is_derived_is_made_again_to_the_same_bytes(store: DjangoStore) -> None:
    from tawthiq.workspace.models import IncidentRow

    def bytes_() -> str:
        return json.dumps(list(IncidentRow.objects.order_by("id").values_list("id", "type", "data")))

    rows = scattered(3)
    put(store, rows)
    link(store)
    before = bytes_()
    store.drop_derived()
    assert store.incidents() == []
    put(store, rows)
    link(store)
    assert bytes_() == before


def test_a_near_copy_is_no_origin_of_its_own(store: DjangoStore) -> None:
    from tawthiq.workspace.models import ReportRow

    put(store, [told("a"), told("b")])
    assert link(store)[0].origins == 2
    ReportRow.objects.update(signature=b"", compared=True)
    store.mark([(key(told("b")), b"x", (), [key(told("a"))])])
    (incident,) = link(store)
    assert (incident.origins, incident.corroboration) == (1, "single-source")


def test_claims_of_other_kinds_wait_for_nothing(store: DjangoStore) -> None:
    from tawthiq.model import Kind
    from tawthiq.workspace.models import ClaimRow

    row = told("a")
    tally: Claim = row.claim.model_copy(update={"kind": Kind.TALLY})
    put(store, [Told(row.report, tally)])
    assert link(store) == []
    assert not ClaimRow.objects.filter(linking__lt=ClaimRow.DONE).exists()

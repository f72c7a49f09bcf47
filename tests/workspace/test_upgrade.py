"""A project that an older version made: what pages ask for is derived when it is first served."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.usefixtures("opened")


def test_what_pages_ask_for_is_derived_anew_to_the_same(client: Callable[..., Client], filled: Path) -> None:
    from tawthiq.workspace import fulltext
    from tawthiq.workspace.derived import refresh_all, up_to_date
    from tawthiq.workspace.models import ClaimRow, DecisionReport, DecisionRow, IncidentRow, IncidentTag, Mark

    browser = client("reviewer")
    browser.post("/claims/ex01.1/decide/", {"kind": "edit", "slot": "type", "value": '"shelling"'})
    browser.post("/claims/ex01.2/decide/", {"kind": "reject"})
    browser.post("/claims/ex01.3/decide/", {"kind": "accept"})
    browser.post("/queue/undo/")

    def derived() -> list[object]:
        return [
            list(ClaimRow.objects.order_by("id").values_list("key", "state", "rank", "edited")),
            list(
                IncidentRow.objects.order_by("id").values_list("id", "start", "end", "corroboration", "review", "admin1", "place")
            ),
            sorted(IncidentTag.objects.values_list("incident", "kind", "value")),
            sorted(DecisionReport.objects.values_list("decision__decision", "report")),
            sorted(DecisionRow.objects.values_list("decision", "refers")),
        ]

    before = derived()
    ClaimRow.objects.update(state="", rank=None, edited=None)
    IncidentRow.objects.update(start=None, end=None, corroboration="", review="", admin1="", place="")
    IncidentTag.objects.all().delete()
    DecisionReport.objects.all().delete()
    DecisionRow.objects.update(refers="")
    fulltext.forget_claims()
    Mark.objects.filter(name="pages").delete()
    assert not up_to_date()
    refresh_all()
    assert up_to_date()
    assert derived() == before
    assert 'class="incident-line"' in client("reader").get("/search/", {"q": "سفوهن"}).content.decode()

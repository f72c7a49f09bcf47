"""An incident: its merged slots with what is behind each, who tells it, what may be the same, and what people decide about it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tawthiq.link.decisions import REVIEWS
from tawthiq.link.explain import Explanation, explain
from tawthiq.link.weights import project_weights
from tawthiq.model import Incident
from tawthiq.workspace import LINKING_FOLDER, deciding, drawing, project, publishing, reading
from tawthiq.workspace.access import me_of, page_context
from tawthiq.workspace.models import IncidentRow
from tawthiq.workspace.store import DjangoStore
from tawthiq.workspace.views.errors import plain_errors

SLOTS = ("types", "initiators", "targets", "participants", "places", "days", "modalities", "grades")


@plain_errors
def incident(request: HttpRequest, name: str) -> HttpResponse:
    """Show an incident; an id that is no longer in use leads to the incident that took its claims."""
    row = deciding.incident_row(name)
    if row.id != name:
        return redirect("incident", name=row.id)
    made = Incident.model_validate(row.data)
    rows = reading.claims_of(made)
    told = [(one, reading.told(one)) for one in rows]
    words = page_context(request)["w"]
    ledger = reading.decided(rows)
    context = {
        "incident": made,
        "slots": [(slot, getattr(made, slot)) for slot in SLOTS if getattr(made, slot)],
        "claims": told,
        "numbers": {one.key: number for number, (one, _) in enumerate(told, 1)},
        "sources": reading.independence(made, rows),
        "map": drawing.place(made.place, words),
        "matches": reading.matches(made, rows),
        "decisions": ledger,
        "open_ids": made.conflicts,
        "reviews": REVIEWS,
        "withheld": publishing.withheld_of(made.claims),
    }
    return render(request, "workspace/incident.html", context)


def _after(request: HttpRequest, row: IncidentRow, what: str) -> HttpResponse:
    request.noted = what  # type: ignore[attr-defined]
    return redirect("incident", name=row.id)


def reason_of(request: HttpRequest) -> str | None:
    """Return the reason that a person gave, None where they gave none."""
    return request.POST.get("reason", "").strip()[:500] or None


@plain_errors
def review(request: HttpRequest, name: str) -> HttpResponse:
    """Judge an incident."""
    status = request.POST.get("status", "")
    return _after(request, deciding.review(me_of(request), name, status, reason_of(request)), f"{name} {status}")


@plain_errors
def merge(request: HttpRequest, name: str) -> HttpResponse:
    """Put an incident together with another."""
    other = request.POST.get("other", "").strip()
    return _after(request, deciding.merge(me_of(request), name, other, reason_of(request)), f"{name} {other}")


@plain_errors
def split(request: HttpRequest, name: str) -> HttpResponse:
    """Part some claims from the others."""
    claims = request.POST.getlist("claim")
    row, parted = deciding.split(me_of(request), name, claims, reason_of(request))
    return _after(request, row, f"{name} {' '.join(parted)}")


@plain_errors
def not_the_same(request: HttpRequest, name: str) -> HttpResponse:
    """Say that two incidents are two."""
    other = request.POST.get("other", "").strip()
    return _after(request, deciding.not_the_same(me_of(request), name, other, reason_of(request)), f"{name} {other}")


@plain_errors
def settle(request: HttpRequest) -> HttpResponse:
    """Say which of contradicting decisions holds."""
    decision = request.POST.get("decision", "")
    deciding.settle(me_of(request), decision, reason_of(request))
    request.noted = decision  # type: ignore[attr-defined]
    onward = request.POST.get("next", "")
    return redirect(onward if onward.startswith(("/incidents/", "/claims/")) else "overview")


def explained(first: str, second: str) -> Explanation:
    """Return how likely two claims tell one occurrence; raises Gone for one that is not there, ValueError for no event."""
    store = DjangoStore()
    found = [store.told_of(name) for name in (first, second)]
    for name, one in zip((first, second), found, strict=True):
        if one is None:
            raise deciding.Gone(name)
    one, other = found
    assert one is not None
    assert other is not None
    return explain(one, other, project_weights(project() / LINKING_FOLDER))


@plain_errors
def waterfall(request: HttpRequest) -> HttpResponse:
    """Show what speaks for and against two claims telling one occurrence, weight by weight."""
    made = explained(request.GET.get("first", ""), request.GET.get("second", ""))
    words = page_context(request)["w"]
    return render(request, "workspace/waterfall.html", {"made": made, "chart": drawing.waterfall(made, words)})

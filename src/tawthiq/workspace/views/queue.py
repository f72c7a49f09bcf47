"""The queue: a claim beside the report that tells it, its slots, and what a person decides."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from tawthiq.model import Claim, Report, Span
from tawthiq.workspace import deciding, reading, suggestions
from tawthiq.workspace.access import me_of, page_context
from tawthiq.workspace.coding import codebook
from tawthiq.workspace.models import ClaimRow
from tawthiq.workspace.views.errors import plain_errors
from tawthiq.workspace.views.incidents import reason_of

_SKIPPED = 100


@plain_errors
def queue(request: HttpRequest) -> HttpResponse:
    """Show the claim that is next for this person."""
    row = deciding.next_claim(me_of(request), request.session.get("skipped", []))
    if row is None and request.session.pop("skipped", None):
        row = deciding.next_claim(me_of(request))
    if row is None:
        return render(request, "workspace/queue_done.html", {"left": ClaimRow.objects.filter(rank__isnull=False).count()})
    return _show(request, row, in_queue=True)


@plain_errors
def claim(request: HttpRequest, key: str) -> HttpResponse:
    """Show a claim that is asked for by its id."""
    return _show(request, deciding.claim_row(key), in_queue=False)


def _show(request: HttpRequest, row: ClaimRow, *, in_queue: bool) -> HttpResponse:
    me = me_of(request)
    shown = reading.shown_claim(row)
    report = Report.model_validate(row.report.data)
    holder = None
    if me.may("reviewer"):
        holder = reading.holder(row)
        holder = None if holder == me.login else holder
    context = {
        "row": row,
        "claim": shown,
        "before": Claim.model_validate(row.data) if row.edited else None,
        "report": report,
        "pieces": reading.pieces(report.text, shown),
        "slots": reading.SLOTS,
        "shown_slots": slots_of(shown),
        "holder": holder,
        "may_decide": me.may("reviewer") and holder is None,
        "in_queue": in_queue,
        "left": ClaimRow.objects.filter(rank__isnull=False).count(),
        "decisions": reading.decided([row]),
        "open_ids": reading.contradicting(row),
        "last": deciding.last_decision(me) if me.may("reviewer") else None,
        "book": codebook(),
    }
    return render(request, "workspace/claim.html", context)


def slots_of(shown: Claim) -> list[tuple[int, str, bool]]:
    """Return the slots to show as (key, name, whether something is said): empty roles and counts of other kinds give way."""
    out = []
    for number, slot in enumerate(reading.SLOTS, 1):
        said = bool(getattr(shown, slot))
        if slot != "count" or said or shown.kind == "tally":
            out.append((number % 10, slot, said))
    return out


def _span(request: HttpRequest, given: Any) -> Span | None:
    start, end = given.get("span_start", ""), given.get("span_end", "")
    if not start or not end:
        return None
    if not (start.isdecimal() and end.isdecimal()):
        raise ValueError("the words selected are not in the text")
    return int(start), int(end)


@plain_errors
def slot(request: HttpRequest, key: str, slot: str) -> HttpResponse:
    """Show what a slot may be set to: suggestions with their digit keys, and a form for what none of them says."""
    row = deciding.claim_row(key)
    report = Report.model_validate(row.report.data)
    shown = reading.shown_claim(row)
    span = _span(request, request.GET)
    typed = request.GET.get("typed", "")[:200]
    words = page_context(request)["w"]
    found = suggestions.suggest(slot, report, shown, reading.neighbours(row), words, span=span, typed=typed)
    rows = [loss.model_dump(mode="json") for loss in shown.losses] if slot == "losses" else []
    who = dict.fromkeys([*shown.targets, *shown.participants, *shown.initiators, *(r["who"] for r in rows if r["who"])])
    context = {
        "row": row,
        "claim": shown,
        "slot": slot,
        "in_queue": request.GET.get("in_queue") == "1",
        "span": span,
        "selected": report.text[slice(*span)] if span else "",
        "typed": typed,
        "suggestions": [
            {"number": n, "one": one, "value": json.dumps(one.value, ensure_ascii=False)} for n, one in enumerate(found, 1)
        ],
        "rule": codebook()["slots"][slot],
        "loss_rows": [*rows, {}, {}],
        "who": list(who),
        "outcomes": ("killed", "wounded", "captured", "missing", "displaced", "detained"),
        "statuses": ("reported", "unquantified", "unknown", "none"),
    }
    return render(request, "workspace/slot.html", context)


@plain_errors
def decide(request: HttpRequest, key: str) -> HttpResponseBase:
    """Decide about a claim; from the queue the next one follows."""
    row = deciding.claim_row(key)
    given = request.POST
    kind = given.get("kind", "")
    name = given.get("slot") or None
    value = _value(given, kind, name)
    made = deciding.decide(
        me_of(request), row, kind, slot=name, old=given.get("old") or None, value=value, span=_span(request, given),
        reason=reason_of(request),
    )  # fmt: skip
    request.noted = f"{key} {kind} {name or ''} {made.id}"  # type: ignore[attr-defined]
    if given.get("in_queue") == "1":
        return redirect("queue")
    return redirect("claim", key=key)


def _value(given: Any, kind: str, slot: str | None) -> Any:
    """Return the value of a decision: of a suggestion as JSON, of a form by its fields."""
    if kind not in ("edit", "name-actor", "pick-place", "grade-information", "settle-forecast"):
        return None
    if given.get("form") == "time":
        return suggestions.time_value(given.get("start", "").strip(), given.get("end", "").strip())
    if given.get("form") == "losses":
        return _loss_rows(given)
    if given.get("form") == "count":
        return _bounds(given.get("min", ""), given.get("max", "")) | {"approx": given.get("approx") == "on" or None}
    try:
        return json.loads(given.get("value", "null"))
    except (ValueError, RecursionError):
        raise ValueError(f"{slot or kind}: the value cannot be read") from None


def _loss_rows(given: Any) -> list[dict[str, Any]]:
    out = []
    for outcome, who, low, high, status in zip(
        *(given.getlist(field) for field in ("outcome", "who", "min", "max", "status")), strict=False
    ):
        if outcome:
            out.append({"outcome": outcome, "who": who or None, "status": status or "reported", **_bounds(low, high)})
    return out


def _bounds(low: str, high: str) -> dict[str, int | None]:
    for said in (low, high):
        if said.strip() and not said.strip().isdecimal():
            raise ValueError(f"a number is expected, not {said!r}")
    bounds = {"min": int(low) if low.strip() else None, "max": int(high) if high.strip() else None}
    if bounds["min"] is not None and bounds["max"] is not None and bounds["min"] > bounds["max"]:
        raise ValueError("the least number is above the most")
    return bounds


@plain_errors
def skip(request: HttpRequest) -> HttpResponse:
    """Leave the claim before one to others, and go on to the next."""
    me = me_of(request)
    mine = me.leases.order_by("-until").first()
    if mine is not None:
        request.session["skipped"] = [*request.session.get("skipped", []), mine.claim_id][-_SKIPPED:]
        deciding.let_go(me)
    return redirect("queue")


@plain_errors
def undo(request: HttpRequest) -> HttpResponse:
    """Take back a decision of one's own, the last when none is named, and go to what it was about."""
    before = deciding.undo(me_of(request), request.POST.get("decision") or None)
    request.noted = before.id  # type: ignore[attr-defined]
    if before.kind in ("merge", "split", "not-the-same", "review") or not before.anchors:
        onward = request.POST.get("next", "")
        return redirect(onward if onward.startswith("/incidents/") else "overview")
    anchor = before.anchors[0]
    for row in ClaimRow.objects.filter(report__report=anchor.report, report__current=True).order_by("number"):
        if row.kind == str(anchor.kind) and tuple(map(tuple, row.data["evidence"])) == anchor.evidence:
            return redirect("claim", key=row.key)
    return redirect("report", name=anchor.report)

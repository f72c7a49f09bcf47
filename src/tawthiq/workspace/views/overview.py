"""The week at a glance."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tawthiq.workspace import drawing, reading
from tawthiq.workspace.access import page_context
from tawthiq.workspace.search import read_day
from tawthiq.workspace.views.errors import plain_errors


@plain_errors
def overview(request: HttpRequest) -> HttpResponse:
    """Show a week: `week` is a day of it; the last one of the record when left out."""
    given = request.GET.get("week", "")
    start = reading.monday(read_day(given, "week")) if given else reading.latest_week()
    week = reading.week(start)
    words = page_context(request)["w"]
    return render(
        request,
        "workspace/overview.html",
        {
            "week": week,
            "query": week.query(),
            "chart": drawing.days(week, words),
            "families": drawing.families(week),
            "map": drawing.spots(week.spots, week.query(), words),
            "before": (start - timedelta(days=7)).isoformat(),
            "after": (start + timedelta(days=7)).isoformat(),
        },
    )

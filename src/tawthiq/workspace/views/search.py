"""Search: incidents by words and facets, as a list, on a map, over time, or taken out as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render

from tawthiq.publish.outlines import governorates_geojson
from tawthiq.workspace import drawing
from tawthiq.workspace import search as searching
from tawthiq.workspace.access import page_context
from tawthiq.workspace.views.errors import plain_errors

_MOST_PAGES = 400


@plain_errors
def search(request: HttpRequest) -> HttpResponse:
    """Show what a query finds."""
    query = searching.read_query(request.GET)
    view = request.GET.get("view", "list")
    if view not in searching.VIEWS:
        raise ValueError(f"view: one of {', '.join(searching.VIEWS)}, not {view!r}")
    result = searching.Result(query)
    total, facets = result.facets()
    pages = max(1, min(_MOST_PAGES, -(-total // searching.PAGE)))
    said = request.GET.get("page", "1")
    number = min(max(int(said), 1), pages) if said.isdecimal() else 1
    words = page_context(request)["w"]
    context: dict[str, Any] = {
        "query": query,
        "tail": query.link(),
        "pairs": query.pairs(q=None, start=None, end=None, sort=None),
        "view": view,
        "views": searching.VIEWS,
        "total": total,
        "facets": [
            {
                "field": facet.field,
                "values": [
                    {"value": v, "count": n, "chosen": v in getattr(query, facet.field), "link": query.toggled(facet.field, v)}
                    for v, n in facet.values
                ],
            }
            for facet in facets
        ],
        "page": number,
        "pages": pages,
        "sorts": searching.SORTS,
    }
    if view == "list":
        context["incidents"] = result.page(number)
    elif view == "map":
        found, unplaced = result.spots()
        context |= {"map": drawing.spots(found, query, words), "spots": found[:60], "unplaced": unplaced}
        context["spot_links"] = [(spot, query.link(place=(spot.place,))) for spot in found[:60]]
    else:
        unit, rows = result.timeline()
        totals: dict[str, int] = {}
        for at, _, n in rows:
            totals[at] = totals.get(at, 0) + n
        context |= {"chart": drawing.timeline(unit, rows, query, words), "unit": unit, "totals": sorted(totals.items())}
    return render(request, "workspace/search.html", context)


@plain_errors
def search_map(request: HttpRequest) -> HttpResponse:
    """Return the places of what a query finds, for the map that can be moved."""
    query = searching.read_query(request.GET)
    found, unplaced = searching.Result(query).spots()
    words = page_context(request)["w"]
    spots = [
        {
            "name": spot.name, "lat": spot.lat, "lon": spot.lon, "km": drawing.RADIUS.get(spot.level, 4.0), "count": spot.count,
            "contested": spot.contested, "text": f"{spot.name}: {words.plural('incidents', spot.count)}",
            "link": f"/search/?{query.link(place=(spot.place,))}",
        }
        for spot in found
    ]  # fmt: skip
    return JsonResponse({"spots": spots, "unplaced": unplaced})


def outlines(request: HttpRequest) -> HttpResponse:
    """Return the outlines of the governorates."""
    response = JsonResponse(governorates_geojson())
    response["Cache-Control"] = "private, max-age=86400"
    return response


@plain_errors
def export(request: HttpRequest) -> HttpResponseBase:
    """Hand out just what a query finds."""
    form = request.GET.get("format", "csv")
    query = searching.read_query(request.GET)
    rows = searching.export(query, form)
    request.noted = f"{form} {query.link()}"  # type: ignore[attr-defined]
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    response = StreamingHttpResponse(rows, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="incidents.{form}"'
    return response

"""What the record says of actors, places and sources, and what sources think, foresee and count."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tawthiq.analyse.appearances import SETTLED_DAYS
from tawthiq.lexicon.registry import KINDS, Actor, periods, registry
from tawthiq.lexicon.sources import added_place_rows, place_rows
from tawthiq.link.decisions import LETTERS
from tawthiq.model import EVENT_TYPES, TYPES_OF_KIND, Incident, Kind, Level, Place
from tawthiq.resolve.actors import find
from tawthiq.resolve.gazetteer import places_of
from tawthiq.text.normalise import fold
from tawthiq.workspace import answers, deciding, drawing, names, trials
from tawthiq.workspace.access import me_of, page_context
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import Answer, ClaimRow, DecisionRow, ReportRow
from tawthiq.workspace.reading import told
from tawthiq.workspace.search import Query, incidents
from tawthiq.workspace.store import DjangoStore
from tawthiq.workspace.views.errors import plain_errors
from tawthiq.workspace.views.incidents import reason_of

PAGE = 40
_LATEST = 12


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"workspace/{template}.html", context | {"fresh": _fresh(request), "as_of": answers.when()})


def _fresh(request: HttpRequest) -> bool:
    """See to it, once a page, that answers are fresh or will be; say which."""
    if not hasattr(request, "answers_fresh"):
        request.answers_fresh = answers.keep_fresh(me_of(request).login)  # type: ignore[attr-defined]
    return bool(request.answers_fresh)  # type: ignore[attr-defined]


def _paged(request: HttpRequest, kind: str) -> Any:
    _fresh(request)
    rows = Answer.objects.filter(kind=kind).order_by("number").values_list("data", flat=True)
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def _latest(query: Query) -> tuple[list[Incident], int]:
    rows = incidents(query)
    latest = rows.order_by(F("start").desc(nulls_last=True), "id").values_list("data", flat=True)
    return [Incident.model_validate(data) for data in latest[:_LATEST]], rows.count()


# --- actors -----------------------------------------------------------------------------------------------------------


@plain_errors
def actors(request: HttpRequest) -> HttpResponse:
    """List the actors of the record, those of most incidents first, or those of a name."""
    q = request.GET.get("q", "").strip()[:120]
    matches = find(q, limit=20) if q else []
    named = [(match, registry()[match.actor]) for match in matches if match.actor in registry()]
    return _shown(request, "actors", {"found": _paged(request, "actor"), "q": q, "named": named})


@plain_errors
def actor(request: HttpRequest, key: str) -> HttpResponse:
    """Show an actor: names, to whom it belonged when, and what the record holds of it."""
    known: Actor | None = registry().get(key)
    _fresh(request)
    found = answers.of("actor", key)
    if known is None and not found:
        raise Gone(key)
    row = found[0] if found else None
    latest, count = _latest(Query(actor=(key,)))
    appeared = answers.of("appearance", key)
    context = {
        "key": key,
        "known": known,
        "tenures": [(t, registry().get(t.actor)) for t in known.parents] if known else [],
        "periods": periods(key) if known else [],
        "children": sorted(a.id for a in registry().values() if any(t.actor == key for t in a.parents)),
        "row": row,
        "appearances": [(a, a["days_of_record"] < SETTLED_DAYS) for a in appeared],
        "silence": next(iter(answers.of("silence", key)), None),
        "latest": latest,
        "count": count,
        "link": urlencode({"actor": key}),
        "own": [r for r in names.kept(trials.folder()) if key in (r.get("id"), r.get("into"))],
        "others": sorted(registry()),
    }
    return _shown(request, "actor", context)


# --- places -----------------------------------------------------------------------------------------------------------


@plain_errors
def places(request: HttpRequest) -> HttpResponse:
    """List the places of the record, those of most incidents first, or those of a name."""
    q = request.GET.get("q", "").strip()[:120]
    return _shown(request, "places", {"found": _paged(request, "place"), "q": q, "named": places_of(q) if q else ()})


@plain_errors
def place(request: HttpRequest, key: str) -> HttpResponse:
    """Show a place: where it lies, how exactly it is known, others of its name, and its incidents."""
    known = _place_row(key)
    _fresh(request)
    found = answers.of("place", key)
    if known is None and not found:
        raise Gone(key)
    row = found[0] if found else None
    name = str(known[1]) if known else str(row and row["name"])
    latest, count = _latest(Query(place=(key,)))
    shown = next((one.place for one in latest if one.place is not None and one.place.lat is not None), None)
    words = page_context(request)["w"]
    if shown is None and known is not None:
        shown = Place(
            name=name, level=Level(known[4]), admin1=known[5][:4] or None, code=key, lat=float(known[6]), lon=float(known[7])
        )
    context = {
        "key": key,
        "name": name,
        "known": known,
        "row": row,
        "homonyms": [c for c in places_of(name) if c.code != key],
        "map": drawing.place(shown, words),
        "latest": latest,
        "count": count,
        "link": urlencode({"place": key}),
    }
    return _shown(request, "place", context)


def _place_row(code: str) -> list[str] | None:
    for rows in (place_rows(), added_place_rows()):
        for _, _, cells in rows:
            if cells[0] == code:
                return cells
    return None


# --- sources ----------------------------------------------------------------------------------------------------------


@plain_errors
def sources(request: HttpRequest) -> HttpResponse:
    """List the sources with how often each was alone, corroborated, contested, corrected and first."""
    found = _paged(request, "source")
    grades = _grades()
    return _shown(request, "sources", {"found": found, "listed": [(row, grades.get(row["name"])) for row in found]})


@plain_errors
def source(request: HttpRequest, key: str) -> HttpResponse:
    """Show a source: its figures, its grade, who gave it and why, and its latest reports."""
    _fresh(request)
    found = answers.of("source", key)
    reports = ReportRow.objects.filter(source=key, current=True).order_by("-id")
    count = reports.count()
    if not found and not count:
        raise Gone(key)
    given = [row.data for row in DecisionRow.objects.filter(kind="grade-source").order_by("-id") if row.data.get("source") == key]
    context = {
        "key": key,
        "row": found[0] if found else None,
        "grade": _grades().get(key),
        "given": given,
        "letters": list(LETTERS),
        "reports": reports.only("report", "published", "data")[:_LATEST],
        "count": count,
        "link": urlencode({"source": key}),
        "scores": answers.of("score", key),
        "tallies": answers.of("tally", key),
    }
    return _shown(request, "source", context)


def _grades() -> dict[str, str]:
    """Return the grades that linking holds to: kept with what was linked, so that no page replays the ledger."""
    kept: dict[str, str] = json.loads(DjangoStore().made_with("grades") or "{}")
    return kept


@plain_errors
def grade(request: HttpRequest, key: str) -> HttpResponse:
    """Grade a source by the Admiralty code."""
    value = request.POST.get("grade", "")
    deciding.grade_source(me_of(request), key, value, reason_of(request))
    request.noted = f"{key} {value}"  # type: ignore[attr-defined]
    return redirect("source", key=key)


# --- what sources think, foresee and count ----------------------------------------------------------------------------


def _quoted(keys: list[str]) -> list[Any]:
    rows = ClaimRow.objects.filter(key__in=keys, report__current=True).select_related("report", "report__copy_of").order_by("id")
    return [(row, told(row)) for row in rows]


@plain_errors
def hypotheses(request: HttpRequest) -> HttpResponse:
    """Show what sources say that actors want, can do or stand behind, who says so and who denies it, with indicators beside it."""
    found = _paged(request, "hypothesis")
    listed = [(row, _quoted(row["claims"][:6]), _quoted(row["denied"][:6])) for row in found]
    return _shown(request, "hypotheses", {"found": found, "listed": listed})


@plain_errors
def forecasts(request: HttpRequest) -> HttpResponse:
    """Show forecasts with what came, settle them, and how each source's did."""
    found = _paged(request, "forecast")
    rows = {row.key: (row, one) for row, one in _quoted([row["claim"] for row in found])}
    listed = [(row, rows.get(row["claim"])) for row in found]
    return _shown(request, "forecasts", {"found": found, "listed": listed, "scores": answers.of("score")})


@plain_errors
def settle(request: HttpRequest) -> HttpResponse:
    """Say whether a forecast came true."""
    row = deciding.claim_row(request.POST.get("claim", ""))
    value = request.POST.get("outcome", "")
    made = deciding.decide(me_of(request), row, "settle-forecast", value=value, reason=reason_of(request))
    deciding.let_go(me_of(request))
    request.noted = f"{row.key} {value} {made.id}"  # type: ignore[attr-defined]
    return redirect("forecasts")


@plain_errors
def tallies(request: HttpRequest) -> HttpResponse:
    """Set what sources count beside what is documented, with where to look for what is missing."""
    found = _paged(request, "tally")
    rows = {row.key: (row, one) for row, one in _quoted([row["claim"] for row in found])}
    listed = [(row, rows.get(row["claim"]), _missing(row, rows.get(row["claim"]))) for row in found]
    undocumented = next(iter(answers.of("undocumented")), None)
    return _shown(request, "tallies", {"found": found, "listed": listed, "undocumented": undocumented})


def _missing(tally: dict[str, Any], row: Any) -> str:
    """Return the tail of the search in which what a tally misses would be found."""
    pairs: list[tuple[str, str]] = []
    if tally["type"] in EVENT_TYPES:
        pairs.append(("type", tally["type"]))
    if row is not None:
        claim = row[1].claim
        pairs += [("actor", a) for a in (*claim.initiators, *claim.participants)]
        if claim.place is not None and claim.place.admin1:
            pairs.append(("admin1", claim.place.admin1))
    pairs += [(field, tally[field]) for field in ("start", "end") if tally[field]]
    return urlencode(pairs)


# --- the project's own vocabulary -------------------------------------------------------------------------------------


@plain_errors
def vocabulary(request: HttpRequest) -> HttpResponse:
    """Show names that nobody knows, what the project added, and the forms to try an actor, a name, a place or a verb."""
    if request.method == "POST":
        job = trials.ask(me_of(request), {k: v for k, v in request.POST.dict().items() if k != "csrfmiddlewaretoken"})
        request.noted = str(job.given["row"])  # type: ignore[attr-defined]
        return redirect("job", key=job.pk)
    _fresh(request)
    gone = names.left(trials.folder())
    context = {
        "candidates": [row for row in answers.of("candidate") if fold(row["name"]) not in gone and not find_exact(row["name"])],
        "unplaced": answers.of("unplaced"),
        "own": names.kept(trials.folder()),
        "kinds": KINDS,
        "actors": sorted(registry()),
        "levels": list(Level),
        "forms": names.FORMS,
        "frames": names.FRAMES,
        "types": sorted(TYPES_OF_KIND[Kind.EVENT]),
        "outcomes": names.OUTCOMES,
        "given": request.GET,
    }
    return _shown(request, "vocabulary", context)


def find_exact(name: str) -> bool:
    """Say whether a name is that of an actor by now."""
    return any(match.score == 1 for match in find(name, limit=1))


@plain_errors
def leave(request: HttpRequest) -> HttpResponse:
    """Say that a name is no actor."""
    name = request.POST.get("name", "")
    trials.add(me_of(request), {"do": "leave", "name": name})
    request.noted = name  # type: ignore[attr-defined]
    return redirect("vocabulary")


@plain_errors
def reread(request: HttpRequest) -> HttpResponse:
    """Read the stored reports with the vocabulary as it is."""
    return redirect("job", key=trials.reread(me_of(request)).pk)

"""Reports: the original beside the text that was read from it, custody, versions, claims, and adding one that was missed."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from tawthiq.archive.originals import Originals
from tawthiq.model import TYPES_OF_KIND, Kind, Modality, Report, SourceType
from tawthiq.workspace import deciding, project, reading
from tawthiq.workspace.access import me_of
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import Acquisition, ReportRow
from tawthiq.workspace.search import read_day
from tawthiq.workspace.views.errors import plain_errors

PAGE = 30
# So much of an original is shown as text; the whole can be taken out.
_SHOWN = 60_000
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_MOST_PIXELS = 40_000_000


@plain_errors
def reports(request: HttpRequest) -> HttpResponse:
    """List the reports, the latest first, of words and of a source."""
    q, source = request.GET.get("q", "")[:300], request.GET.get("source", "")
    rows = reading.report_rows(q, source).select_related("acquisition")
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "workspace/reports.html", {"found": found, "q": q, "source": source, "sources": reading.sources()})


@plain_errors
def claims(request: HttpRequest) -> HttpResponse:
    """List claims by what holds of them, their kind, and the days on which their reports came."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    if state and state not in reading.STATES:
        raise ValueError(f"state: one of {', '.join(reading.STATES)}, not {state!r}")
    if kind and kind not in set(Kind):
        raise ValueError(f"kind: one of {', '.join(Kind)}, not {kind!r}")
    since, until = (read_day(said, field) if (said := request.GET.get(field, "")) else None for field in ("since", "until"))
    rows = reading.claim_rows(state, kind, since, until)
    everything = not (state or kind or since or until)
    pages = reading.Counted(rows, PAGE, reading.claim_count()) if everything else Paginator(rows, PAGE)
    found = pages.get_page(request.GET.get("page"))
    listed = [(row, reading.told(row)) for row in found]
    context = {"found": found, "listed": listed, "state": state, "kind": kind, "since": since, "until": until}
    lists = {"states": reading.STATES, "kinds": list(Kind)}
    return render(request, "workspace/claims.html", {**context, **lists})


@plain_errors
def report(request: HttpRequest, name: str) -> HttpResponse:
    """Show a report: what was kept beside what was read, and all its claims."""
    said = request.GET.get("version", "")
    row = reading.report_row(name, int(said) if said.isdecimal() else None)
    record = Report.model_validate(row.data)
    about = reading.report_about(row)
    evidence = [span for one in about["claims"] if one.state != "rejected" for span in reading.shown_claim(one).evidence]
    context = {
        "row": row,
        "report": record,
        "pieces": reading.marked(record.text, evidence),
        "claims": [(one, reading.shown_claim(one)) for one in about["claims"]],
        **{k: about[k] for k in ("versions", "copies", "observed")},
        "original": _original_text(row),
        "picture": Path(row.acquisition.name).suffix.lower() in _PICTURES,
        "types": [(kind, sorted(TYPES_OF_KIND[kind])) for kind in Kind],
        "modalities": list(Modality),
        "attributions": list(SourceType),
    }
    return render(request, "workspace/report.html", context)


def _kept(row: ReportRow) -> Path | None:
    try:
        return Originals(project() / "archive").find(row.acquisition.sha256)
    except FileNotFoundError:
        return None


def _original_text(row: ReportRow) -> str | None:
    """Return the beginning of an original that holds this report alone and is text; None for another."""
    path = _kept(row)
    if path is None or row.acquisition.reports > 1:
        return None
    with path.open("rb") as file:
        data = file.read(_SHOWN)
    if b"\x00" in data[:2000]:
        return None
    return data.decode("utf-8", "replace")


def download(row: ReportRow) -> HttpResponseBase:
    """Return an original as a file to be kept, never as something that a browser opens; raises Gone for one that is not there."""
    path = _kept(row)
    if path is None:
        raise Gone(row.acquisition.sha256)
    name = re.sub(r"[^\w.\- ]", "_", Path(row.acquisition.name).name)[-120:] or "original"
    response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename=\"original\"; filename*=UTF-8''{quote(name)}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@plain_errors
def original(request: HttpRequest, name: str) -> HttpResponseBase:
    """Hand out the original of a report."""
    row = reading.report_row(name)
    request.noted = f"{name} {row.acquisition.sha256}"  # type: ignore[attr-defined]
    return download(row)


@plain_errors
def preview(request: HttpRequest, name: str) -> HttpResponse:
    """Show a picture that was archived, drawn anew so that nothing else comes with it."""
    from PIL import Image, UnidentifiedImageError

    row = reading.report_row(name)
    path = _kept(row)
    if path is None or Path(row.acquisition.name).suffix.lower() not in _PICTURES:
        raise Gone(name)
    try:
        # Formats that others draw for Pillow, by a program of their own, are not opened.
        with Image.open(path, formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise Gone(name)
            picture.thumbnail((1400, 1400))
            out = io.BytesIO()
            picture.convert("RGB").save(out, "PNG")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Gone(name) from None
    response = HttpResponse(out.getvalue(), content_type="image/png")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@plain_errors
def add_claim(request: HttpRequest, name: str) -> HttpResponse:
    """Add a statement that was missed, by the words that say it."""
    row = reading.report_row(name)
    kind, _, type_ = request.POST.get("type", "").partition("/")
    if kind not in set(Kind) or type_ not in TYPES_OF_KIND[Kind(kind)]:
        raise ValueError("type: choose one")
    spans = [
        (int(a), int(b))
        for a, b in zip(request.POST.getlist("span_start"), request.POST.getlist("span_end"), strict=False)
        if a.isdecimal() and b.isdecimal()
    ]
    slots: dict[str, Any] = {"modality": request.POST.get("modality") or "asserted"}
    attribution = request.POST.get("attribution") or "outlet"
    mention = request.POST.get("mention", "").strip()[:200] or None
    slots["attribution"] = {"type": attribution, "mention": mention}
    made = deciding.add_claim(me_of(request), Report.model_validate(row.data), kind, type_, spans, slots)
    request.noted = f"{name} {made.id}"  # type: ignore[attr-defined]
    return redirect("claim", key=f"{name}.{made.id}")


def acquisition_about(acquisition: Acquisition) -> dict[str, Any]:
    """Return the custody of a file."""
    return {
        "number": acquisition.number,
        "sha256": acquisition.sha256,
        "name": acquisition.name,
        "method": acquisition.method,
        "size": acquisition.size,
        "acquired_at": acquisition.acquired_at.isoformat(),
        "tool": acquisition.tool,
    }

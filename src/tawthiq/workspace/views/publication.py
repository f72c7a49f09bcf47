"""Publishing: profiles, what is held back and why, preview, release, withdrawing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe

from tawthiq.workspace import project, publishing
from tawthiq.workspace.access import me_of
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import Job, Withheld
from tawthiq.workspace.views.errors import plain_errors

EXACTNESS = ("town", "subdistrict", "district", "governorate")
_TEXT = ("title_ar", "title_en", "publisher", "base_url", "licence", "tiles")
_YES = ("quotes", "sources", "urls", "details", "estimates")


@plain_errors
def publish(request: HttpRequest) -> HttpResponse:
    """Show the releases and the profiles, and ask for a preview of the next one."""
    me = me_of(request)
    if request.method == "POST":
        said = request.POST
        job = publishing.ask(me, said.get("profile", ""), said.get("start", "").strip(), said.get("end", "").strip())
        request.noted = f"preview {said.get('profile', '')}"  # type: ignore[attr-defined]
        return redirect("job", key=job.pk)
    profiles = publishing.profiles()
    asked = request.GET.get("profile", "")
    editing = asked if asked in profiles else publishing.CAREFUL
    edited = profiles[editing]
    context = {
        "profiles": profiles,
        "editing": editing,
        "edited": edited,
        "text_fields": [(field, getattr(edited, field)) for field in _TEXT],
        "yes_fields": [(field, getattr(edited, field)) for field in _YES],
        "exactness": EXACTNESS,
        "releases": publishing.publication(),
        "withheld": Withheld.objects.order_by("-at"),
    }
    return render(request, "workspace/publish.html", context)


@plain_errors
def release(request: HttpRequest) -> HttpResponse:
    """Publish what a preview showed, as of today."""
    me = me_of(request)
    key = request.POST.get("preview", "")
    shown = Job.objects.filter(pk=key, kind="preview", state="done").first() if key.isdecimal() and len(key) < 18 else None
    if shown is None:
        raise Gone(key)
    given = shown.given
    job = publishing.ask_release(me, shown)
    request.noted = f"{given['profile']} {given.get('start') or ''} {given.get('end') or ''}".strip()  # type: ignore[attr-defined]
    return redirect("job", key=job.pk)


@plain_errors
def profile(request: HttpRequest) -> HttpResponse:
    """Keep a profile."""
    said = request.POST
    name = said.get("name", "").strip()
    days = said.get("delay_days", "").strip()
    if not days.isdecimal():
        raise ValueError(f"delay_days: a number is expected, not {days!r}")
    values = {field: said.get(field, "").strip() for field in _TEXT} | {field: said.get(field) == "on" for field in _YES}
    values |= {field: said.get(field, "") for field in ("exactness", "sensitive_exactness", "unreviewed")}
    publishing.save_profile(name, values | {"delay_days": int(days)})
    request.noted = f"{name} {values} {days}"  # type: ignore[attr-defined]
    return redirect(f"/publish/?profile={name}")


@plain_errors
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take a release away."""
    number = request.POST.get("number", "")
    if not number.isdecimal():
        raise ValueError(f"number: a number is expected, not {number!r}")
    publishing.withdraw_release(int(number[:9]), request.POST.get("reason", ""), request.POST.get("profile", publishing.CAREFUL))
    request.noted = f"{number} {request.POST.get('reason', '')}"  # type: ignore[attr-defined]
    return redirect("publish")


@plain_errors
def withhold(request: HttpRequest) -> HttpResponse:
    """Keep an incident out of every further release, or let it in again."""
    name = request.POST.get("incident", "").strip()
    if request.POST.get("out") == "1":
        publishing.let_out(name)
    else:
        publishing.withhold(me_of(request), name, request.POST.get("reason", ""))
    request.noted = f"{name} {request.POST.get('reason', '')}".strip()  # type: ignore[attr-defined]
    onward = request.POST.get("next", "")
    return redirect(onward if onward.startswith(("/incidents/", "/jobs/")) and "//" not in onward else "publish")


@plain_errors
def site(request: HttpRequest) -> HttpResponseBase:
    """Hand out the public site as a zip: static files that any web server can hold."""
    out = project() / publishing.FOLDER
    if not out.is_dir():
        raise Gone("publication")
    request.noted = "site.zip"  # type: ignore[attr-defined]
    response = StreamingHttpResponse(_zipped(out), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="site.zip"'
    return response


class _Pipe(io.RawIOBase):
    """Takes what a zip writes and hands it on, so that no more than a file is in memory at once."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: object) -> int:
        """Take bytes."""
        taken = bytes(data)  # type: ignore[call-overload]
        self.waiting += taken
        return len(taken)


def _zipped(folder: Path) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and not any(part.startswith(".") for part in name.parts):
                packed.write(path, str(name))
                yield bytes(pipe.waiting)
                pipe.waiting.clear()
    yield bytes(pipe.waiting)


def safe_map(job: Job) -> str:
    """Return the map of a preview: drawn by this program, every text in it escaped."""
    return mark_safe(str(job.result.get("map", "")))  # noqa: S308

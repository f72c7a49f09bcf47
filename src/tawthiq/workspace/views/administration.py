"""Administration: backups and bringing one back, sources that are polled with their state, and all long work."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from tawthiq.archive.seal import SHORTEST
from tawthiq.workspace import jobs, keeping, polling
from tawthiq.workspace.access import me_of
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import Job, Mark
from tawthiq.workspace.views.errors import plain_errors
from tawthiq.workspace.worker import EVERY

PAGE = 30


@plain_errors
def administration(request: HttpRequest) -> HttpResponse:
    """Show backups, sources and long work."""
    mark = Mark.objects.filter(name=EVERY).first()
    listed, wrong = polling.listed()
    context: dict[str, Any] = {
        "backups": [(path.name, path.stat().st_size) for path in keeping.backups()],
        "shortest": SHORTEST,
        "sources": listed,
        "sources_wrong": wrong,
        "kinds": polling.KINDS,
        "hours": mark.value if mark is not None else "0",
        "found": Paginator(Job.objects.order_by("-id"), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "workspace/administration.html", context)


@plain_errors
def backup(request: HttpRequest) -> HttpResponse:
    """Ask for a sealed backup."""
    job = keeping.ask_backup(me_of(request), request.POST.get("passphrase", ""), request.POST.get("again", ""))
    return redirect("job", key=job.pk)


@plain_errors
def take_backup(request: HttpRequest, name: str) -> HttpResponseBase:
    """Hand out a sealed backup."""
    path = keeping.backup_named(name)
    if path is None:
        raise Gone(name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="application/octet-stream")


@plain_errors
def restore(request: HttpRequest) -> HttpResponse:
    """Bring a backup back beside the project."""
    file = request.FILES.get("file")
    taken = file if isinstance(file, TemporaryUploadedFile) else None
    job = keeping.ask_restore(me_of(request), taken, request.POST.get("passphrase", ""))
    request.noted = job.given["name"]  # type: ignore[attr-defined]
    return redirect("job", key=job.pk)


@plain_errors
def sources(request: HttpRequest) -> HttpResponse:
    """Add a source that is polled, or take one out."""
    said = request.POST
    if said.get("remove"):
        polling.remove(said["remove"])
        request.noted = f"- {said['remove']}"  # type: ignore[attr-defined]
    else:
        polling.add(said.get("kind", ""), said.get("at", ""), said.get("name", ""), said.get("follow") == "on")
        request.noted = f"+ {said.get('kind', '')} {said.get('at', '')}"  # type: ignore[attr-defined]
    return redirect("administration")


@plain_errors
def collect(request: HttpRequest) -> HttpResponse:
    """Poll the sources now, or set after how many hours they are polled."""
    if "hours" in request.POST:
        hours = polling.collected_every(request.POST.dict())
        Mark.objects.update_or_create(name=EVERY, defaults={"value": str(hours)})
        request.noted = f"every {hours} hours"  # type: ignore[attr-defined]
        return redirect("administration")
    return redirect("job", key=jobs.start_once("collect", me_of(request).login).pk)

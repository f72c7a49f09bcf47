"""Bringing reports in, and long work: what was dropped, the columns of tables, how far a job is, what it could not read."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tawthiq.archive.readers.rows import FIELDS
from tawthiq.workspace import bringing, jobs, trials
from tawthiq.workspace.access import me_of
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import Job, Person
from tawthiq.workspace.views.errors import plain_errors
from tawthiq.workspace.views.publication import safe_map

PAGE = 30
# Work that only an admin sees.
_ADMINS = ("backup", "restore")


def job_of(key: int, person: Person) -> Job:
    """Return a job that a person may see; raises Gone."""
    found = Job.objects.filter(pk=key).first() if key < 2**62 else None
    if found is None or (found.kind in _ADMINS and not person.may("admin")):
        raise Gone(str(key))
    return found


def _mine(key: int, person: Person) -> Job:
    """Return a job that a person may stop and do again: who may ask for its kind; raises Gone."""
    found = job_of(key, person)
    if found.kind == "collect" and not person.may("admin"):
        raise Gone(str(key))
    return found


@plain_errors
def bring(request: HttpRequest) -> HttpResponse:
    """Take dropped files, or show the form and what was brought in before."""
    me = me_of(request)
    if request.method == "POST":
        files = [file for file in request.FILES.getlist("files") if isinstance(file, TemporaryUploadedFile)]
        job = bringing.drop(me, files, request.POST.getlist("path"), request.POST.dict())
        request.noted = f"{job.pk}: {len(files)} files"  # type: ignore[attr-defined]
        return redirect("columns" if job.state == "asked" else "job", key=job.pk)
    rows = Job.objects.filter(kind__in=("import", "collect")).order_by("-id")
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "workspace/import.html", {"found": found})


@plain_errors
def columns(request: HttpRequest, key: int) -> HttpResponse:
    """Ask which column of each table holds what, and begin."""
    job = job_of(key, me_of(request))
    if job.kind != "import" or job.state != "asked":
        return redirect("job", key=key)
    tables = bringing.tables_of(job)
    wrong = ""
    if request.method == "POST":
        said = {
            table["name"]: {field: request.POST.get(f"{number}-{field}", "") for field in FIELDS}
            for number, table in enumerate(tables)
        }
        try:
            bringing.map_columns(job, said, request.POST.get("order", ""))
            return redirect("job", key=key)
        except ValueError as error:
            wrong = str(error)
            for table in tables:
                table["known"] = {f: c for f, c in said[table["name"]].items() if c}
    context = {"job": job, "tables": tables, "fields": FIELDS, "wrong": wrong, "order": request.POST.get("order", "")}
    return render(request, "workspace/columns.html", context, status=400 if wrong else 200)


@plain_errors
def job(request: HttpRequest, key: int) -> HttpResponse:
    """Show how far a job is; asked by the page itself it is told without what stands around."""
    found = job_of(key, me_of(request))
    moving = found.state in ("waiting", "running")
    context: dict[str, Any] = {
        "job": found,
        "moving": moving,
        "share": round(100 * found.done / found.total) if found.total else None,
        "ahead": Job.objects.filter(state__in=("waiting", "running"), pk__lt=found.pk).count() if found.state == "waiting" else 0,
    }
    if found.kind == "preview" and found.state == "done":
        context["map"] = safe_map(found)
    if not request.headers.get("HX-Request"):
        return render(request, "workspace/job.html", context)
    if moving:
        return render(request, "workspace/job_state.html", context)
    # What came of it is a page of its own.
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


@plain_errors
def stop(request: HttpRequest, key: int) -> HttpResponse:
    """Ask a job to end."""
    found = _mine(key, me_of(request))
    jobs.stop(found)
    return redirect("job", key=key)


@plain_errors
def again(request: HttpRequest, key: int) -> HttpResponse:
    """Do a job again that failed or was stopped."""
    found = _mine(key, me_of(request))
    if found.state not in ("failed", "stopped"):
        raise Gone(str(key))
    Job.objects.filter(pk=key).update(tries=0, stopping=False, error="", stage="", done=0, total=None)
    jobs.enqueue(found)
    return redirect("job", key=key)


@plain_errors
def keep(request: HttpRequest, key: int) -> HttpResponse:
    """Keep an addition that was tried, and read the stored reports with it."""
    me = me_of(request)
    found = job_of(key, me)
    trials.keep(me, found)
    request.noted = str(found.given["row"])  # type: ignore[attr-defined]
    made = trials.reread(me)
    return redirect("job", key=made.pk)

"""People and roles, and the log of who changed and took out what."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tawthiq.workspace import people as persons
from tawthiq.workspace.access import me_of
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import AuditEntry, Person
from tawthiq.workspace.views.errors import plain_errors

PAGE = 50


@plain_errors
def people(request: HttpRequest) -> HttpResponse:
    """List the people; an invitation for another is shown once."""
    if request.method != "POST":
        return _people(request)
    role, login = request.POST.get("role", ""), request.POST.get("login", "").strip()
    secret = persons.invite(role, by=me_of(request).login, login=login)
    request.noted = f"invited {role} {login}".strip()  # type: ignore[attr-defined]
    return _people(request, secret)


def _people(request: HttpRequest, secret: str = "", whose: str = "") -> HttpResponse:
    link = request.build_absolute_uri(f"/invitation/{secret}/") if secret else ""
    invited = persons.open_invitations().select_related("person").order_by("until")
    context = {"people": Person.objects.order_by("login"), "roles": Person.ROLES, "link": link, "whose": whose, "invited": invited}
    response = render(request, "workspace/people.html", context)
    if link:
        response["Cache-Control"] = "no-store"
    return response


def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Undo an invitation that was not used."""
    persons.open_invitations().filter(pk=key).update(used=True)
    return redirect("people")


@plain_errors
def person(request: HttpRequest, key: int) -> HttpResponse:
    """Change a person's role, close or open an account, or make a link to set a password anew."""
    found = Person.objects.filter(pk=key).first()
    if found is None:
        raise Gone(str(key))
    if "reset" in request.POST:
        secret = persons.invite(found.role, found, by=me_of(request).login)
        request.noted = f"{found.login} reset"  # type: ignore[attr-defined]
        return _people(request, secret, found.login)
    active = request.POST.get("active") == "on"
    persons.change_role(found, request.POST.get("role", ""), active)
    request.noted = f"{found.login} {request.POST.get('role', '')} {'' if active else 'closed'}".strip()  # type: ignore[attr-defined]
    return redirect("people")


@plain_errors
def audit(request: HttpRequest) -> HttpResponse:
    """Show who changed and took out what, the latest first."""
    rows = AuditEntry.objects.order_by("-id")
    by, action = request.GET.get("by", ""), request.GET.get("action", "")
    rows = rows.filter(by=by) if by else rows
    rows = rows.filter(action=action) if action else rows
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = Person.objects.order_by("login").values_list("login", flat=True)
    actions = AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct()
    return render(request, "workspace/audit.html", {"found": found, "by": by, "action": action, "names": names, "actions": actions})

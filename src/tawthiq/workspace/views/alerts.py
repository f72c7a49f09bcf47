"""Saved searches, what they told, and their feeds."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tawthiq.publish.feeds import atom
from tawthiq.workspace import alerts
from tawthiq.workspace.access import me_of
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import Alert, SavedSearch
from tawthiq.workspace.views.errors import plain_errors
from tawthiq.workspace.words import PageWords

PAGE = 40
_FED = 100


@plain_errors
def searches(request: HttpRequest) -> HttpResponse:
    """Show one's saved searches and what they told; keep another."""
    me = me_of(request)
    secret, made = "", None
    if request.method == "POST":
        said = request.POST
        made, secret = alerts.save(
            me, said.get("name", ""), said.get("query", ""), said.getlist("alert"), said.get("channel", ""), said.get("address", "")
        )
        request.noted = f"{made.name}: {made.query} {' '.join(made.alerts)} {made.channel}"  # type: ignore[attr-defined]
        if not secret:
            return redirect("searches")
    found = Paginator(alerts.latest(me), PAGE).get_page(request.GET.get("page"))
    words = PageWords("en" if me.language == "en" else "ar", me.digits)
    context = {
        "found": found,
        "listed": [(one, alerts.text_of(one, words), alerts.link_of(one)) for one in found],
        "saved": [(one, alerts.found_by(one).count()) for one in me.searches.order_by("-id")],
        "kinds": alerts.KINDS,
        "channels": alerts.CHANNELS,
        "mail": not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"),
        "query": request.GET.get("query", ""),
        "feed": f"{settings.ADDRESS}/alerts/{secret}.atom" if made is not None and made.channel == "atom" else "",
        "secret": secret if made is not None and made.channel == "webhook" else "",
    }
    response = render(request, "workspace/searches.html", context)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


@plain_errors
def saved(request: HttpRequest, key: int) -> HttpResponse:
    """Lead to what a saved search of one's own finds, of the week asked for or of all days."""
    found = me_of(request).searches.filter(pk=key).first() if key < 2**62 else None
    if found is None:
        raise Gone(str(key))
    return redirect(alerts.address_of(found, request.GET.get("week", "")))


@plain_errors
def forget(request: HttpRequest, key: int) -> HttpResponse:
    """Give a saved search of one's own up, with its feed."""
    if not me_of(request).searches.filter(pk=key).delete()[0]:
        raise Gone(str(key))
    return redirect("searches")


def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Return what a saved search told as Atom (RFC 4287), to who knows the address."""
    search: SavedSearch | None = alerts.feed_of(secret)
    if search is None:
        return HttpResponse(status=404, content_type="text/plain")
    words = PageWords("en" if search.person.language == "en" else "ar")
    rows = Alert.objects.filter(search=search, before=False).select_related("search").order_by("-id")[:_FED]
    tag = f"tag:tawthiq.invalid,{search.made:%Y-%m-%d}:{search.digest[:16]}"
    entries = [
        {
            "id": f"{tag}:{row.pk}", "title": words.name("alert", row.kind), "updated": row.at.isoformat(),
            "text": alerts.text_of(row, words), "link": f"{settings.ADDRESS}{alerts.link_of(row)}",
        }
        for row in rows
    ]  # fmt: skip
    updated = (rows[0].at if rows else search.made).isoformat()
    title = f"{words('brand')}: {words('alerts')} {search.pk}"
    body = atom(entries, key=tag, title=title, author=words("brand"), updated=updated, language=words.language)
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    return response

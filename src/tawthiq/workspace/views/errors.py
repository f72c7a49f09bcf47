"""What is shown when something cannot be shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.words import PageWords

View = Callable[..., HttpResponseBase]


def show(request: HttpRequest, title: str, text: str, status: int, detail: str = "") -> HttpResponse:
    """Return a page that says in one line what is wrong; JSON where a program asked."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": detail or PageWords("en")(title)}, status=status)
    return render(request, "workspace/error.html", {"title_key": title, "text_key": text, "detail": detail}, status=status)


def plain_errors(view: View) -> View:
    """Answer what is not there with 404, and what cannot be used with 400 and the line that says why."""

    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: Any, **keywords: Any) -> HttpResponseBase:
        try:
            return view(request, *arguments, **keywords)
        except Gone as error:
            return show(request, "gone", "gone_text", 404, str(error))
        except ValueError as error:
            return show(request, "unusable", "unusable_text", 400, str(error))
        except DataError:
            # A sign that the database takes in no text, such as NUL on PostgreSQL.
            return show(request, "unusable", "unusable_text", 400, "a sign in it cannot be stored")

    return wrapped


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that a request cannot be used."""
    return show(request, "unusable", "unusable_text", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that a page is not for this person."""
    return show(request, "refused", "refused_text", 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form came from elsewhere or is too old."""
    return show(request, "stale", "stale_text", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page."""
    return show(request, "gone", "gone_text", 404)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that the program failed; what happened is in its log."""
    return show(request, "failed", "failed_text", 500)

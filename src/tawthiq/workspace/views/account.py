"""Coming in and oneself: login with a second factor, invitations, language and digits, tokens."""

from __future__ import annotations

from typing import Any

import pyotp
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from tawthiq.workspace import people
from tawthiq.workspace.access import locked_out, me_of, note
from tawthiq.workspace.models import Person, Token
from tawthiq.workspace.views.errors import plain_errors

THEMES = ("system", "light", "dark")
DIGITS = ("latin", "arabic")


def _onward(request: HttpRequest) -> str:
    """Return where to go after coming in: a page of this site, never another."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None) else "/"


@sensitive_post_parameters("password", "code")
@plain_errors
def login(request: HttpRequest) -> HttpResponseBase:
    """Let somebody in by login and password, and by the code of the second factor where there is one."""
    if request.method != "POST":
        return render(request, "workspace/login.html", {"next": _onward(request)})
    if people.too_many(request):
        return locked_out(request, {})
    given = {"username": request.POST.get("login", "").strip(), "password": request.POST.get("password", "")}
    person = auth.authenticate(request, **given)
    if getattr(request, "axes_locked_out", False):
        return locked_out(request, given)
    if isinstance(person, Person) and person.totp and not people.second_factor_right(person, request.POST.get("code", "")):
        # A wrong code is throttled as a wrong password is, and is told in the same words.
        auth.signals.user_login_failed.send(sender=__name__, credentials={"username": person.login}, request=request)
        if getattr(request, "axes_locked_out", False):
            return locked_out(request, given)
        person = None
    if not isinstance(person, Person):
        return render(request, "workspace/login.html", {"next": _onward(request), "wrong": True}, status=401)
    auth.login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    note(request, "login")
    return HttpResponseRedirect(_onward(request))


def logout(request: HttpRequest) -> HttpResponse:
    """Let somebody out."""
    auth.logout(request)
    return redirect("login")


@sensitive_post_parameters("password", "again")
@plain_errors
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Make the account that a link is for, or set its password anew."""
    found = people.invitation_of(secret)
    context: dict[str, Any] = {"invitation": found, "errors": []}
    if found is None:
        return render(request, "workspace/invitation.html", context, status=404)
    if request.method != "POST":
        return render(request, "workspace/invitation.html", context)
    try:
        if request.POST.get("password") != request.POST.get("again"):
            raise ValueError("passwords_differ")
        language_ = "en" if request.COOKIES.get("language") == "en" else "ar"
        person = people.accept(
            secret, request.POST.get("login", ""), request.POST.get("name", ""), request.POST.get("password", ""), language_
        )
    except ValueError as error:
        context["errors"] = str(error).split("\n")
        return render(request, "workspace/invitation.html", context | {"given": request.POST}, status=400)
    auth.login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    note(request, "invitation", person.login)
    return redirect("overview")


def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages."""
    wanted = request.POST.get("language")
    if wanted not in ("ar", "en"):
        return HttpResponse(status=400)
    if isinstance(request.user, Person):
        Person.objects.filter(pk=request.user.pk).update(language=wanted)
    response = HttpResponseRedirect(_onward(request))
    response.set_cookie(
        "language", wanted, max_age=365 * 86400, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )
    return response


@sensitive_post_parameters("before", "password", "again")
@plain_errors
def account(request: HttpRequest) -> HttpResponse:
    """Show and change how pages are shown to oneself, and one's password."""
    me = me_of(request)
    errors: list[str] = []
    if request.method == "POST" and "password" in request.POST:
        try:
            if not people.guess(request, me, request.POST.get("before", "")):
                if getattr(request, "axes_locked_out", False):
                    return locked_out(request, {})
                raise ValueError("password_wrong")
            if request.POST["password"] != request.POST.get("again"):
                raise ValueError("passwords_differ")
            people.set_password(me, request.POST["password"])
            auth.update_session_auth_hash(request, me)
            request.noted = "password"  # type: ignore[attr-defined]
            return redirect("account")
        except ValueError as error:
            errors = str(error).split("\n")
    elif request.method == "POST":
        digits, theme = request.POST.get("digits", ""), request.POST.get("theme", "")
        if digits not in DIGITS or theme not in THEMES:
            raise ValueError("digits, theme: choose one")
        me.digits, me.theme = digits, theme
        me.name, me.keys = request.POST.get("name", "")[:120], request.POST.get("keys") == "on"
        me.save(update_fields=["digits", "theme", "name", "keys"])
        return redirect("account")
    context = {"errors": errors, "digits": DIGITS, "themes": THEMES, "tokens": me.tokens.order_by("-made"), "scopes": Token.SCOPES}
    return render(request, "workspace/account.html", context, status=400 if errors else 200)


@sensitive_post_parameters("password", "code")
@plain_errors
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set a second factor, or take it away; both ask for the password."""
    me = me_of(request)
    if request.method == "POST":
        if not people.guess(request, me, request.POST.get("password", "")):
            if getattr(request, "axes_locked_out", False):
                return locked_out(request, {})
            return _factor(request, me, ["password_wrong"], 400)
        if me.totp:
            if not people.second_factor_right(me, request.POST.get("code", "")):
                auth.signals.user_login_failed.send(sender=__name__, credentials={"username": me.login}, request=request)
                return _factor(request, me, ["code_wrong"], 400)
            Person.objects.filter(pk=me.pk).update(totp="", step=0)
            request.noted = "removed"  # type: ignore[attr-defined]
            return redirect("account")
        secret = request.session.get("totp", "")
        me.totp = secret
        if not secret or not people.second_factor_right(me, request.POST.get("code", "")):
            return _factor(request, me, ["code_wrong"], 400)
        Person.objects.filter(pk=me.pk).update(totp=secret)
        del request.session["totp"]
        request.noted = "set"  # type: ignore[attr-defined]
        return redirect("account")
    return _factor(request, me, [], 200)


def _factor(request: HttpRequest, me: Person, errors: list[str], status: int) -> HttpResponse:
    there = Person.objects.filter(pk=me.pk).exclude(totp="").exists()
    secret = request.session.setdefault("totp", pyotp.random_base32()) if not there else ""
    picture = people.totp_picture(me.login, secret) if secret else ""
    context = {"errors": errors, "secret": secret, "picture": picture, "there": there}
    return render(request, "workspace/second_factor.html", context, status=status)


@plain_errors
def tokens(request: HttpRequest) -> HttpResponse:
    """Make a token for the API and show it once."""
    if request.method != "POST":
        return redirect("account")
    secret = people.make_token(me_of(request), request.POST.get("name", "").strip() or "-", request.POST.getlist("scope"))
    request.noted = f"made {request.POST.get('name', '')} {' '.join(request.POST.getlist('scope'))}"  # type: ignore[attr-defined]
    response = render(request, "workspace/token.html", {"secret": secret})
    response["Cache-Control"] = "no-store"
    return response


def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Take a token of one's own back."""
    me_of(request).tokens.filter(pk=key).delete()
    return redirect("account")

"""Who may open which page: one table over all pages, kept by one middleware. A page that is not in the table is refused.

What changes something, or takes something out, is entered into the audit log here, so that no page can forget it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation

from tawthiq.workspace.models import AuditEntry, Person, Token
from tawthiq.workspace.words import PageWords

Respond = Callable[[HttpRequest], HttpResponseBase]
SAFE = ("GET", "HEAD", "OPTIONS")
OPEN = "open"
API = "api:"
_USED = 60
# Pages under one heading of the navigation.
_KNOWING = ("actors", "actor", "places", "place", "sources", "source", "hypotheses", "forecasts", "tallies", "vocabulary")


class Rule(NamedTuple):
    """Who may read and write a page (a role and those above it, or OPEN), the scope of a token, whether reading is audited."""

    read: str | None
    write: str | None = None
    scope: str = "decide"
    audited: bool = False


READER, REVIEWER, EDITOR, ADMIN = Person.ROLES

ACCESS: dict[str, Rule] = {
    # Before anybody is known.
    "login": Rule(OPEN, OPEN),
    "invitation": Rule(OPEN, OPEN),
    "language": Rule(None, OPEN),
    # Oneself.
    "logout": Rule(None, READER),
    "account": Rule(READER, READER),
    "second-factor": Rule(READER, READER),
    "tokens": Rule(READER, READER),
    "token-revoke": Rule(None, READER),
    # Reading.
    "overview": Rule(READER),
    "search": Rule(READER),
    "search-map": Rule(READER),
    "outlines": Rule(READER),
    "reports": Rule(READER),
    "report": Rule(READER),
    "preview": Rule(READER),
    "claims": Rule(READER),
    "claim": Rule(READER),
    "incident": Rule(READER),
    "waterfall": Rule(READER),
    "codebook": Rule(READER),
    "practice": Rule(READER, READER),
    # Taking out.
    "search-export": Rule(REVIEWER, audited=True),
    "original": Rule(REVIEWER, audited=True),
    # Deciding.
    "queue": Rule(REVIEWER),
    "queue-skip": Rule(None, REVIEWER),
    "slot": Rule(REVIEWER),
    "decide": Rule(None, REVIEWER),
    "undo": Rule(None, REVIEWER),
    "add-claim": Rule(None, REVIEWER),
    "review-incident": Rule(None, REVIEWER),
    "not-the-same": Rule(None, REVIEWER),
    "merge": Rule(None, EDITOR),
    "split": Rule(None, EDITOR),
    "settle": Rule(None, EDITOR),
    # Knowing.
    "actors": Rule(READER),
    "actor": Rule(READER),
    "places": Rule(READER),
    "place": Rule(READER),
    "sources": Rule(READER),
    "source": Rule(READER),
    "hypotheses": Rule(READER),
    "forecasts": Rule(READER),
    "tallies": Rule(READER),
    "settle-forecast": Rule(None, REVIEWER),
    "grade-source": Rule(None, EDITOR),
    "vocabulary": Rule(REVIEWER, EDITOR),
    "vocabulary-leave": Rule(None, EDITOR),
    "vocabulary-reread": Rule(None, EDITOR),
    # Bringing in, and long work.
    "import": Rule(EDITOR, EDITOR),
    "columns": Rule(EDITOR, EDITOR),
    "job": Rule(EDITOR),
    "job-stop": Rule(None, EDITOR),
    "job-again": Rule(None, EDITOR),
    "trial-keep": Rule(None, EDITOR),
    # Publishing.
    "publish": Rule(EDITOR, EDITOR),
    "release": Rule(None, EDITOR),
    "profile": Rule(None, EDITOR),
    "withdraw": Rule(None, EDITOR),
    "withhold": Rule(None, EDITOR),
    "site": Rule(EDITOR, audited=True),
    # Hearing.
    "searches": Rule(READER, READER),
    "saved-search": Rule(READER),
    "search-forget": Rule(None, READER),
    "alert-feed": Rule(OPEN),  # to who knows its secret
    # Administration.
    "administration": Rule(ADMIN),
    "backup": Rule(None, ADMIN),
    "backup-file": Rule(ADMIN, audited=True),
    "restore": Rule(None, ADMIN),
    "polled-sources": Rule(None, ADMIN),
    "collect": Rule(None, ADMIN),
    # Coding.
    "coding-sets": Rule(REVIEWER, EDITOR),
    "coding-set": Rule(REVIEWER),
    "code": Rule(REVIEWER, REVIEWER),
    # People.
    "people": Rule(ADMIN, ADMIN),
    "person": Rule(None, ADMIN),
    "invitation-revoke": Rule(None, ADMIN),
    "audit": Rule(ADMIN),
    # The API: the scope is that of writing; reading asks for "read".
    "api:openapi-json": Rule(OPEN),
    "api:api-root": Rule(OPEN),  # says that there is nothing
    "api:whoami": Rule(READER),
    "api:overview": Rule(READER),
    "api:search": Rule(READER),
    "api:facets": Rule(READER),
    "api:places": Rule(READER),
    "api:export": Rule(REVIEWER, scope="export", audited=True),
    "api:reports": Rule(READER),
    "api:report": Rule(READER),
    "api:original": Rule(REVIEWER, scope="export", audited=True),
    "api:claims": Rule(READER),
    "api:claim": Rule(READER),
    "api:suggestions": Rule(REVIEWER),
    "api:incident": Rule(READER),
    "api:explain": Rule(READER),
    "api:lease": Rule(None, REVIEWER),
    "api:skip": Rule(None, REVIEWER),
    "api:decide": Rule(None, REVIEWER),
    "api:undo": Rule(None, REVIEWER),
    "api:add_claim": Rule(None, REVIEWER),
    "api:review_incident": Rule(None, REVIEWER),
    "api:not_the_same": Rule(None, REVIEWER),
    "api:merge": Rule(None, EDITOR),
    "api:split": Rule(None, EDITOR),
    "api:settle": Rule(None, EDITOR),
    "api:decisions": Rule(READER),
    "api:codebook": Rule(READER),
    "api:practice": Rule(READER, READER, scope="read"),
    "api:coding_sets": Rule(REVIEWER, EDITOR),
    "api:coding_set": Rule(REVIEWER),
    "api:coding_unit": Rule(REVIEWER, REVIEWER),
    "api:people": Rule(ADMIN, ADMIN, scope="admin"),
    "api:person": Rule(None, ADMIN, scope="admin"),
    "api:invitations": Rule(ADMIN, scope="admin"),
    "api:invitation": Rule(None, ADMIN, scope="admin"),
    "api:audit": Rule(ADMIN, scope="admin"),
}
# Writing that changes nothing that others see.
_UNHEARD = ("language", "practice", "api:practice", "queue-skip", "api:skip", "api:lease", "login", "invitation")


def digest(secret: str) -> str:
    """Return the hash under which a token or an invitation is kept: both are random, so that a fast hash serves."""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer(request: HttpRequest) -> Token | None:
    """Return the token of a request to the API, if its owner may still come in."""
    given = request.headers.get("Authorization", "")
    if not given.startswith("Bearer "):
        return None
    token = Token.objects.select_related("person").filter(digest=digest(given[7:].strip()), person__is_active=True).first()
    now = timezone.now()
    if token is not None and (token.used is None or (now - token.used).total_seconds() > _USED):
        Token.objects.filter(pk=token.pk).update(used=now)
    return token


def me_of(request: HttpRequest) -> Person:
    """Return who asks, where the access table lets in nobody who is not known."""
    assert isinstance(request.user, Person)
    return request.user


def language_of(request: HttpRequest) -> str:
    """Return the language of a page: the person's, else that of the cookie, else Arabic."""
    person = getattr(request, "user", None)
    if isinstance(person, Person):
        return person.language
    return "en" if request.COOKIES.get("language") == "en" else "ar"


class LanguageMiddleware:
    """Sets the language of what Django itself says."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the language of the person."""
        with translation.override(language_of(request)):
            return self.respond(request)


class AccessMiddleware:
    """Lets nobody open what the table does not allow, and enters into the audit log what was changed or taken out."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and note it."""
        before = request.user
        login = before.login if isinstance(before, Person) else ""
        response = self.respond(request)
        match = request.resolver_match
        if match is None or response.status_code >= 400:
            return response
        rule = ACCESS.get(match.view_name)
        wrote = request.method not in SAFE and match.view_name not in _UNHEARD
        if rule is not None and (wrote or rule.audited):
            note(request, match.view_name, getattr(request, "noted", "") or " ".join(map(str, match.kwargs.values())), login)
        if not match.view_name.startswith(API) and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-cache"
        return response

    def process_view(self, request: HttpRequest, view: Any, arguments: Any, keywords: Any) -> HttpResponseBase | None:
        """Refuse what is not allowed before the page is made."""
        assert request.resolver_match is not None
        name = request.resolver_match.view_name
        rule = ACCESS.get(name)
        needed = rule and (rule.read if request.method in SAFE else rule.write)
        if needed == OPEN:
            return None
        if name.startswith(API):
            return _refuse_token(request, rule, needed)
        person = request.user
        if not isinstance(person, Person):
            if request.headers.get("HX-Request"):
                response = HttpResponse(status=204)
                response["HX-Redirect"] = "/login/"
                return response
            return redirect_to_login(request.get_full_path())
        if needed is None:
            return HttpResponse(status=405) if rule is not None else refuse(request)
        return None if person.may(needed) else refuse(request)


def _refuse_token(request: HttpRequest, rule: Rule | None, needed: str | None) -> HttpResponseBase | None:
    token = bearer(request)
    if token is None:
        response = JsonResponse({"detail": "a token is needed: Authorization: Bearer …"}, status=401)
        response["WWW-Authenticate"] = "Bearer"
        return response
    if rule is None or needed is None:
        return JsonResponse({"detail": "not allowed here"}, status=405)
    reading = request.method in SAFE and rule.scope not in ("admin", "export")
    scope = "read" if reading else rule.scope
    if scope not in token.scopes.split() or not token.person.may(needed):
        return JsonResponse({"detail": f"this needs the role {needed} and a token of the scope {scope}"}, status=403)
    request.user = token.person
    request.token = token  # type: ignore[attr-defined]
    return None


def refuse(request: HttpRequest) -> HttpResponse:
    """Say that a page is not for this person."""
    return render(request, "workspace/error.html", {"title_key": "refused", "text_key": "refused_text"}, status=403)


def locked_out(request: HttpRequest, credentials: Any, *arguments: Any) -> HttpResponse:
    """Say that an account's door is closed for a while."""
    return render(request, "workspace/error.html", {"title_key": "locked", "text_key": "locked_text"}, status=429)


def note(request: HttpRequest, action: str, what: str = "", login: str = "") -> None:
    """Enter into the audit log who did what: who asks, else the login given."""
    person = request.user
    by = person.login if isinstance(person, Person) else login
    AuditEntry.objects.create(by=by, action=action, what=what.replace("\0", "")[:2000])


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Return what every page needs: its words, and who looks at it."""
    person = request.user if isinstance(getattr(request, "user", None), Person) else None
    language = language_of(request)
    return {
        "w": PageWords("en" if language == "en" else "ar", person.digits if isinstance(person, Person) else "latin"),
        "person": person,
        "may": {role: isinstance(person, Person) and person.may(role) for role in Person.ROLES},
        "knowing": _KNOWING,
        "here": request.resolver_match.view_name if request.resolver_match else "",
    }

"""What every part of the API shares: tokens, so that no cookie can be abused; errors; pages; how a claim is told.

Lists come in pages of at most 200 with their count; every answer has an ETag; a token may ask so often as TAWTHIQ_API_RATE says
(600 times a minute when left out) and is told with 429 when it asks more often. `openapi.json` describes it and is open to all.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle
from pydantic import Field, JsonValue

from tawthiq import __version__
from tawthiq.model import Claim
from tawthiq.workspace import reading
from tawthiq.workspace.access import bearer
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import ClaimRow, Token

MOST = 200
Number = Annotated[int, Field(ge=1, le=100_000)]
Size = Annotated[int, Field(ge=1, le=MOST)]
Text = Annotated[str, Field(max_length=500)]
Many = Annotated[list[str], Field(default_factory=list, max_length=50)]


class TokenAuth(HttpBearer):
    """The token that the access table let in."""

    def __call__(self, request: HttpRequest) -> Token | None:
        """Return the token of a request."""
        found = getattr(request, "token", None)
        return found if isinstance(found, Token) else bearer(request)

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """Return the token of a request."""
        return bearer(request)


class Throttle(AuthRateThrottle):
    """So often may one token ask."""

    def get_cache_key(self, request: HttpRequest) -> str:
        """Count each token for itself."""
        token = getattr(request, "auth", None)
        return f"api-{token.pk if isinstance(token, Token) else ''}"


class Error(Schema):
    """What is wrong, in one line."""

    detail: str


class Wrong(Schema):
    """What is wrong with the fields of a request."""

    detail: list[dict[str, JsonValue]]


ERRORS: dict[int, Any] = {400: Error, 401: Error, 403: Error, 404: Error, 405: Error, 422: Wrong, 429: Error}
api = NinjaAPI(
    title="Tawthiq",
    version=__version__,
    description="Reports, claims, incidents and decisions of a workspace. Tokens are made on the page of one's account.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=TokenAuth(),
    throttle=[Throttle(settings.API_RATE)],
)


@api.exception_handler(Gone)
def gone(request: HttpRequest, error: Gone) -> JsonResponse:
    """Answer what is not there with 404."""
    return JsonResponse({"detail": f"not here: {error}"}, status=404)


@api.exception_handler(ValueError)
def unusable(request: HttpRequest, error: ValueError) -> JsonResponse:
    """Answer what cannot be used with 400 and the line that says why."""
    return JsonResponse({"detail": str(error)}, status=400)


@api.exception_handler(DataError)
def unstorable(request: HttpRequest, error: DataError) -> JsonResponse:
    """Answer what the database takes in no text, such as NUL on PostgreSQL, with 400."""
    return JsonResponse({"detail": "a sign in it cannot be stored"}, status=400)


def paged(rows: Any, page: int, size: int) -> dict[str, Any]:
    """Return a page of rows, with their count and how many pages there are."""
    count = rows.count()
    return {
        "items": list(rows[(page - 1) * size : page * size]),
        "count": count,
        "page": page,
        "pages": max(1, -(-count // size)),
    }


class ClaimAnswer(Schema):
    """A claim as it stands: `state` is "accepted", "rejected", "open" or "" for not decided; `machine` what was extracted."""

    key: str
    report: str
    source: str | None
    published: str | None
    state: str
    incident: str | None
    waiting: bool
    added: bool
    claim: Claim
    machine: Claim


def claim_answer(row: ClaimRow) -> dict[str, Any]:
    """Return a claim as it is told to a program."""
    return {
        "key": row.key,
        "report": row.report.report,
        "source": row.report.source or None,
        "published": row.report.published or None,
        "state": row.state,
        "incident": row.incident or None,
        "waiting": row.rank is not None,
        "added": row.added,
        "claim": reading.shown_claim(row),
        "machine": Claim.model_validate(row.data),
    }

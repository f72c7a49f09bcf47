"""Who works in a workspace: invitations, second factors, tokens. Secrets are shown once; only their hashes are kept."""

from __future__ import annotations

import re
import secrets
import time
import unicodedata
from collections.abc import Sequence
from datetime import timedelta

import pyotp
import segno
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from tawthiq.workspace.access import digest
from tawthiq.workspace.models import DecisionRow, Invitation, Person, Token

INVITED = timedelta(days=3)
_LOGIN = re.compile(r"[\w.@+-]{2,60}")
_ISSUER = "Tawthiq"


class UnlikeLoginValidator:
    """Refuses a password that holds the login."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ValidationError for a password that holds the login."""
        if user is not None and user.login and user.login.casefold() in password.casefold():
            raise ValidationError(self.get_help_text(), code="password_too_similar")

    def get_help_text(self) -> str:
        """Return what is asked of a password."""
        return gettext("The password is too similar to the %(verbose_name)s.") % {"verbose_name": gettext("username")}


@transaction.atomic
def invite(role: str, person: Person | None = None, *, by: str = "", login: str = "") -> str:
    """Return the secret of a link that makes one account of a role, or sets one's password anew; it holds for three days.

    A new link to a person's password, and a new one for the first account, undo those before. Raises ValueError for a role that
    is none and for a login that cannot be one.
    """
    if role not in Person.ROLES:
        raise ValueError(f"a role is one of {', '.join(Person.ROLES)}, not {role!r}")
    if login and not _LOGIN.fullmatch(login):
        raise ValueError("login_form")
    if login and _taken(login):
        raise ValueError("login_taken")
    if person is not None:
        open_invitations().filter(person=person).update(used=True)
    elif not by:
        open_invitations().filter(by="").update(used=True)
    secret = secrets.token_urlsafe(24)
    until = timezone.now() + INVITED
    Invitation.objects.create(digest=digest(secret), role=role, person=person, by=by, login=login, until=until)
    return secret


def open_invitations() -> QuerySet[Invitation]:
    """Return the invitations that can still be used."""
    return Invitation.objects.filter(used=False, until__gt=timezone.now())


def _alike(login: str) -> str:
    return unicodedata.normalize("NFKC", login).casefold()


def _taken(login: str) -> bool:
    return _alike(login) in {_alike(one) for one in Person.objects.values_list("login", flat=True)}


def _signed(login: str) -> bool:
    """Say whether decisions of the ledger are signed with a name."""
    return _alike(login) in {_alike(one) for one in DecisionRow.objects.order_by().values_list("by", flat=True).distinct()}


def invitation_of(secret: str) -> Invitation | None:
    """Return the invitation of a link, None for one that was used, is too old, or never was."""
    found = open_invitations().select_related("person").filter(digest=digest(secret)).first()
    return None if found is not None and found.person is not None and not found.person.is_active else found


@transaction.atomic
def accept(secret: str, login: str, name: str, password: str, language: str) -> Person:
    """Make the account that an invitation is for, or set its password anew; raises ValueError with what is wrong, a line each."""
    invitation = invitation_of(secret)
    if invitation is None:
        raise ValueError("invitation_gone")
    login = invitation.login or login.strip()
    person = invitation.person or Person(login=login, name=name.strip(), role=invitation.role, language=language)
    if invitation.person is None:
        if not _LOGIN.fullmatch(login):
            raise ValueError("login_form")
        # A name that decisions are signed with is given by an admin, not taken.
        if _taken(login) or (not invitation.login and _signed(login)):
            raise ValueError("login_taken")
    else:
        person.totp, person.step = "", 0
    set_password(person, password)
    # Taken by one alone, should two open the link at once.
    if not Invitation.objects.filter(pk=invitation.pk, used=False).update(used=True):
        raise ValueError("invitation_gone")
    others = Q(person=person) if invitation.person is not None else Q(by="", person=None)
    open_invitations().filter(others).update(used=True)
    return person


def set_password(person: Person, password: str) -> None:
    """Set a password, take back the tokens made under the one before, and save; raises ValueError with what is wrong with it."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ValueError("\n".join(error.messages)) from None
    person.set_password(password)
    person.save()
    person.tokens.all().delete()


def change_role(person: Person, role: str, active: bool) -> None:
    """Give a person another role, or close or open the account; raises ValueError when no admin would be left.

    The open invitations of who is no admin any more, and links to the password of who is closed, are undone.
    """
    if role not in Person.ROLES:
        raise ValueError(f"a role is one of {', '.join(Person.ROLES)}, not {role!r}")
    with transaction.atomic():
        others = Person.objects.select_for_update().filter(role="admin", is_active=True).exclude(pk=person.pk)
        if (role != "admin" or not active) and not others.exists():
            raise ValueError("last_admin")
        Person.objects.filter(pk=person.pk).update(role=role, is_active=active)
        if role != "admin" or not active:
            open_invitations().filter(by=person.login).update(used=True)
        if not active:
            open_invitations().filter(person=person).update(used=True)


def guess(request: HttpRequest, person: Person, password: str) -> bool:
    """Say whether a password is the person's; a wrong one counts for the throttle as one at the door does."""
    return authenticate(request, username=person.login, password=password) is not None


def too_many(request: HttpRequest) -> bool:
    """Say whether so many came to the door in vain from one address that it waits, whatever login they name."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    tries = AccessAttempt.objects.filter(ip_address=request.META.get("REMOTE_ADDR"), attempt_time__gte=since)
    return bool((tries.aggregate(all=Sum("failures_since_start"))["all"] or 0) >= settings.FAILURES_OF_AN_ADDRESS)


def totp_picture(login: str, secret: str) -> str:
    """Return the QR code of a second factor as an SVG data address."""
    return str(segno.make(pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)).svg_data_uri(scale=4, border=2))


def second_factor_right(person: Person, code: str) -> bool:
    """Say whether a code is right now, and was not used before; it is used then."""
    code = code.replace(" ", "")
    factor = pyotp.TOTP(person.totp)
    now = int(time.time()) // factor.interval
    for step in (now, now - 1, now + 1):
        if secrets.compare_digest(factor.generate_otp(step), code.encode("ascii", "replace").decode()) and step > person.step:
            return bool(Person.objects.filter(pk=person.pk, step__lt=step).update(step=step))
    return False


def make_token(person: Person, name: str, scopes: Sequence[str]) -> str:
    """Return a new token of a person; raises ValueError for a scope that is none."""
    wrong = set(scopes) - set(Token.SCOPES)
    if wrong or not scopes:
        raise ValueError(f"scopes are some of {', '.join(Token.SCOPES)}")
    secret = f"twq_{secrets.token_urlsafe(32)}"
    Token.objects.create(person=person, name=name[:80], digest=digest(secret), scopes=" ".join(scopes))
    return secret

"""The API: the codebook, practice, sets coded blind; people and the audit log."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Schema, Status
from pydantic import Field, JsonValue

from tawthiq.model import Span
from tawthiq.workspace import coding, people
from tawthiq.workspace.access import me_of
from tawthiq.workspace.api.base import ERRORS, MOST, Number, Size, Text, api, paged
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import AuditEntry, CodingSet, Person


class Code(Schema):
    """A coded statement, as the form of a page gives it: type as "kind/type", actors by id or name, separated by commas."""

    type: Text
    initiators: Text = ""
    targets: Text = ""
    participants: Text = ""
    place: Text = ""
    start: Text = ""
    end: Text = ""
    killed_min: Text = ""
    killed_max: Text = ""
    wounded_min: Text = ""
    wounded_max: Text = ""
    attribution: Text
    modality: Text


class Marks(Schema):
    """Which slots are as gold has them, gold, and why."""

    right: dict[str, bool]
    gold: dict[str, JsonValue]
    why: dict[str, str]


@api.get("/codebook", response={200: dict[str, dict[str, dict[str, str]]], **ERRORS}, tags=["learning"])
def codebook(request: HttpRequest) -> Any:
    """Return the codebook in both languages."""
    return coding.codebook()


def _exercise(number: int) -> dict[str, Any]:
    found = coding.exercises()
    if not 1 <= number <= len(found):
        raise Gone(str(number))
    return found[number - 1]


@api.get("/practice/{int:number}", response={200: dict[str, str], **ERRORS}, url_name="practice", tags=["learning"])
def practice(request: HttpRequest, number: int) -> Any:
    """Return an invented statement to code."""
    return {name: _exercise(number)[name] for name in ("text", "published", "evidence")}


@api.post("/practice/{int:number}", response={200: Marks, **ERRORS}, url_name="practice", tags=["learning"])
def practice_answer(request: HttpRequest, number: int, code: Code) -> Any:
    """Return how a code compares with gold."""
    exercise = _exercise(number)
    marks = coding.right(coding.read_code(code.model_dump()), exercise["gold"])
    return {"right": marks, "gold": exercise["gold"], "why": exercise["why"]}


class NewSet(Schema):
    """A set to be coded blind."""

    name: Text
    size: Annotated[int, Field(ge=1, le=coding.MOST_UNITS)]
    coders: Annotated[list[str], Field(max_length=50)]


class SetAnswer(Schema):
    """A set: how many statements, how far each coder is, and alpha by slot once all have coded all."""

    id: int
    name: str
    by: str
    units: int
    progress: dict[str, int]
    finished: bool
    alpha: dict[str, float | None] | None


def _set(found: CodingSet) -> dict[str, Any]:
    progress = coding.progress(found)
    done = coding.finished(found)
    return {
        "id": found.pk, "name": found.name, "by": found.by, "units": len(coding.to_code(found)), "progress": progress,
        "finished": done, "alpha": coding.agreement(found) if done else None,
    }  # fmt: skip


def _set_of(key: int) -> CodingSet:
    found = CodingSet.objects.filter(pk=key).first() if key < 2**62 else None
    if found is None:
        raise Gone(str(key))
    return found


@api.get("/coding-sets", response={200: list[SetAnswer], **ERRORS}, url_name="coding_sets", tags=["learning"])
def coding_sets(request: HttpRequest) -> Any:
    """Return the sets that are coded blind."""
    return [_set(one) for one in CodingSet.objects.order_by("-made")[:MOST]]


@api.post("/coding-sets", response={201: SetAnswer, **ERRORS}, url_name="coding_sets", tags=["learning"])
def make_coding_set(request: HttpRequest, wanted: NewSet) -> Any:
    """Draw statements by chance for some people to code."""
    made = coding.make_set(me_of(request), wanted.name, wanted.size, wanted.coders)
    request.noted = f"{made.pk} {made.name}"  # type: ignore[attr-defined]
    return Status(201, _set(made))


@api.get("/coding-sets/{int:key}", response={200: SetAnswer, **ERRORS}, tags=["learning"])
def coding_set(request: HttpRequest, key: int) -> Any:
    """Return a set."""
    return _set(_set_of(key))


class Unit(Schema):
    """A statement to code: its number in the set, and what a coder sees of it."""

    unit: int
    text: str
    source: str
    published: str | None
    evidence: list[Span]


class Coded(Code):
    """A coded statement of a set."""

    unit: Annotated[int, Field(ge=0, le=coding.MOST_UNITS)]


@api.get("/coding-sets/{int:key}/unit", response={200: Unit | None, **ERRORS}, url_name="coding_unit", tags=["learning"])
def coding_unit(request: HttpRequest, key: int) -> Any:
    """Return the next statement that one has to code, null when all are coded."""
    found = _set_of(key)
    if me_of(request).login not in found.coders:
        raise ValueError("this set is coded by others")
    number = coding.next_unit(found, me_of(request))
    return None if number is None else {"unit": number, **{k: v for k, v in found.units[number].items() if k != "claim"}}


@api.post("/coding-sets/{int:key}/unit", response={204: None, **ERRORS}, url_name="coding_unit", tags=["learning"])
def put_coding_unit(request: HttpRequest, key: int, coded: Coded) -> Any:
    """Keep how one codes a statement."""
    given = {k: v for k, v in coded.model_dump().items() if k != "unit"}
    coding.put_code(_set_of(key), me_of(request), coded.unit, coding.read_code(given))
    return Status(204, None)


class PersonAnswer(Schema):
    """A person of the workspace."""

    id: int
    login: str
    name: str
    role: str
    is_active: bool


class Invited(Schema):
    """A role to invite somebody to, and the login that the account is to have where they do not choose it."""

    role: str
    login: Text = ""


class Link(Schema):
    """The path of an invitation, shown this once."""

    path: str


class Changed(Schema):
    """A person's role, and whether the account is open."""

    role: str
    is_active: bool = True


@api.get("/people", response={200: list[PersonAnswer], **ERRORS}, url_name="people", tags=["people"])
def all_people(request: HttpRequest) -> Any:
    """Return the people."""
    return list(Person.objects.order_by("login").values(*PersonAnswer.model_fields))


@api.post("/people", response={201: Link, **ERRORS}, url_name="people", tags=["people"])
def invite(request: HttpRequest, invited: Invited) -> Any:
    """Make an invitation."""
    secret = people.invite(invited.role, by=me_of(request).login, login=invited.login)
    request.noted = f"invited {invited.role} {invited.login}".strip()  # type: ignore[attr-defined]
    return Status(201, {"path": f"/invitation/{secret}/"})


class InvitationAnswer(Schema):
    """An invitation that was not used yet: whose password it sets anew, or the role and login of a new account; who made it."""

    id: int
    person: str | None
    role: str
    login: str
    by: str
    until: str


@api.get("/invitations", response={200: list[InvitationAnswer], **ERRORS}, url_name="invitations", tags=["people"])
def invitations(request: HttpRequest) -> Any:
    """Return the invitations that were not used yet."""
    rows = people.open_invitations().select_related("person").order_by("until")
    return [
        {
            "id": row.pk, "person": row.person.login if row.person else None, "role": row.role, "login": row.login, "by": row.by,
            "until": row.until.isoformat(),
        }
        for row in rows
    ]  # fmt: skip


@api.post("/invitations/{int:key}/revoke", response={204: None, **ERRORS}, url_name="invitation", tags=["people"])
def revoke_invitation(request: HttpRequest, key: int) -> Any:
    """Undo an invitation that was not used."""
    if key < 2**62:
        people.open_invitations().filter(pk=key).update(used=True)
    return Status(204, None)


@api.post("/people/{int:key}", response={200: PersonAnswer, **ERRORS}, tags=["people"])
def person(request: HttpRequest, key: int, changed: Changed) -> Any:
    """Change a person's role, close or open the account."""
    found = Person.objects.filter(pk=key).first() if key < 2**62 else None
    if found is None:
        raise Gone(str(key))
    people.change_role(found, changed.role, changed.is_active)
    request.noted = f"{found.login} {changed.role} {changed.is_active}"  # type: ignore[attr-defined]
    return Person.objects.values(*PersonAnswer.model_fields).get(pk=key)


class Audited(Schema):
    """An entry of the audit log."""

    at: str
    by: str
    action: str
    what: str


class Audit(Schema):
    """A page of the audit log."""

    items: list[Audited]
    count: int
    page: int
    pages: int


@api.get("/audit", response={200: Audit, **ERRORS}, tags=["people"])
def audit(request: HttpRequest, by: Text = "", page: Number = 1, size: Size = 50) -> Any:
    """Return a page of the audit log, the latest first."""
    rows = AuditEntry.objects.order_by("-id")
    found = paged(rows.filter(by=by) if by else rows, page, size)
    items = [{"at": row.at.isoformat(), "by": row.by, "action": row.action, "what": row.what} for row in found["items"]]
    return {**found, "items": items}

"""Learning to code: the codebook, practice against gold, sets coded blind with their agreement."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tawthiq.lexicon.registry import registry
from tawthiq.model import TYPES_OF_KIND, Kind, Modality, SourceType
from tawthiq.workspace import coding, reading
from tawthiq.workspace.access import me_of, refuse
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import CodingSet, Person
from tawthiq.workspace.views.errors import plain_errors


def _form() -> dict[str, Any]:
    return {
        "types": [(kind, sorted(TYPES_OF_KIND[kind])) for kind in Kind],
        "modalities": list(Modality),
        "attributions": list(SourceType),
        "actors": sorted({actor.code: actor.code for actor in registry().values() if actor.code}),
        "roles": coding.ROLES,
        "coded": coding.CODED,
        "book": coding.codebook(),
    }


def codebook(request: HttpRequest) -> HttpResponse:
    """Show the codebook in both languages."""
    return render(
        request,
        "workspace/codebook.html",
        {"book": coding.codebook(), "exercises": len(coding.exercises()), "kinds": [(k, sorted(TYPES_OF_KIND[k])) for k in Kind]},
    )


@plain_errors
def practice(request: HttpRequest, number: int) -> HttpResponse:
    """Show an invented statement to code, and after that what gold says and why."""
    exercises = coding.exercises()
    if not 1 <= number <= len(exercises):
        raise Gone(str(number))
    exercise = exercises[number - 1]
    at = exercise["text"].index(exercise["evidence"])
    context: dict[str, Any] = {
        **_form(),
        "number": number,
        "many": len(exercises),
        "following": number + 1 if number < len(exercises) else None,
        "exercise": exercise,
        "pieces": reading.marked(exercise["text"], [(at, at + len(exercise["evidence"]))]),
        "given": request.POST,
    }
    status = 200
    if request.method == "POST":
        try:
            code = coding.read_code(request.POST)
            marks = coding.right(code, exercise["gold"])
            context |= {"code": code, "marks": marks, "score": sum(marks.values())}
        except ValueError as error:
            context["wrong"], status = str(error), 400
    return render(request, "workspace/practice.html", context, status=status)


@plain_errors
def sets(request: HttpRequest) -> HttpResponse:
    """List the sets that are coded blind; an editor makes one."""
    if request.method == "POST":
        size = request.POST.get("size", "")
        if not size.isdecimal():
            raise ValueError(f"size: a number is expected, not {size!r}")
        made = coding.make_set(me_of(request), request.POST.get("name", ""), int(size), request.POST.getlist("coder"))
        request.noted = f"{made.pk} {made.name}"  # type: ignore[attr-defined]
        return redirect("coding-set", key=made.pk)
    people = Person.objects.filter(is_active=True).exclude(role="reader").order_by("login")
    listed = [(one, coding.progress(one)) for one in CodingSet.objects.order_by("-made")]
    return render(request, "workspace/coding_sets.html", {"listed": listed, "people": people})


def _set(key: int) -> CodingSet:
    found = CodingSet.objects.filter(pk=key).first()
    if found is None:
        raise Gone(str(key))
    return found


@plain_errors
def coding_set(request: HttpRequest, key: int) -> HttpResponse:
    """Show how far a set is, and when all have coded all, how alike."""
    found = _set(key)
    context: dict[str, Any] = {"set": found, "progress": coding.progress(found), "many": len(coding.to_code(found))}
    if coding.finished(found):
        context |= {"alphas": coding.agreement(found), "differences": coding.differences(found)}
    return render(request, "workspace/coding_set.html", context)


@plain_errors
def code(request: HttpRequest, key: int) -> HttpResponse:
    """Show the next statement that this person has to code, without what others or the machine say of it."""
    found, me = _set(key), me_of(request)
    if me.login not in found.coders:
        return refuse(request)
    status, wrong = 200, ""
    if request.method == "POST":
        try:
            unit = request.POST.get("unit", "")
            coding.put_code(found, me, int(unit) if unit.isdecimal() else -1, coding.read_code(request.POST))
            return redirect("code", key=key)
        except ValueError as error:
            wrong, status = str(error), 400
    number = coding.next_unit(found, me)
    if number is None:
        if wrong:
            raise ValueError(wrong)
        return redirect("coding-set", key=key)
    unit_ = found.units[number]
    context = {
        **_form(), "set": found, "unit": number, "many": len(found.units), "statement": unit_, "given": request.POST,
        "wrong": wrong,
        "pieces": reading.marked(unit_["text"], [tuple(span) for span in unit_["evidence"]]),
    }  # fmt: skip
    return render(request, "workspace/code.html", context, status=status)

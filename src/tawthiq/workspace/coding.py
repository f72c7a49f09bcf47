"""Learn to code and measure how alike people code: the codebook, practice against gold, sets coded blind, Krippendorff's alpha.

A coded statement is a plain mapping: kind and type, actor ids by role, the place's name, days, numbers killed and wounded as
[least, most] or None, who says so, modality. Unknown is None; an empty role is an empty list.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Container, Hashable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tawthiq.lexicon.registry import registry
from tawthiq.model import TYPES_OF_KIND, Kind, Modality, SourceType
from tawthiq.resolve.actors import find
from tawthiq.text.normalise import fold
from tawthiq.workspace.models import ClaimRow, Coding, CodingSet, Person
from tawthiq.workspace.suggestions import time_value

ROLES = ("initiators", "targets", "participants")
CODED = ("type", *ROLES, "place", "time", "killed", "wounded", "attribution", "modality")
MOST_UNITS = 500
_LONGEST = 500
Distance = Callable[[Hashable, Hashable], float]


@cache
def codebook() -> dict[str, Any]:
    """Return the codebook: kinds, types, slots, modalities, attributions, each as {"ar": …, "en": …}."""
    loaded: dict[str, Any] = yaml.safe_load((files("tawthiq.workspace") / "codebook.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def exercises() -> list[dict[str, Any]]:
    """Return the invented statements to practise on, with gold and the reason for it."""
    loaded: list[dict[str, Any]] = yaml.safe_load((files("tawthiq.workspace") / "practice.yaml").read_text(encoding="utf-8"))
    return loaded


def read_code(given: Mapping[str, str]) -> dict[str, Any]:
    """Read a coded statement from the fields of a form; raises ValueError with one line for a value that is none."""
    if any(len(str(given.get(field, ""))) > _LONGEST for field in (*ROLES, "place")):
        raise ValueError(f"a field has {_LONGEST} signs at most")
    kind, _, type_ = str(given.get("type", "")).partition("/")
    if kind not in set(Kind) or type_ not in TYPES_OF_KIND[Kind(kind)]:
        raise ValueError("type: choose one")
    attribution, modality = str(given.get("attribution", "")), str(given.get("modality", ""))
    if attribution not in set(SourceType):
        raise ValueError("attribution: choose one")
    if modality not in set(Modality):
        raise ValueError("modality: choose one")
    try:
        time = time_value(str(given.get("start", "")), str(given.get("end", "")))
    except ValueError:
        raise ValueError("time: a day as YYYY-MM-DD, and no end before the start") from None
    return {
        "kind": kind,
        "type": type_,
        **{role: _actors(str(given.get(role, ""))) for role in ROLES},
        "place": " ".join(str(given.get("place", "")).split()) or None,
        "start": time["start"] if time else None,
        "end": time["end"] if time else None,
        "killed": _figure(given, "killed"),
        "wounded": _figure(given, "wounded"),
        "attribution": attribution,
        "modality": modality,
    }


def _actors(said: str) -> list[str]:
    """Return the actors that a person named, by id or by name, separated by commas or lines."""
    out = []
    for part in said.replace("،", ",").replace("\n", ",").split(","):
        name = part.strip()
        if not name:
            continue
        found = [m.actor for m in find(name) if m.score == 1] if name not in registry() else [name]
        if not found:
            raise ValueError(f"no actor {name!r}")
        out.append(found[0])
    return sorted(set(out))


def _figure(given: Mapping[str, str], outcome: str) -> list[int | None] | None:
    bounds: list[int | None] = []
    for bound in ("min", "max"):
        said = str(given.get(f"{outcome}_{bound}", "")).strip()
        if said and not (said.isdecimal() and int(said) < 1_000_000):
            raise ValueError(f"{outcome}: a number is expected, not {said!r}")
        bounds.append(int(said) if said else None)
    return None if bounds == [None, None] else bounds


def value_of(code: Mapping[str, Any], slot: str) -> Hashable:
    """Return what a coded statement says in a slot, in a form that can be compared."""
    if slot == "type":
        return f"{code['kind']}/{code['type']}"
    if slot == "time":
        return (code["start"], code["end"])
    if slot == "place":
        return " ".join(fold(word) for word in code["place"].split()) if code["place"] else None
    value = code[slot]
    if slot in ROLES:
        return frozenset(value)
    return tuple(value) if isinstance(value, list) else value


def right(code: Mapping[str, Any], gold: Mapping[str, Any]) -> dict[str, bool]:
    """Return for each slot whether a coded statement says what gold says."""
    return {slot: value_of(code, slot) == value_of(gold, slot) for slot in CODED}


def nominal(left: Hashable, second: Hashable) -> float:
    """Return 0 for the same, 1 for different."""
    return 0.0 if left == second else 1.0


def masi(left: Hashable, second: Hashable) -> float:
    """Return how unlike two sets are, 0 to 1: MASI (Passonneau, "Measuring agreement on set-valued items", LREC 2006)."""
    one, two = frozenset(left), frozenset(second)  # type: ignore[call-overload]
    if one == two:
        return 0.0
    shared = one & two
    if not shared:
        return 1.0
    monotone = 2 / 3 if one <= two or two <= one else 1 / 3
    return float(1 - len(shared) / len(one | two) * monotone)


def alpha(units: Sequence[Sequence[Hashable]], distance: Distance = nominal) -> float | None:
    """Return Krippendorff's alpha of the values that coders gave to each unit; None where nothing can vary or be compared.

    `distance` is the squared difference of two values ("Computing Krippendorff's alpha-reliability", 2011); units with fewer than
    two values are passed over.
    """
    compared = [unit for unit in units if len(unit) > 1]
    values = Counter(value for unit in compared for value in unit)
    count = sum(values.values())
    if count < 2:
        return None
    observed = 0.0
    for unit in compared:
        counted = list(Counter(unit).items())
        pairs = sum(a * b * distance(x, y) for i, (x, a) in enumerate(counted) for y, b in counted[i + 1 :])
        observed += 2 * pairs / (len(unit) - 1)
    listed = list(values.items())
    expected = 2 * sum(a * b * distance(x, y) for i, (x, a) in enumerate(listed) for y, b in listed[i + 1 :])
    if expected == 0:
        return None
    return 1 - (observed / count) / (expected / (count * (count - 1)))


def make_set(person: Person, name: str, size: int, coders: Sequence[str], seed: int | None = None) -> CodingSet:
    """Draw statements by chance from the claims of current reports, for some people to code; raises ValueError."""
    if not name.strip():
        raise ValueError("name: say what the set is for")
    if not 1 <= size <= MOST_UNITS:
        raise ValueError(f"size: 1 to {MOST_UNITS}")
    known = set(Person.objects.filter(login__in=coders, is_active=True).exclude(role="reader").values_list("login", flat=True))
    if len(known) < 2 or known != set(coders):
        raise ValueError("coders: two or more reviewers are chosen")
    keys = list(ClaimRow.objects.filter(report__current=True).exclude(state="rejected").order_by("id").values_list("id", flat=True))
    if not keys:
        raise ValueError("there is no claim to code yet")
    chosen = random.Random(seed).sample(keys, min(size, len(keys)))  # noqa: S311 - a sample, no secret
    units = []
    for row in ClaimRow.objects.filter(id__in=chosen).select_related("report").order_by("id"):
        report = row.report.data
        units.append(
            {
                "claim": row.key,
                "source": row.report.source,
                "published": row.report.published or None,
                "text": report["text"],
                "evidence": row.data["evidence"],
            }
        )
    return CodingSet.objects.create(name=name.strip()[:120], by=person.login, units=units, coders=sorted(known))


def forget(keys: Container[str], texts: Container[str]) -> None:
    """Take the words of erased reports, and how they were coded, out of the sets; a statement's number stays."""
    for one in CodingSet.objects.all():
        gone = [n for n, unit in enumerate(one.units) if unit["claim"] in keys or unit["text"] in texts]
        if gone:
            for n in gone:
                one.units[n] = {"claim": "", "source": "", "published": None, "text": "", "evidence": []}
            one.save(update_fields=["units"])
            Coding.objects.filter(coding_set=one, unit__in=gone).delete()


def to_code(coding_set: CodingSet) -> list[int]:
    """Return the numbers of the statements of a set whose words were not erased."""
    return [n for n, unit in enumerate(coding_set.units) if unit["text"]]


def next_unit(coding_set: CodingSet, person: Person) -> int | None:
    """Return the number of the first statement that a person has still to code, None when all are coded."""
    done = set(Coding.objects.filter(coding_set=coding_set, person=person.login).values_list("unit", flat=True))
    return next((n for n in to_code(coding_set) if n not in done), None)


def put_code(coding_set: CodingSet, person: Person, unit: int, code: dict[str, Any]) -> None:
    """Keep how a person codes a statement; raises ValueError for who is no coder, and for a statement that is not in the set."""
    if person.login not in coding_set.coders:
        raise ValueError("this set is coded by others")
    if unit not in to_code(coding_set):
        raise ValueError("no such statement in this set")
    if finished(coding_set):
        raise ValueError("this set is finished: what was compared is not changed")
    Coding.objects.update_or_create(coding_set=coding_set, person=person.login, unit=unit, defaults={"data": code})


def progress(coding_set: CodingSet) -> dict[str, int]:
    """Return how many statements each coder has coded."""
    counts = Counter(Coding.objects.filter(coding_set=coding_set).values_list("person", flat=True))
    return {login: counts.get(login, 0) for login in coding_set.coders}


def finished(coding_set: CodingSet) -> bool:
    """Say whether all have coded all: before that nobody sees how others coded."""
    many = len(to_code(coding_set))
    return all(n >= many for n in progress(coding_set).values())


def agreement(coding_set: CodingSet) -> dict[str, float | None]:
    """Return alpha for each slot of a finished set; raises ValueError for one that is not."""
    if not finished(coding_set):
        raise ValueError("the set is not coded by all yet")
    by_unit: dict[int, list[dict[str, Any]]] = {}
    for unit, data in Coding.objects.filter(coding_set=coding_set).values_list("unit", "data"):
        by_unit.setdefault(unit, []).append(data)
    return {
        slot: alpha([[value_of(code, slot) for code in codes] for codes in by_unit.values()], masi if slot in ROLES else nominal)
        for slot in CODED
    }


def differences(coding_set: CodingSet) -> list[dict[str, Any]]:
    """Return the statements of a finished set that were coded differently: the slots that differ, and each coder's codes."""
    by_unit: dict[int, dict[str, dict[str, Any]]] = {}
    for person, unit, data in Coding.objects.filter(coding_set=coding_set).order_by("person").values_list("person", "unit", "data"):
        by_unit.setdefault(unit, {})[person] = data
    out = []
    for unit, codes in sorted(by_unit.items()):
        unlike = [slot for slot in CODED if len({value_of(code, slot) for code in codes.values()}) > 1]
        if unlike:
            out.append({"unit": unit, "statement": coding_set.units[unit], "slots": unlike, "codes": codes})
    return out

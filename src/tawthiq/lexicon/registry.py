"""The registry of actors: names, kinds, and to whom an actor belongs from when to when.

`registry` holds the codebook's actors, those of actors.tsv and a project's own; `code_at` says as which of the codebook's actors
one is coded on a day: itself, else the one that its parent of that day is coded as.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tawthiq.lexicon.additions import ACTORS, additions, state
from tawthiq.lexicon.sheets import read_rows, read_yaml, split

KINDS = (
    "armed-group",
    "militia",
    "state-forces",
    "state",
    "authority",
    "organisation",
    "media",
    "tribe",
    "criminal",
    "civilians",
    "unknown",
    "other",
)
# Sides that are no party to the conflict.
NO_PARTY = frozenset({"unknown", "other", "civilians", "criminal", "media", "international"})
NOBODY = "-"
_LAST = "9999-12-31"


class Tenure(NamedTuple):
    """To whom an actor belongs, from when to when; days as YYYY, YYYY-MM or YYYY-MM-DD, None where not known."""

    actor: str
    since: str | None
    until: str | None


class Period(NamedTuple):
    """As what an actor is coded from one day to another, both YYYY-MM-DD and inclusive."""

    since: str
    until: str
    code: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A row of the registry. `code` is set where the row itself says how it is coded; `partisan` are names that take a side."""

    id: str
    kind: str
    side: str
    ar: str
    en: str
    names: tuple[str, ...] = ()
    names_en: tuple[str, ...] = ()
    partisan: frozenset[str] = frozenset()
    parents: tuple[Tenure, ...] = ()
    since: str | None = None
    until: str | None = None
    country: str | None = None
    code: str | None = None
    source: str = ""
    own: bool = False

    def all_names(self) -> tuple[str, ...]:
        """Return every name, Arabic first, each once."""
        return tuple(dict.fromkeys(n for n in (self.ar.split(" (")[0], *self.names, self.en, *self.names_en) if n))


def tenures(cell: str) -> tuple[Tenure, ...]:
    """Read parents: "sna::2025-01-28;syrian-transitional:2025-01-29:"."""
    out = []
    for part in split(cell, ";"):
        actor, since, until = (*part.split(":"), "", "")[:3]
        out.append(Tenure(actor, since or None, until or None))
    return tuple(out)


def _codebook() -> dict[str, Actor]:
    sheet = read_yaml("actors.yaml")
    return {
        row["id"]: Actor(
            row["id"],
            row["kind"],
            row["side"],
            row["ar"],
            row["en"],
            tuple(row.get("names") or ()),
            tuple(row.get("names_en") or ()),
            frozenset(row.get("partisan") or ()),
            tenures(row.get("parents") or ""),
            row.get("since"),
            row.get("until"),
            row.get("country"),
            row["id"],
            sheet["source"],
        )
        for row in sheet["actors"]
    }


def _table() -> dict[str, Actor]:
    out = {}
    for _, cells in read_rows("actors.tsv", 14):
        name, kind, side, ar, en, names, names_en, partisan, parents, since, until, country, code, source = cells
        out[name] = Actor(
            name,
            kind,
            side,
            ar,
            en,
            tuple(split(names)),
            tuple(split(names_en)),
            frozenset(split(partisan)),
            tenures(parents),
            since or None,
            until or None,
            country or None,
            code or None,
            source,
        )
    return out


def read_ledger(folder: Path) -> list[dict[str, Any]]:
    """Return a project's additions in the order in which they were made; a line that is no JSON object is passed over."""
    try:
        lines = (folder / ACTORS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    out = []
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            out.append(row)
    return out


def replay(actors: dict[str, Actor], ledger: list[dict[str, Any]]) -> dict[str, Actor]:
    """Return the actors with a project's additions made: actors added, names given, actors merged into others."""
    out = dict(actors)
    for row in ledger:
        act, name = row.get("do"), str(row.get("id"))
        if act == "add":
            out[name] = Actor(
                name,
                str(row.get("kind")),
                str(row.get("side") or "other"),
                str(row.get("ar") or row.get("en")),
                str(row.get("en") or row.get("ar")),
                parents=tenures(str(row.get("parents") or "")),
                since=row.get("since"),
                until=row.get("until"),
                country=row.get("country"),
                code=None if row.get("parents") else "other",
                source=f"project: {row.get('by')}",
                own=True,
            )
        elif act == "alias" and name in out:
            given = str(row.get("name"))
            partisan = out[name].partisan | ({given} if row.get("partisan") else set())
            out[name] = replace(out[name], names=(*out[name].names, given), partisan=partisan)
        elif act == "merge" and name in out and row.get("into") in out:
            gone, into = out.pop(name), str(row["into"])
            out[into] = replace(out[into], names=tuple(dict.fromkeys((*out[into].names, *gone.all_names()))))
    return out


def registry() -> dict[str, Actor]:
    """Return all actors by id, a project's own among them."""
    return _registry(state())


@lru_cache(maxsize=4)
def _registry(_state: object) -> dict[str, Actor]:
    known = _codebook() | _table()
    folder = additions()
    return replay(known, read_ledger(folder)) if folder else known


def whole_day(day: str | None, *, last: bool) -> str:
    """Return a day written as YYYY, YYYY-MM or YYYY-MM-DD as its first or last day; None is the beginning or end of time."""
    if not day:
        return _LAST if last else "0001-01-01"
    return day + ("0001-01-01", "0000-12-31")[last][len(day) :]


def parent_at(actor: Actor, day: str | None) -> str | None:
    """Return to whom an actor belongs on a day (YYYY-MM-DD): between two tenures the earlier, without a day the one named first."""
    if not actor.parents:
        return None
    if day is None:
        return actor.parents[0].actor
    return max(
        actor.parents, key=lambda t: ((begins := whole_day(t.since, last=False)) <= day, begins if begins <= day else "")
    ).actor


def lineage(name: str) -> frozenset[str]:
    """Return an actor with all that it belongs or belonged to, however far up.

    >>> sorted(lineage("fatemiyoun"))
    ['fatemiyoun', 'iran', 'irgc']
    """
    return _lineage(state(), name)


@lru_cache(maxsize=16384)
def _lineage(_state: object, name: str) -> frozenset[str]:
    known = registry()
    out: set[str] = set()
    waiting = [name]
    while waiting:
        at = waiting.pop()
        if at not in out:
            out.add(at)
            waiting += [tenure.actor for tenure in known[at].parents] if at in known else []
    return frozenset(out)


def code_at(name: str, day: str | None = None) -> str | None:
    """Return the codebook's actor as which an actor is coded on a day; None for one that is no side of any occurrence.

    >>> code_at("jaysh-al-islam", "2015-06-01"), code_at("jaysh-al-islam", "2019-06-01")
    ('opposition-factions', 'sna')
    """
    known = registry()
    seen: set[str] = set()
    at: str | None = name
    while at is not None and at in known and at not in seen:
        seen.add(at)
        actor = known[at]
        if actor.code is not None:
            return None if actor.code == NOBODY else actor.code
        at = parent_at(actor, day)
    return None


def periods(name: str) -> tuple[Period, ...]:
    """Return as what an actor is coded over time, a period for each code, in order; () for one that is never coded."""
    known = registry()
    cuts = {"0001-01-01"}
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        at = waiting.pop()
        if at in seen or at not in known:
            continue
        seen.add(at)
        for tenure in known[at].parents:
            if tenure.since:
                cuts.add(whole_day(tenure.since, last=False))
            waiting.append(tenure.actor)
    starts = sorted(cuts)
    out: list[Period] = []
    for index, start in enumerate(starts):
        code = code_at(name, start)
        if code is None:
            return ()
        if out and out[-1].code == code:
            continue
        if out:
            out[-1] = out[-1]._replace(until=start)
        out.append(Period(start, starts[index + 1] if index + 1 < len(starts) else _LAST, code))
    if out:
        out[-1] = out[-1]._replace(until=_LAST)
    return tuple(out)

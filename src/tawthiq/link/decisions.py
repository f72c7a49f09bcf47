"""Replay what people decided over claims that a machine read: a pure function of the ledger and the claims.

The ledger is append-only; a decision is taken back by another one. Two people who decide differently about one thing are a
conflict: neither holds until a third decision settles it by name. A decision that no longer finds its claim is kept and shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError

from tawthiq.lexicon.registry import registry
from tawthiq.link.edits import check_added, check_plain, edited_claim, one_line
from tawthiq.link.told import source_key
from tawthiq.model import Anchor, Claim, Decision, Record, Review, Span, claim_key

Find = Callable[[str], Sequence[Claim]]
Subject = tuple[Any, ...]

ROLES = ("initiators", "targets", "participants")
SLOTS = ("type", *ROLES, "place", "time", "losses", "attribution", "modality", "count")
REVIEWS: tuple[str, ...] = get_args(Review)
LETTERS = "ABCDEF"
DIGITS = "123456"
OUTCOMES = ("true", "false", "unclear")
_WITH_CLAIM = (
    "add-claim",
    "accept",
    "reject",
    "edit",
    "name-actor",
    "pick-place",
    "merge",
    "split",
    "not-the-same",
    "review",
    "grade-information",
    "settle-forecast",
)


class Conflict(NamedTuple):
    """Decisions of several people that contradict one another: about what, and their ids in the order of the ledger."""

    about: str
    decisions: tuple[str, ...]


class Judged(NamedTuple):
    """A review of claims that were one incident: when, by whom, its status, of which claims, and the decision's id."""

    at: str
    by: str
    status: str
    claims: frozenset[str]
    decision: str


@dataclass(slots=True)
class Ruling:
    """What holds of a ledger for the claims that are there: edited and rejected claims, pairs, grades, reviews, what is open."""

    edited: dict[str, Claim] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    together: set[tuple[str, str]] = field(default_factory=set)
    apart: set[frozenset[str]] = field(default_factory=set)
    reliability: dict[str, str] = field(default_factory=dict)
    credibility: dict[str, str] = field(default_factory=dict)
    forecasts: dict[str, str] = field(default_factory=dict)
    reviews: dict[str, set[Judged]] = field(default_factory=dict)
    about: dict[str, list[str]] = field(default_factory=dict)
    open: dict[str, list[str]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    conflicts: list[Conflict] = field(default_factory=list)
    orphans: list[Decision] = field(default_factory=list)
    unusable: list[tuple[Decision, str]] = field(default_factory=list)


class _Placed(NamedTuple):
    """A decision with the claims that its anchors find."""

    decision: Decision
    claims: tuple[str, ...]
    others: tuple[str, ...]


def decision_id(decision: dict[str, Any]) -> str:
    """Return the id of a decision: a hash of all that it says, so that the same one is never entered twice, nor changed unseen."""
    # Ledgers older than `span` keep their ids.
    said = {k: v for k, v in decision.items() if k != "id" and (k != "span" or v is not None)}
    return (
        "X" + hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    )


def make_decision(**said: Any) -> Decision:
    """Make a decision with its id; raises ValueError with one line for one that says nothing usable."""
    try:
        made = Decision.model_validate({"id": "", **said})
    except ValidationError as error:
        raise ValueError(one_line(error)) from None
    check(made)
    return made.model_copy(update={"id": decision_id(made.model_dump(mode="json"))})


def read_decision(line: str) -> Decision:
    """Read a decision of a ledger's line; raises ValueError for what is none, or was changed after it was made."""
    try:
        made = Decision.model_validate_json(line)
    except ValidationError as error:
        raise ValueError(one_line(error)) from None
    check(made)
    if made.id != decision_id(made.model_dump(mode="json")):
        raise ValueError(f"the decision {made.id} does not say what it said when it was made")
    return made


def check(decision: Decision) -> None:
    """Raise ValueError with one line for a decision that lacks what its kind needs or has a value that is none."""
    kind, value = decision.kind, decision.value
    try:
        if datetime.fromisoformat(decision.at).tzinfo is None:
            raise ValueError("at: an instant with its offset is expected")
    except ValueError as error:
        raise ValueError(f"at: {error}") from None
    check_plain(decision.model_dump(mode="json"))
    if not decision.by.strip():
        raise ValueError("by: nobody decides nothing")
    if kind in _WITH_CLAIM and not decision.anchors:
        raise ValueError(f"{kind}: names no claim")
    if kind in ("split", "not-the-same") and not decision.others:
        raise ValueError(f"{kind}: names no claim to part from")
    if kind == "merge" and len(decision.anchors) < 2:
        raise ValueError("merge: two claims or more are put together")
    if kind == "edit" and decision.slot not in SLOTS:
        raise ValueError(f"edit: the slot is one of {', '.join(SLOTS)}, not {decision.slot!r}")
    if kind == "name-actor":
        if decision.slot not in ROLES:
            raise ValueError(f"name-actor: the slot is one of {', '.join(ROLES)}, not {decision.slot!r}")
        if not isinstance(value, str) or value not in registry():
            raise ValueError(f"name-actor: no actor {value!r}")
    allowed = {
        "review": REVIEWS, "grade-source": tuple(LETTERS), "grade-information": tuple(DIGITS), "settle-forecast": OUTCOMES,
    }.get(kind)  # fmt: skip
    if allowed and value not in allowed:
        raise ValueError(f"{kind}: the value is one of {', '.join(allowed)}, not {value!r}")
    if kind == "grade-source" and not decision.source:
        raise ValueError("grade-source: names no source")
    if kind in ("undo", "settle") and not isinstance(value, str):
        raise ValueError(f"{kind}: names no decision")
    if kind == "pick-place" and not isinstance(value, dict):
        raise ValueError("pick-place: the value is a place")
    if kind == "note" and not decision.reason:
        raise ValueError("note: says nothing")
    if kind == "add-claim":
        check_added(decision)


def anchor_of(report: str, claim: Claim) -> Anchor:
    """Return by what a decision finds a claim again."""
    return Anchor(report=report, evidence=claim.evidence, kind=claim.kind, type=claim.type)


def find_claim(anchor: Anchor, claims: Sequence[Claim]) -> Claim | None:
    """Return the claim of a report that an anchor means: of its kind and type, the one whose evidence overlaps most.

    None for none.
    """
    best: tuple[float, str, Claim] | None = None
    for claim in claims:
        if claim.kind is anchor.kind and claim.type == anchor.type:
            share = _overlap(anchor.evidence, claim.evidence)
            if share > 0 and (best is None or (-share, claim.id) < best[:2]):
                best = (-share, claim.id, claim)
    return best[2] if best else None


def _overlap(left: Sequence[Span], right: Sequence[Span]) -> float:
    shared = sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in left for b in right)
    length = max(sum(b - a for a, b in left), sum(b - a for a, b in right))
    return shared / length if length else 0.0


def _when(decision: Decision) -> tuple[datetime, str]:
    return datetime.fromisoformat(decision.at), decision.id


def replay(decisions: Iterable[Decision], find: Find) -> Ruling:
    """Return what holds of a ledger. `find` gives the claims of a report as they were extracted.

    Decisions are taken in the order of their instants, ties by id, so that ledgers that were joined give the same in any order.
    """
    ruling = Ruling()
    ledger = sorted(decisions, key=_when)
    undone: set[str] = set()
    for decision in reversed(ledger):
        if decision.kind == "undo" and decision.id not in undone:
            undone.add(str(decision.value))
    read: dict[str, Sequence[Claim]] = {}
    placed = []
    for decision in ledger:
        if decision.id in undone and decision.kind == "add-claim":
            ruling.rejected.add(claim_key(decision.anchors[0].report, decision.id))
        if decision.id in undone or decision.kind == "undo":
            continue
        if (found := _place(decision, find, read)) is None:
            ruling.orphans.append(decision)
            continue
        placed.append(found)
        for key in {*found.claims, *found.others}:
            ruling.about.setdefault(key, []).append(decision.id)
    settled = {str(p.decision.value): p.decision for p in placed if p.decision.kind == "settle"}
    ruling.settled = set(settled)
    by_subject: dict[Subject, dict[str, tuple[_Placed, Any]]] = {}
    for found in placed:
        for subject, value in _subjects(found):
            # A person's later word takes the place of the earlier one.
            said = by_subject.setdefault(subject, {})
            said.pop(found.decision.by, None)
            said[found.decision.by] = (found, value)
    edits: list[tuple[_Placed, Subject]] = []
    for subject, said in by_subject.items():
        winner = _winner(list(said.values()), settled)
        if winner is None:
            ids = tuple(found.decision.id for found, _ in said.values())
            ruling.conflicts.append(Conflict(_named(subject), ids))
            for key in {k for found, _ in said.values() for k in (*found.claims, *found.others)}:
                ruling.open.setdefault(key, []).extend(ids)
            continue
        if subject[0] in ("slot", "actor"):
            edits.append((winner[0], subject))
        else:
            _hold(ruling, subject, winner)
    for found, subject in sorted(edits, key=lambda e: _when(e[0].decision)):
        _edit(ruling, found.decision, subject, read)
    return ruling


def _place(decision: Decision, find: Find, read: dict[str, Sequence[Claim]]) -> _Placed | None:
    """Find the claims of a decision; None when one that it needs is no longer there."""

    def keys(anchors: Sequence[Anchor]) -> tuple[list[str], bool]:
        out, whole = [], True
        for anchor in anchors:
            if anchor.report not in read:
                read[anchor.report] = find(anchor.report)
            claim = find_claim(anchor, read[anchor.report])
            if claim is None:
                whole = False
            else:
                out.append(claim_key(anchor.report, claim.id))
        return out, whole

    claims, whole = keys(decision.anchors)
    others, others_whole = keys(decision.others)
    many = decision.kind in ("merge", "split", "review")  # what is left of them is still meant
    if decision.anchors and (not claims or (not whole and not many)):
        return None
    if decision.others and (not others or (not others_whole and not many)):
        return None
    if decision.kind == "merge" and len(claims) < 2:
        return None
    return _Placed(decision, tuple(claims), tuple(others))


def _subjects(found: _Placed) -> list[tuple[Subject, Any]]:
    """Return what a decision is about, as (subject, what it says): two people who say different of one subject contradict."""
    decision, kind = found.decision, found.decision.kind
    if kind in ("accept", "reject"):
        return [(("status", key), kind) for key in found.claims]
    if kind in ("edit", "pick-place"):
        slot = decision.slot if kind == "edit" else "place"
        return [(("slot", key, slot), decision.value) for key in found.claims]
    if kind == "name-actor":
        return [(("actor", key, decision.slot, decision.old), decision.value) for key in found.claims]
    if kind == "merge":
        return [(("pair", *sorted(pair)), "together") for pair in combinations(dict.fromkeys(found.claims), 2)]
    if kind in ("split", "not-the-same"):
        return [(("pair", *sorted((a, b))), "apart") for a in found.claims for b in found.others if a != b]
    if kind == "grade-source":
        return [(("source", source_key(str(decision.source))), decision.value)]
    if kind in ("grade-information", "settle-forecast"):
        return [((kind, key), decision.value) for key in found.claims]
    if kind == "review":
        return [(("review", key), decision.value) for key in found.claims]
    return []


def _winner(said: list[tuple[_Placed, Any]], settled: dict[str, Decision]) -> tuple[_Placed, Any] | None:
    """Return what holds of several people's words: what all say, or what a later decision settled; None while they contradict."""
    values = {json.dumps(value, sort_keys=True) for _, value in said}
    latest = max(said, key=lambda s: _when(s[0].decision))
    if len(values) == 1:
        return latest
    chosen = [(settled[s[0].decision.id], s) for s in said if s[0].decision.id in settled]
    if not chosen:
        return None
    settling, winner = max(chosen, key=lambda c: _when(c[0]))
    # Who decides differently after it was settled opens it again.
    at = datetime.fromisoformat(settling.at)
    opened = any(datetime.fromisoformat(s[0].decision.at) > at and s[1] != winner[1] for s in said)
    return None if opened else winner


def _hold(ruling: Ruling, subject: Subject, winner: tuple[_Placed, Any]) -> None:
    found, value = winner
    kind, key = subject[0], subject[1]
    if kind == "status":
        (ruling.accepted if value == "accept" else ruling.rejected).add(key)
    elif kind == "pair":
        pair = (subject[1], subject[2])
        if value == "together":
            ruling.together.add(pair)
        else:
            ruling.apart.add(frozenset(pair))
    elif kind == "source":
        ruling.reliability[key] = value
    elif kind == "grade-information":
        ruling.credibility[key] = value
    elif kind == "settle-forecast":
        ruling.forecasts[key] = value
    elif kind == "review":
        decision = found.decision
        made = Judged(decision.at, decision.by, value, frozenset(found.claims), decision.id)
        for claim in found.claims:
            ruling.reviews.setdefault(claim, set()).add(made)


def _edit(ruling: Ruling, decision: Decision, subject: Subject, read: dict[str, Sequence[Claim]]) -> None:
    """Edit a claim; what cannot be set is named, and the claim stays as it was."""
    key = subject[1]
    claim = ruling.edited.get(key)
    if claim is None:
        claim = next(c for report, claims in read.items() for c in claims if claim_key(report, c.id) == key)
    try:
        ruling.edited[key] = edited_claim(claim, decision)
    except ValueError as error:
        ruling.unusable.append((decision, str(error)))


def _named(subject: Subject) -> str:
    """Return what a subject is in plain words: "D01.2 place", "D01.2 and D05.1"."""
    kind, *rest = subject
    if kind == "pair":
        return f"{rest[0]} and {rest[1]}"
    if kind == "source":
        return f"source {rest[0]}"
    words = {"status": ["accepted or rejected"], "slot": rest[1:], "actor": rest[1:2]}
    return " ".join([str(rest[0]), *map(str, words.get(kind, [kind]))])


def mark_of(ruling: Ruling, claim: str) -> str:
    """Return a mark of what people decided about a claim, "" for nothing: a hash of its edits, a bar, a hash of all the rest.

    Where the first part changes the claim has to be compared with others again, where the second does its incident is made again.
    """
    edited = ruling.edited.get(claim)
    edit = edited.model_dump_json() if edited is not None else ""
    if claim in ruling.rejected:
        edit = "rejected"
    rest = [
        sorted(pair for pair in ruling.together if claim in pair),
        sorted(sorted(pair) for pair in ruling.apart if claim in pair),
        ruling.credibility.get(claim),
        sorted(ruling.about.get(claim, ())),
        sorted(ruling.open.get(claim, ())),
        sorted(set(ruling.about.get(claim, ())) & ruling.settled),
    ]
    if not edit and not any(rest):
        return ""
    parts = (edit, json.dumps(rest))
    return "|".join(hashlib.sha256(part.encode()).hexdigest()[:16] for part in parts)


class Standing(Record):
    """How people judge an incident: the status, the decisions that say so, and those that contradict one another."""

    status: Review
    decisions: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def standing(ruling: Ruling, claims: Iterable[str]) -> Standing:
    """Return the review of an incident from the reviews of its claims: the latest word of each person, if all say the same."""
    keys = set(claims)
    said: dict[str, Judged] = {}
    of_claims = {judged for key in keys for judged in ruling.reviews.get(key, ())}
    for judged in sorted(of_claims, key=lambda j: (datetime.fromisoformat(j.at), j.decision)):
        said[judged.by] = judged
    about = sorted({d for key in keys for d in ruling.about.get(key, ())})
    open_ = {d for key in keys for d in ruling.open.get(key, ())}
    chosen = [judged for judged in said.values() if judged.decision in ruling.settled]
    statuses = {judged.status for judged in chosen or said.values()}
    if len(statuses) > 1:
        open_ |= {judged.decision for judged in said.values()}
    status: Any = next(iter(statuses)) if len(statuses) == 1 else "in-review" if open_ else "unreviewed"
    return Standing(status=status, decisions=tuple(about), conflicts=tuple(sorted(open_)))

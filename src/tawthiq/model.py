"""The records that every room hands on: reports, claims, incidents and decisions.

A record is plain data that survives a round trip through JSON unchanged; offsets are code points into `Report.text`,
end exclusive, and unknown is `None`, never a default.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Span = tuple[int, int]


class Kind(StrEnum):
    """What sort of statement a claim is."""

    EVENT = "event"
    TALLY = "tally"
    ASSESSMENT = "assessment"
    RELATION = "relation"


class Modality(StrEnum):
    """How firmly the source stands behind a statement."""

    ASSERTED = "asserted"
    HEDGED = "hedged"
    DISTANCED = "distanced"
    DENIED = "denied"
    FORECAST = "forecast"
    HYPOTHETICAL = "hypothetical"


# A source that stands behind a statement, and one that speaks of what has not happened.
STANDING = (Modality.ASSERTED, Modality.HEDGED)
AHEAD = (Modality.HYPOTHETICAL, Modality.FORECAST)


class SourceType(StrEnum):
    """Who says a statement."""

    OUTLET = "outlet"
    NAMED = "named"
    UNNAMED = "unnamed"
    CORROBORATED = "corroborated"
    PARTY = "party"
    SOCIAL = "social"


class Level(StrEnum):
    """How exact a place is, from a named building to a country, the most exact first."""

    POINT = "point"
    TOWN = "town"
    AREA = "area"
    DISTRICT = "district"
    GOVERNORATE = "governorate"
    REGION = "region"
    COUNTRY = "country"


Outcome = Literal["killed", "wounded", "captured", "missing", "displaced", "detained"]
LossStatus = Literal["reported", "unquantified", "unknown", "none"]

FAMILIES: dict[str, tuple[str, ...]] = {
    "fight": ("armed-clash", "attack", "assassination", "execution", "territory-taken", "grenade"),
    "remote": ("air-drone-strike", "shelling", "ied", "suicide-bombing", "chemical-weapon"),
    "hold": ("abduction", "disappearance", "arrest"),
    "control": ("raid", "sweep", "cordon", "deployment", "weapons-seized"),
    "property": ("confiscation", "looting-destruction"),
    "harm": ("sexual-violence", "torture", "body-found"),
    "people": ("displacement", "protest", "riot"),
    "peace": ("release", "agreement"),
    "count": ("casualties", "operations"),
    "view": ("intent", "capability", "forecast", "responsibility"),
    "tie": ("supports", "member-of", "joins"),
}
FAMILY_OF: dict[str, str] = {type_: family for family, types in FAMILIES.items() for type_ in types}
EVENT_TYPES: tuple[str, ...] = tuple(t for t, family in FAMILY_OF.items() if family not in ("count", "view", "tie"))
TYPES_OF_KIND: dict[Kind, frozenset[str]] = {
    Kind.EVENT: frozenset(EVENT_TYPES),
    Kind.TALLY: frozenset(EVENT_TYPES) | set(FAMILIES["count"]),
    Kind.ASSESSMENT: frozenset(FAMILIES["view"]),
    Kind.RELATION: frozenset(FAMILIES["tie"]),
}


class Record(BaseModel):
    """A record: immutable once made, and strict about the names of its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Post(Record):
    """Where a post stands: `platform` ("telegram", "whatsapp"), the channel's and the message's id there.

    `edited` is the instant of the last edit (ISO 8601); `forwarded_from` names whose post it was first, `reply_to` and `album` are
    message ids of the same channel.
    """

    platform: str
    channel: str
    message: str
    channel_name: str | None = None
    edited: str | None = None
    forwarded_from: str | None = None
    reply_to: str | None = None
    album: str | None = None


class Media(Record):
    """A photo, video or file of a post: its name there; hash (SHA-256) and size in bytes of what was kept, None if nothing was."""

    name: str
    media_type: str | None = None
    sha256: str | None = None
    size: int | None = None


class Report(Record):
    """One item of reporting as it was archived: a page, a post, a row.

    `published` is the local date (YYYY-MM-DD) or the instant with offset (ISO 8601) at which it was published, or None, and
    `dated_by` from where that is known: "file", "page", "message", "feed", "record", "person". `read_by_machine` is the mean
    confidence, 0 to 1, of text that was recognised in a picture.
    """

    report: str
    source: str | None = None
    language: str | None = None
    published: str | None = None
    title: str | None = None
    text: str
    url: str | None = None
    author: str | None = None
    dated_by: str | None = None
    post: Post | None = None
    media: tuple[Media, ...] = ()
    read_by_machine: float | None = None


class RunnerUp(Record):
    """Another place of the same name: `score` is its share, 0 to 1, of what speaks for all places of the name."""

    code: str
    name: str
    level: Level
    admin1: str | None
    score: float


class Place(Record):
    """A place as a claim names it. `lat` and `lon` are WGS 84 degrees; both are None when the name is not resolved.

    `admin1` to `admin3` are p-codes of governorate, district and sub-district, `code` the gazetteer's own; `acled_precision` (1
    to 3) and `ucdp_precision` (1 to 7) say how exact it is; `reason` tells what decided between places of one name ("only",
    "level-word", "governorate", "neighbour", "actor-area", "size", "level", "order"; "world" for a city of the world's table).
    """

    name: str
    detail: str | None = None
    level: Level | None = None
    admin1: str | None = None
    lat: float | None = None
    lon: float | None = None
    admin2: str | None = None
    admin3: str | None = None
    code: str | None = None
    acled_precision: int | None = None
    ucdp_precision: int | None = None
    reason: str | None = None
    runners_up: tuple[RunnerUp, ...] = ()


class Time(Record):
    """When it happened: first and last day (YYYY-MM-DD, both inclusive), and the words that say it.

    `acled_precision` is 1 for a day, 2 for a week, 3 for a month and more; `ucdp_precision` 1 for a day, 2 for two to six days, 3
    for a week, 4 for a month, 5 for more.
    """

    start: str | None = None
    end: str | None = None
    mention: str | None = None
    acled_precision: int | None = None
    ucdp_precision: int | None = None


class Loss(Record):
    """What became of how many of whom. `min` and `max` are None when nothing is known; `max` alone when only a least number is."""

    who: str | None = None
    outcome: Outcome
    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None
    status: LossStatus = "reported"
    approx: bool | None = None


class Count(Record):
    """How many occurrences a tally counts."""

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None
    approx: bool | None = None


class Attribution(Record):
    """Who says it, and the words that name them."""

    type: SourceType = SourceType.OUTLET
    mention: str | None = None


class Trace(Record):
    """The words from which a slot of a claim was read: `span` in the report's text, `id` the actor for a role, None for words
    that stand for no known actor, `registry` the more exact actor of the registry that the words name."""

    slot: str
    id: str | None = None
    registry: str | None = None
    span: Span


class Claim(Record):
    """A statement of a report, tied to the exact words, in the shape of the codebook.

    `evidence` holds spans into the report's text; `id` is unique within the report and stable for one text and vocabulary.
    `spans` tells for each slot the words it was read from; `confidence`, between 0 and 1, how likely a claim read like this one
    is to be right (see vocabulary/confidence.yaml).
    """

    id: str
    kind: Kind
    type: str
    evidence: tuple[Span, ...]
    initiators: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    place: Place | None = None
    time: Time | None = None
    losses: tuple[Loss, ...] = ()
    attribution: Attribution = Attribution()
    modality: Modality = Modality.ASSERTED
    count: Count | None = None
    incident: str | None = None
    confidence: float | None = None
    spans: tuple[Trace, ...] | None = None


Corroboration = Literal["single-source", "corroborated", "contested"]
Review = Literal["unreviewed", "in-review", "needs-information", "verified", "rejected"]


class Spread(Record):
    """One value of a merged slot, and the claims that say it."""

    value: str
    claims: tuple[str, ...]


class LossRange(Record):
    """Losses of one actor over the claims of an incident: lowest, best and highest figure, None where no claim gives one.

    `highest` is None too where figures are only least ones. `values` are the figures with the claims that give them ("11", "7-9",
    "3+", "unknown"); `corrected` are claims whose figure a later one of the same origin took the place of: they are in no bound.
    """

    who: str | None
    outcome: Outcome
    lowest: int | None
    best: int | None
    highest: int | None
    claims: tuple[str, ...]
    values: tuple[Spread, ...] = ()
    corrected: tuple[str, ...] = ()


class Origin(Record):
    """Who stands behind claims of an incident, however many outlets carry it.

    `side` is the side of the conflict that it belongs to, None for others; `reliability` the letter of the Admiralty code, A to
    F, that an analyst gave it.
    """

    name: str
    claims: tuple[str, ...]
    side: str | None = None
    reliability: str | None = None


class Version(Record):
    """One telling of an incident, to stand beside others: who did it, and whether it is told, denied, distanced or ahead."""

    stance: Literal["told", "denied", "distanced", "ahead"]
    initiators: tuple[str, ...]
    claims: tuple[str, ...]


class Incident(Record):
    """Claims that tell the same occurrence, merged.

    `claims` are full claim ids (report and claim), sorted; merged slots hold every value with the claims that say it. `origins`
    counts sources that do not quote one another as far as the record shows, and `sources` names them. `corroboration` is
    computed, with `reason` as a key of its explanation; `review` is decided by people. `grades` are claims with their Admiralty
    code where an analyst graded ("B2"; 6 where the information was not graded). `decisions` are the ids of what people decided
    about it, `conflicts` of those that contradict one another.
    """

    id: str
    type: str
    claims: tuple[str, ...]
    initiators: tuple[Spread, ...] = ()
    targets: tuple[Spread, ...] = ()
    participants: tuple[Spread, ...] = ()
    types: tuple[Spread, ...] = ()
    modalities: tuple[Spread, ...] = ()
    places: tuple[Spread, ...] = ()
    days: tuple[Spread, ...] = ()
    place: Place | None = None
    start: str | None = None
    end: str | None = None
    losses: tuple[LossRange, ...] = ()
    versions: tuple[Version, ...] = ()
    origins: int = 1
    sources: tuple[Origin, ...] = ()
    corroboration: Corroboration = "single-source"
    reason: str = ""
    review: Review = "unreviewed"
    grades: tuple[Spread, ...] = ()
    decisions: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


DecisionKind = Literal[
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
    "grade-source",
    "grade-information",
    "settle-forecast",
    "note",
    "settle",
    "undo",
]


class Anchor(Record):
    """By what a decision finds its claim again after the text was read anew."""

    report: str
    evidence: tuple[Span, ...]
    kind: Kind
    type: str


class Decision(Record):
    """What a person decided: appended to the ledger, never changed. `at` is an instant with offset (ISO 8601).

    `anchors` are the claims it is about, `others` those from which "split" and "not-the-same" part them. `slot` and `value` are
    what an edit sets; `value` is the new actor of "name-actor" (`slot` the role, `old` the actor or None that it stands in for),
    the place of "pick-place", the status of "review", the letter or digit of a grade, the outcome of a forecast, or, for "undo"
    and "settle", the id of the decision that is undone or holds. `source` is the name of what "grade-source" grades. `span` are
    the words that a slot was picked from. "add-claim" marks a statement that the machine missed: `value` holds its slots and, as
    `words`, what its evidence says.
    """

    id: str
    at: str
    by: str
    kind: DecisionKind
    anchors: tuple[Anchor, ...] = ()
    others: tuple[Anchor, ...] = ()
    slot: str | None = None
    old: str | None = None
    value: JsonValue = None
    source: str | None = None
    reason: str | None = None
    span: Span | None = None


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal; lone surrogates are kept by `surrogatepass`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def claim_key(report: str, claim_id: str) -> str:
    """Return the id of a claim across reports.

    >>> claim_key("D01", "D01.2")
    'D01.2'
    >>> claim_key("D01", "2")
    'D01.2'
    """
    return claim_id if claim_id.startswith(report + ".") else f"{report}.{claim_id}"

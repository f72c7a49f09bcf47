"""What the vocabulary says of a word: senses, and readings of a written form with its clitics taken off."""

from __future__ import annotations

from typing import Any, NamedTuple


class Sense(NamedTuple):
    """An entry of the vocabulary: its category ("event", "person", "actor", ...), its name, and what else it says."""

    category: str
    name: str
    data: dict[str, Any]


class Reading(NamedTuple):
    """One way to read a word: the sense, the grammar of the form, and the clitics around it, in normal form."""

    sense: Sense
    form: str
    prefix: str
    definite: bool
    suffix: str


class Phrase(NamedTuple):
    """An expression found in a run of tokens: `first` to `last`, `last` exclusive, with the clitic before its first word."""

    first: int
    last: int
    sense: Sense
    form: str
    prefix: str

"""Read how many: digits, numerals in words, ranges, and the words around them (at least, about, dozens).

`quantity_at` reads forward from one token and says where it stopped; it never looks back, so a scan of a text is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+$")
_RANGE = re.compile(r"(\d{1,4})-(\d{1,4})$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many the tokens `first` to `last` (exclusive) say; `vague` marks words such as dozens, where only `least` is known."""

    first: int
    last: int
    least: int | None
    most: int | None
    approx: bool = False
    vague: bool = False


class _Sequences(dict[tuple[str, ...], Any]):
    """Sequences of tokens with what they mean; `firsts` holds the tokens one can begin with."""

    def __init__(self, table: dict[str, Any]) -> None:
        super().__init__({tuple(words.split()): value for words, value in table.items()})
        self.firsts = frozenset(words[0] for words in self)


class NumberWords:
    """The numerals of a vocabulary in normal form, as sequences of tokens."""

    def __init__(self, table: dict[str, Any], joins: tuple[str, ...], article: str) -> None:
        self.values = _Sequences(table["values"])
        self.vague = _Sequences(table["vague"])
        self.scales = frozenset(table["scales"])
        self.marks = _Sequences({word: kind for kind in ("at_least", "more_than", "at_most", "about") for word in table[kind]})
        self.to = frozenset(table["range_to"])
        self.between = _Sequences(dict.fromkeys(table["range_from"], "from"))
        self.joins = joins
        self.article = article
        self._known: dict[str, bool] = {}
        self.starts = {key[0] for key in (*self.values, *self.vague, *self.marks)}
        self.starts |= {join + word for join in joins for word in self.starts} | {key[0] for key in self.between}

    def can_start(self, word: str) -> bool:
        """Say whether a quantity can begin with a token; remembered, since words come back."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) > 100_000:
                self._known.clear()
            bare = [word, *(word[len(c) :] for c in (*self.joins, self.article) if word.startswith(c))]
            known = self._known[word] = word[:1].isdigit() or any(w in self.starts for w in bare)
        return known


def _match(table: _Sequences, words: list[str], at: int, first: str | None = None) -> tuple[Any, int] | None:
    """Return the value of the longest sequence that begins at `at`, and its length; `first` stands in for the first word."""
    head = words[at] if first is None else first
    if head not in table.firsts:
        return None
    for length in (4, 3, 2):
        if at + length <= len(words):
            found = table.get((head, *words[at + 1 : at + length]))
            if found is not None:
                return found, length
    found = table.get((head,))
    return None if found is None else (found, 1)


def _plain(words: list[str], at: int, end: int, table: NumberWords) -> tuple[int, int, str] | None:
    """Read one number without marks: value, where it ends, and the clitic that was on it."""
    if at >= end:
        return None
    word = words[at]
    if word.isdigit():
        value, last = int(word), at + 1
        if last < end and (scale := _match(table.values, words, last)) and scale[0] in table.scales and value < 1000:
            return value * int(scale[0]), last + scale[1], ""
        return (value, last, "") if len(word) < 8 else None
    if _GROUPED.match(word):
        return int(word.replace(",", "")), at + 1, ""
    prefix = ""
    found = _match(table.values, words, at)
    if found is None:
        for join in (*table.joins, table.article):
            if word.startswith(join) and len(word) > len(join) + 1:
                found = _match(table.values, words, at, word[len(join) :])
                if found:
                    prefix = join
                    break
    if found is None:
        return None
    value, last = int(found[0]), at + found[1]
    while last < end:
        word = words[last]
        following = _match(table.values, words, last)
        if following and following[0] in table.scales and value < following[0]:
            value, last = value * int(following[0]), last + following[1]
            continue
        if word == "-" and last + 1 < end and value % 10 == 0 and (unit := table.values.get((words[last + 1],))) and unit < 10:
            value, last = value + unit, last + 2
            continue
        joined = None
        if word[:1] == table.joins[0] and len(word) > 2:
            bare = word[1:].removeprefix(table.article) if prefix == table.article else word[1:]
            joined = _match(table.values, words, last, bare)
        if joined and _adds(value, int(joined[0])):
            value, last = value + int(joined[0]), last + joined[1]
            continue
        break
    return value, last, prefix


def _adds(left: int, right: int) -> bool:
    """Say whether "left and right" is one numeral: four and sixty, a hundred and twenty, but not four and five."""
    if left < 10:
        return 20 <= right < 100 and right % 10 == 0
    return left % 100 == 0 and left >= 100 and right < left and right < 1000


def quantity_at(words: list[str], at: int, end: int, table: NumberWords) -> Quantity | None:
    """Return the quantity that begins exactly at token `at`, before `end`, or None.

    "ما لا يقل عن 6" gives least 6 and no most; "more than 50" least 51; "between 20 and 25" both; "عشرات" least 20, vague.
    """
    if at >= end:
        return None
    word = words[at]
    if not table.can_start(word):
        return None
    position, kind = at, ""
    if split := _RANGE.match(word):
        low, high = int(split[1]), int(split[2])
        return Quantity(at, at + 1, low, high) if low < high else None
    mark = _match(table.marks, words, position)
    if mark is None and word[:1] == table.joins[0]:
        mark = _match(table.marks, words, position, word[1:])
    if mark:
        kind, position = mark[0], position + mark[1]
    between = _match(table.between, words, position) if position < end else None
    if between:
        low_read = _plain(words, position + between[1], end, table)
        upper = _range_end(words, low_read[1], end, table) if low_read else None
        if low_read and upper:
            return Quantity(at, upper[1], low_read[0], upper[0])
        return None
    vague = _match(table.vague, words, position) if position < end else None
    if vague is None and position < end and words[position][:1] in table.joins:
        vague = _match(table.vague, words, position, words[position][1:])
    read = _plain(words, position, end, table)
    if vague and (not read or (read[0] in table.scales and read[1] <= position + vague[1])):
        last = position + vague[1]
        times = _match(table.vague, words, last) if last < end else None
        if times and int(times[0]) >= 200 and int(vague[0]) < int(times[0]):  # tens of thousands
            scale = max(s for s in table.scales if s <= int(times[0]))
            return Quantity(at, last + times[1], int(vague[0]) * scale, None, vague=True)
        return Quantity(at, last, int(vague[0]), None, vague=True)
    if not read:
        return None
    value, last, _ = read
    if (
        last < end
        and words[last] in table.to
        and kind == ""
        and words[at].isdigit()
        and (upper := _range_end(words, last, end, table))
    ):
        if upper[0] > value and words[last] != table.joins[0]:
            return Quantity(at, upper[1], value, upper[0])
    after = _match(table.marks, words, last) if last < end else None
    if after and after[0] in ("at_least", "about") and not kind:
        kind, last = after[0], last + after[1]
    if not kind and _least_after(words, last, end, table):
        kind = "at_least"
    match kind:
        case "at_least":
            return Quantity(at, last, value, None)
        case "more_than":
            return Quantity(at, last, value + 1, None)
        case "at_most":
            return Quantity(at, last, None, value)
        case "about":
            return Quantity(at, last, value, value, approx=True)
    return Quantity(at, last, value, value)


def _least_after(words: list[str], last: int, end: int, table: NumberWords) -> bool:
    """Say whether "at least" stands after what is counted, and before no other number: 40 people at least."""
    for at in range(last + 1, min(last + 3, end)):
        if not words[at - 1].isalpha():
            return False
        mark = _match(table.marks, words, at)
        if mark:
            return mark[0] == "at_least" and (at + mark[1] >= end or _plain(words, at + mark[1], end, table) is None)
    return False


def _range_end(words: list[str], at: int, end: int, table: NumberWords) -> tuple[int, int] | None:
    """Read the upper end of a range: a word for "to" or a joined "and", then a number."""
    if at >= end:
        return None
    if words[at] in table.to:
        read = _plain(words, at + 1, end, table)
        return (read[0], read[1]) if read else None
    if words[at][:1] == table.joins[0]:
        read = _plain(words, at, end, table)
        return (read[0], read[1]) if read and read[2] == table.joins[0] else None
    return None

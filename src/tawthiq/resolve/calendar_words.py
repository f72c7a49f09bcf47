"""Look up the words of a calendar in running text: months, weekdays, parts of a day, "last", "since".

Look-ups answer with a value and how many tokens it took; clitics and the article before a word do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tawthiq.text.numerals import NumberWords

_REACH = 8  # tokens within which a time mention says a month, a day or a unit


@dataclass(frozen=True, slots=True)
class TimeMention:
    """Tokens that say when. `start` and `end` are None where the words stay unresolved.

    `relation`: "" for a date; "after" or "before" for a number of days after or before something told (`days`).
    `since` marks an open beginning that lasts to publication; `span` a period of more than a day; `weak` a part of the day
    that gives way to any day said beside it.
    """

    first: int
    last: int
    start: date | None
    end: date | None
    relation: str = ""
    days: int = 0
    since: bool = False
    span: bool = False
    future: bool = False
    weak: bool = False


class CalendarWords:
    """The calendar of a vocabulary, and look-ups in it with clitics and article taken off."""

    def __init__(self, calendar_words: dict[str, Any], numbers: NumberWords, clitics: tuple[str, ...], article: str) -> None:
        self._numbers = numbers
        self._clitics = clitics
        self._article = article
        self._months: dict[str, int] = calendar_words["months"]
        self._hijri: dict[str, int] = calendar_words["hijri"]
        self._weekdays: dict[str, int] = calendar_words["weekdays"]
        self._days: dict[str, int] = calendar_words["days"]
        self._ordinals: dict[str, int] = calendar_words["ordinals"]
        self._units: dict[str, str] = calendar_words["units"]
        lists = (
            "parts",
            "day_word",
            "last",
            "next",
            "this",
            "since",
            "within",
            "before",
            "after",
            "until",
            "beginning",
            "alone",
            "of",
            "of_year",
            "year_word",
            "hijri_mark",
            "between",
            "range_from",
            "range_unit",
            "range_to",
            "running",
            "month_context",
            "event_after",
            "midnight",
            "ahead",
        )
        self._sets: dict[str, frozenset[str]] = {name: frozenset(calendar_words[name]) for name in lists}
        self._tables: dict[str, dict[str, int]] = {name: dict.fromkeys(words, 1) for name, words in self._sets.items()}
        self._firsts: dict[int, frozenset[str]] = {}
        self._known: dict[int, dict[str, tuple[str, ...]]] = {}
        self._remembered: dict[str, tuple[str, ...]] = {}
        self.starts = self._first_words()
        self._saying = self._time_words()
        self._says: dict[str, bool] = {}

    def _first_words(self) -> frozenset[str]:
        """Return every token with which a time mention can begin, clitics included."""
        words = {
            key.split()[0]
            for table in (self._months, self._hijri, self._weekdays, self._days, self._ordinals, self._units)
            for key in table
        }
        for name in (
            "parts",
            "day_word",
            "since",
            "within",
            "before",
            "after",
            "beginning",
            "last",
            "next",
            "this",
            "between",
            "range_from",
        ):
            words |= {w.split()[0] for w in self._sets[name]}
        words |= {self._article + w for w in words}
        joined = self._clitics[0]
        assimilated = self._article[1] * 2
        return frozenset(words | {c + w for c in (*self._clitics, assimilated, joined + assimilated) for w in words})

    def _time_words(self) -> frozenset[str]:
        """Return the tokens one of which stands in every time mention: of each month, day, part or unit its longest word."""
        tables = (self._months, self._hijri, self._weekdays, self._days, self._units)
        keys = [*(key for table in tables for key in table), *(w for n in ("parts", "day_word", "alone") for w in self._sets[n])]
        return frozenset({max(key.split(" "), key=len) for key in keys} | {"may", "march"})

    def says_time(self, words: list[str], at: int, end: int) -> bool:
        """Say whether a time mention can begin at a token: whether a word that says time stands in its reach."""
        known = self._says
        for word in words[at : min(at + _REACH, end)]:
            says = known.get(word)
            if says is None:
                if len(known) > 50_000:
                    known.clear()
                says = len(word) >= 4 and word[0].isdigit()
                says = known[word] = says or any(option in self._saying for option in self._options(word))
            if says:
                return True
        return False

    def _options(self, word: str) -> tuple[str, ...]:
        """Return a token as it is and with clitics and article taken off; remembered, since words come back."""
        found = self._remembered.get(word)
        if found is None:
            if len(self._remembered) > 100_000:
                self._remembered.clear()
            options = [word]
            options += [word[len(c) :] for c in self._clitics if word.startswith(c) and len(word) > len(c) + 2]
            options += [o[2:] for o in options if o.startswith(self._article)]
            doubled = self._article[1] * 2
            options += [part for o in (word, word[1:]) if o[:2] == doubled for part in (self._article + o[2:], o[2:])]
            found = self._remembered[word] = tuple(options)
        return found

    def _look(self, table: dict[str, int] | dict[str, str], words: list[str], at: int, end: int) -> tuple[Any, int] | None:
        """Return the value of the longest entry at a token, clitics and article taken off its first word."""
        if at >= end:
            return None
        word = words[at]
        known = self._known.get(id(table))
        if known is None:
            known = self._known[id(table)] = {}
            self._firsts[id(table)] = frozenset(key.split(" ")[0] for key in table)
        options = known.get(word)
        if options is None:
            firsts = self._firsts[id(table)]
            if len(known) > 20_000:
                known.clear()
            options = known[word] = tuple(o for o in self._options(word) if o in firsts)
        if not options:
            return None
        for length in (3, 2, 1):
            if at + length > end:
                continue
            rest = words[at + 1 : at + length]
            for option in options:
                found = table.get(" ".join([option, *rest]) if rest else option)
                if found is not None:
                    return found, length
        return None

    def _is(self, name: str, words: list[str], at: int, end: int) -> int:
        """Return how many tokens a word of a list takes at a place, 0 where it is not there."""
        found = self._look(self._tables[name], words, at, end) if at < end else None
        return found[1] if found else 0

    def _month_at(self, words: list[str], at: int, end: int) -> tuple[int, int] | None:
        found = self._look(self._months, words, at, end)
        if found:
            return found
        if at < end and words[at] in ("may", "march"):
            return (5 if words[at] == "may" else 3), 1
        return None

    def _unit(self, words: list[str], at: int, end: int) -> str | None:
        found = self._look(self._units, words, at, end)
        return found[0] if found else None


def safe_date(year: int, month: int, day: int) -> date | None:
    """Return a date, or None for a day that no calendar has."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def with_year(month: int, day: int, year: int | None, published: date | None) -> date | None:
    """Return the date, its year found from publication: the latest one not more than a week after it."""
    if year is not None:
        return safe_date(year, month, day)
    if published is None:
        return None
    found = safe_date(published.year, month, day)
    if found is None or found > published + timedelta(days=60):
        return safe_date(published.year - 1, month, day) or found
    return found

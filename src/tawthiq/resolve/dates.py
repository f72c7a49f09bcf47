"""Read the words that say when, and count them from the day of publication.

A relative word without a day of publication stays unresolved; an absolute date is resolved always. Hijri dates are converted
with hijridate (Umm al-Qura). Dates without a year are the latest ones not after publication, unless the text says "next".
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tawthiq.text.numerals import NumberWords, quantity_at

DEFAULT_ZONE = "Asia/Damascus"
_YMD = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})$")
_DMY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})$")
_PAIR = re.compile(r"(\d{1,2})-(\d{1,2})$")


@dataclass(frozen=True, slots=True)
class TimeMention:
    """Tokens that say when. `start` and `end` are None where the words stay unresolved.

    `relation`: "" for a date; "after" or "before" for a number of days after or before something told (`days`).
    `since` marks an open beginning that lasts to publication; `span` a period of more than a day.
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


def local_date(published: str | None, zone: str = DEFAULT_ZONE) -> date | None:
    """Return the local date of publication: a date as it is, an instant in the project's zone; None for what is neither.

    >>> local_date("2024-03-01T23:30:00+00:00")
    datetime.date(2024, 3, 2)
    """
    if not published:
        return None
    try:
        if len(published) <= 10:
            return date.fromisoformat(published)
        instant = datetime.fromisoformat(published)
    except ValueError:
        return None
    return instant.date() if instant.tzinfo is None else instant.astimezone(ZoneInfo(zone)).date()


class DateReader:
    """Reads time words by a vocabulary's calendar."""

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
        lists = ("parts", "day_word", "last", "next", "this", "since", "within", "before", "after", "until", "beginning", "of", "of_year", "year_word",
                 "hijri_mark", "between", "running", "month_context", "event_after", "midnight", "ahead")
        self._sets: dict[str, frozenset[str]] = {name: frozenset(calendar_words[name]) for name in lists}
        self.starts = self._first_words()

    def _first_words(self) -> frozenset[str]:
        """Return every token with which a time mention can begin, clitics included."""
        words = {key.split()[0] for table in (self._months, self._hijri, self._weekdays, self._days, self._ordinals, self._units) for key in table}
        for name in ("parts", "day_word", "since", "within", "before", "after", "beginning", "last", "next", "this", "between"):
            words |= {w.split()[0] for w in self._sets[name]}
        words |= {self._article + w for w in words}
        joined = self._clitics[0]
        assimilated = self._article[1] * 2
        return frozenset(words | {c + w for c in (*self._clitics, assimilated, joined + assimilated) for w in words})

    def _look(self, table: dict[str, int] | dict[str, str], words: list[str], at: int, end: int) -> tuple[Any, int] | None:
        """Return the value of the longest entry at a token, clitics and article taken off its first word."""
        if at >= end:
            return None
        head = words[at]
        options = [head]
        for clitic in self._clitics:
            if head.startswith(clitic) and len(head) > len(clitic) + 2:
                options.append(head[len(clitic) :])
        options += [o[2:] for o in options if o.startswith(self._article)]
        options += [part for o in (head, head[1:]) if o[:2] == self._article[1] * 2 for part in (self._article + o[2:], o[2:])]
        for length in (3, 2, 1):
            if at + length > end:
                continue
            rest = words[at + 1 : at + length]
            for option in options:
                found = table.get(" ".join([option, *rest]))
                if found is not None:
                    return found, length
        return None

    def _is(self, name: str, words: list[str], at: int, end: int) -> int:
        """Return how many tokens a word of a list takes at a place, 0 where it is not there."""
        found = self._look({w: 1 for w in self._sets[name]}, words, at, end) if at < end else None
        return found[1] if found else 0

    def find(self, words: list[str], start: int, end: int, published: date | None) -> list[TimeMention]:
        """Return the time mentions in tokens `start` to `end`, left to right, none overlapping."""
        out: list[TimeMention] = []
        at = start
        starts = self.starts
        while at < end:
            word = words[at]
            if word in starts or word[0].isdigit():
                mention = self._at(words, at, end, published)
                if mention:
                    if out and out[-1].last == mention.first and (joined := _join(out[-1], mention)):
                        out[-1] = joined
                    else:
                        out.append(mention)
                    at = mention.last
                    continue
            at += 1
        return out

    def _at(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        for read in (self._since, self._absolute, self._day, self._weekday, self._period, self._distance):
            mention = read(words, at, end, published)
            if mention:
                return mention
        return None

    # --- one reader a kind of phrase -------------------------------------------------------------------------------

    def _since(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        length = self._is("since", words, at, end)
        if not length or at + length >= end:
            return None
        inner = self._at(words, at + length, end, published) if not self._is("since", words, at + length, end) else None
        if inner is None or inner.relation or (inner.start is None and published is not None):
            return None
        last_day = published if published and inner.start and inner.start <= published else inner.end
        if published is None and inner.start is not None:
            last_day = None
        return TimeMention(at, inner.last, inner.start, last_day, since=True, span=True)

    def _month_at(self, words: list[str], at: int, end: int) -> tuple[int, int] | None:
        found = self._look(self._months, words, at, end)
        if found:
            return found
        if at < end and words[at] in ("may", "march"):
            return (5 if words[at] == "may" else 3), 1
        return None

    def _absolute(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        """Dates in digits; a day and a month in words; a month alone with a word that shows it is one."""
        word = words[at]
        for pattern, order in ((_YMD, (1, 2, 3)), (_DMY, (3, 2, 1))):
            if match := pattern.match(word):
                day = _safe(int(match[order[0]]), int(match[order[1]]), int(match[order[2]]))
                return TimeMention(at, at + 1, day, day) if day else None
        position = at
        if length := self._is("day_word", words, position, end):
            position += length
        weekday = self._look(self._weekdays, words, position, end)
        if weekday:
            position += weekday[1]
            if self._is("last", words, position, end):
                position += 1
            if position < end and words[position] in (",", "،"):
                position += 1
        if (match := _YMD.match(words[position])) if position < end else None:
            day = _safe(int(match[1]), int(match[2]), int(match[3])) if match else None
            return TimeMention(at, position + 1, day, day) if day else None
        days, after = self._day_number(words, position, end)
        if days:
            while after < end and words[after] in self._sets["of"]:
                after += 1
            return self._day_month(words, at, after, end, days, published)
        if english := self._english_month_first(words, at, position, end, published):
            return english
        return None

    def _day_number(self, words: list[str], at: int, end: int) -> tuple[tuple[int, int] | None, int]:
        """Return the first and last day that a number, a range of numbers or an ordinal gives, and where it ends."""
        if at >= end:
            return None, at
        word = words[at].lstrip("".join(self._clitics)) if words[at][:1] in self._clitics and len(words[at]) > 3 else words[at]
        if pair := _PAIR.match(word):
            return (int(pair[1]), int(pair[2])), at + 1
        if word.isdigit() and len(word) <= 2 and 1 <= int(word) <= 31:
            if at + 2 < end and words[at + 1] == "-" and words[at + 2].isdigit() and int(words[at + 2]) <= 31:
                return (int(word), int(words[at + 2])), at + 3
            return (int(word), int(word)), at + 1
        if (position := at + self._between(words, at, end)) < end:
            found = self._look(self._ordinals, words, position, end)
            if found:
                last = position + found[1]
                second = self._look(self._ordinals, words, last, end) if last < end and words[last][:1] == self._clitics[0] else None
                if second and position > at:
                    return (found[0], second[0]), last + second[1]
                return (found[0], found[0]), last
        return None, at

    def _between(self, words: list[str], at: int, end: int) -> int:
        return 1 if at + 1 < end and words[at] in self._sets["between"] else 0

    def _day_month(
        self, words: list[str], first: int, at: int, end: int, days: tuple[int, int], published: date | None
    ) -> TimeMention | None:
        month = self._month_at(words, at, end)
        hijri = None if month else self._look(self._hijri, words, at, end)
        if month or hijri:
            number, length = month or hijri or (0, 0)
            at += length
            year = None
            if at < end and self._is("last", words, at, end):
                at += 1
            if at < end and words[at] == "/":
                at += 1
                extra = self._month_at(words, at, end)
                at += extra[1] if extra else 0
            if at < end and words[at] in self._sets["of_year"]:
                step = 2 if at + 2 < end and words[at + 1] in self._sets["year_word"] else 1
                if at + step < end and re.fullmatch(r"1[34]\d\d|20\d\d", words[at + step]):
                    at += step
            if at < end and re.fullmatch(r"1[34]\d\d|20\d\d", words[at]):
                year = int(words[at])
                at += 1
                if at < end and words[at] in self._sets["hijri_mark"]:
                    at += 1
            if hijri:
                return self._hijri_days(first, at, number, days, year, published)
            start = _with_year(number, days[0], year, published)
            stop = _with_year(number, days[1], year, published)
            return TimeMention(first, at, start, stop, span=start != stop)
        if at < end and self._unit(words, at, end) == "month" and published:
            base = published
            length = 1
            if self._is("last", words, at + 1, end):
                base = date(published.year, published.month, 1) - timedelta(days=1)
                length = 2
            elif self._is("this", words, at + 1, end):
                length = 2
            day = _safe(base.year, base.month, days[0])
            if day and day > published and base is published:
                base = date(published.year, published.month, 1) - timedelta(days=1)
                day = _safe(base.year, base.month, days[0])
            stop = _safe(base.year, base.month, days[1])
            return TimeMention(first, at + length, day, stop, span=day != stop) if day else None
        return None

    def _hijri_days(
        self, first: int, last: int, month: int, days: tuple[int, int], year: int | None, published: date | None
    ) -> TimeMention:
        from hijridate import Gregorian, Hijri

        def convert(year_: int, day: int) -> date | None:
            try:
                g = Hijri(year_, month, day).to_gregorian()
            except (ValueError, OverflowError):
                return None
            return date(g.year, g.month, g.day)

        if year is None and published is not None:
            now = Gregorian(published.year, published.month, published.day).to_hijri().year
            year = now if (found := convert(now, days[0])) and found <= published else now - 1
        if year is None:
            return TimeMention(first, last, None, None)
        start, stop = convert(year, days[0]), convert(year, days[1])
        return TimeMention(first, last, start, stop or start)

    def _english_month_first(
        self, words: list[str], first: int, at: int, end: int, published: date | None
    ) -> TimeMention | None:
        """Read "Feb 15" and "March 3, 2024"."""
        month = self._month_at(words, at, end)
        if not month or words[at][0] > "\u0600" or at + month[1] >= end:
            return None
        at += month[1]
        if at < end and words[at] == ".":
            at += 1
        if at < end and words[at].isdigit() and 1 <= int(words[at]) <= 31:
            day_number = int(words[at])
            at += 1
            year = None
            if at + 1 < end and words[at] == "," and re.fullmatch(r"20\d\d", words[at + 1]):
                year = int(words[at + 1])
                at += 2
            day = _with_year(month[0], day_number, year, published)
            return TimeMention(first, at, day, day)
        return None

    def _day(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        """Read today, yesterday, tomorrow and their kin, with a part of the day and a weekday around them."""
        position = at
        while (length := self._is("parts", words, position, end)) and position - at < 3:
            if self._look(self._days, words, position, end):
                break
            position += length
            if position < end and words[position] in self._sets["of"]:
                position += 1
        found = self._look(self._days, words, position, end)
        if not found:
            return self._ordinal_day(words, at, end, published)
        offset, length = found
        position += length
        head = words[position - length]
        if length == 1 and offset == 0 and position < end and self._is("day_word", words, position - 1, position):
            if self._is("last", words, position, end):
                day = published
                start = published - timedelta(days=1) if published else None
                return TimeMention(at, position + 1, start, day, span=True)
            if self._look(self._ordinals, words, position, end):
                return self._ordinal_day(words, at, end, published)
        weekday = self._look(self._weekdays, words, position, end)
        if weekday:
            position += weekday[1]
            if self._is("last", words, position, end):
                position += 1
        elif length_ := self._is("parts", words, position, end):
            position += length_
        day = published + timedelta(days=offset) if published else None
        return TimeMention(at, position, day, day, future=offset > 0)

    def _ordinal_day(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        """Read "for the third day (running)": from two days before publication to publication."""
        if at >= end or not self._is("day_word", words, at, end):
            return None
        found = self._look(self._ordinals, words, at + 1, end)
        if not found or found[0] > 15:
            return None
        last = at + 1 + found[1]
        if last + 1 < end and words[last] in self._sets["running"]:
            last += 2
        start = published - timedelta(days=found[0] - 1) if published else None
        return TimeMention(at, last, start, published, span=True)

    def _weekday(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        position, part, after_midnight = at, False, False
        while (length := self._is("parts", words, position, end)) and position - at < 4:
            after_midnight = after_midnight or words[position].endswith(tuple(self._sets["midnight"])) or length > 1
            part = True
            position += length
        if length := self._is("day_word", words, position, end):
            position += length
        found = self._look(self._weekdays, words, position, end)
        if not found:
            return None
        english = words[position][0] < "\u0600"
        number, length = found
        position += length
        if position + 1 < end and words[position] == "-" and (second := self._look(self._weekdays, words, position + 1, end)):
            position += 1 + second[1]
            if at > 0 and words[at - 1] in self._sets["midnight"] or after_midnight:
                number = second[0]
        ahead = self._is("next", words, position, end) or (english and at > 0 and words[at - 1] in self._sets["ahead"])
        if self._is("last", words, position, end) or self._is("next", words, position, end):
            position += 1
        elif not part and self._is("parts", words, position, end):
            position += 1
        if published is None:
            return TimeMention(at, position, None, None, future=bool(ahead))
        back = (published.weekday() - number) % 7
        day = published + timedelta(days=7 - back) if ahead else published - timedelta(days=back)
        return TimeMention(at, position, day, day, future=bool(ahead))

    def _unit(self, words: list[str], at: int, end: int) -> str | None:
        found = self._look(self._units, words, at, end)
        return found[0] if found else None

    def _period(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        """Read weeks, months, years and named months, with their beginnings and the words last, this, next."""
        position = at
        beginning = self._is("beginning", words, position, end)
        within = 0 if beginning else self._is("within", words, position, end)
        position += beginning or within
        english_last = self._is("last", words, position, end) if position < end and words[position][0] < "\u0600" else 0
        english_next = self._is("next", words, position, end) if position < end and words[position][0] < "\u0600" else 0
        english_this = words[position] == "this" if position < end else False
        position += english_last or english_next or int(english_this)
        unit = self._unit(words, position, end)
        if unit in ("week", "month", "year"):
            position += 1
            named = self._named_month(words, position, end, published) if unit == "month" else None
            if named:
                return TimeMention(at, named.last, named.start, named.end, span=True)
            if unit == "year" and position < end and re.fullmatch(r"20\d\d", words[position]):
                year = int(words[position])
                return TimeMention(at, position + 1, date(year, 1, 1), date(year, 12, 31) if not beginning else date(year, 1, 1), span=True)
            direction = ""
            for name in ("last", "this", "next"):
                if position < end and self._is(name, words, position, end):
                    direction = name
                    position += 1
                    break
            direction = direction or ("last" if english_last else "next" if english_next else "this" if english_this else "")
            if direction or beginning:
                if unit == "year" and position < end and re.fullmatch(r"20\d\d", words[position]):
                    position += 1
                return self._unit_span(at, position, unit, direction, bool(beginning), published)
            return None
        if (beginning or within or self._named_context(words, at)) and (named := self._named_month(words, position, end, published)):
            if beginning:
                return TimeMention(at, named.last, named.start, named.start, span=True)
            return TimeMention(at, named.last, named.start, named.end, span=True)
        if beginning and position < end and re.fullmatch(r"20\d\d", words[position]):
            year = int(words[position])
            return TimeMention(at, position + 1, date(year, 1, 1), date(year, 1, 1), span=True)
        if within:
            return self._within(words, at, position, end, published)
        return None

    def _named_context(self, words: list[str], at: int) -> bool:
        """Say whether the word before shows that a bare month name is a time: in, since, or nothing but a joined "in"."""
        return at > 0 and (words[at - 1] in self._sets["month_context"] or words[at][:1] == self._clitics[2])

    def _named_month(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        found = self._month_at(words, at, end)
        hijri = None if found else self._look(self._hijri, words, at, end)
        if not found and not hijri:
            return None
        number, length = found or hijri or (0, 0)
        position = at + length
        previous = bool(position < end and self._is("last", words, position, end))
        ahead = bool(position < end and self._is("next", words, position, end))
        position += int(previous or ahead)
        year = None
        if position < end and re.fullmatch(r"20\d\d", words[position]):
            year = int(words[position])
            position += 1
        if hijri:
            return self._hijri_month(at, position, number, year, published)
        if year is None:
            if published is None:
                return TimeMention(at, position, None, None, span=True)
            year = published.year
            if ahead:
                year += number <= published.month
            elif number > published.month + 1 or (number == published.month and previous):
                year -= 1
        last_day = calendar.monthrange(year, number)[1]
        stop = date(year, number, last_day)
        return TimeMention(at, position, date(year, number, 1), stop, span=True)

    def _hijri_month(self, first: int, last: int, number: int, year: int | None, published: date | None) -> TimeMention:
        from hijridate import Gregorian, Hijri

        if year is None and published is not None:
            now = Gregorian(published.year, published.month, published.day).to_hijri()
            year = now.year if number >= now.month else now.year + 1
        if year is None:
            return TimeMention(first, last, None, None, span=True)
        begin = Hijri(year, number, 1)
        g, stop = begin.to_gregorian(), Hijri(year, number, begin.month_length()).to_gregorian()
        return TimeMention(first, last, date(g.year, g.month, g.day), date(stop.year, stop.month, stop.day), span=True)

    def _unit_span(
        self, first: int, last: int, unit: str, direction: str, beginning: bool, published: date | None
    ) -> TimeMention:
        if published is None:
            return TimeMention(first, last, None, None, span=True, future=direction == "next")
        if unit == "week":
            if direction == "next":
                return TimeMention(first, last, published + timedelta(days=1), published + timedelta(days=7), span=True, future=True)
            if direction == "this" or beginning:
                back = (published.weekday() + 2) % 7
                return TimeMention(first, last, published - timedelta(days=back), published, span=True)
            return TimeMention(first, last, published - timedelta(days=7), published - timedelta(days=1), span=True)
        if unit == "month":
            month_first = published.replace(day=1)
            if direction == "last":
                stop = month_first - timedelta(days=1)
                start = stop.replace(day=1)
            elif direction == "next":
                start = (month_first + timedelta(days=32)).replace(day=1)
                stop = (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            else:
                start, stop = month_first, published
        else:
            year = published.year + {"last": -1, "next": 1}.get(direction, 0)
            start, stop = date(year, 1, 1), (published if direction in ("", "this") else date(year, 12, 31))
        if beginning:
            return TimeMention(first, last, start, start, span=True)
        return TimeMention(first, last, start, stop, span=True, future=direction == "next")

    def _within(self, words: list[str], first: int, at: int, end: int, published: date | None) -> TimeMention | None:
        """Read "within the last two days", "in the next 48 hours"."""
        if at < end and (head := words[at]) and (head.startswith(self._article) or head in ("the", "last", "next")):
            if head == "the":
                at += 1
        amount, position = self._amount(words, at, end)
        if amount is None:
            return None
        back = position < end and self._is("last", words, position, end)
        ahead = position < end and self._is("next", words, position, end)
        position += int(bool(back or ahead))
        if published is None:
            return TimeMention(first, position, None, None, span=True)
        hours = position > 0 and amount < 0
        days = -amount if hours else amount
        if back:
            start = published - timedelta(days=days)
            return TimeMention(first, position, start, published if hours else published - timedelta(days=1), span=True)
        if ahead:
            return TimeMention(first, position, published + timedelta(days=1), published + timedelta(days=days), span=True, future=True)
        return TimeMention(first, position, published, published + timedelta(days=days), span=True, future=True)

    def _amount(self, words: list[str], at: int, end: int) -> tuple[int | None, int]:
        """Return a number of days (negative where it was given in hours, rounded up) and where it ends."""
        if at >= end:
            return None, at
        unit = self._unit(words, at, end)
        count = {"two_days": 2, "two_weeks": 14, "two_months": 60}.get(unit or "")
        if count:
            return count, at + 1
        if unit == "two_hours":
            return -1, at + 1
        position = at
        if unit in ("hour", "day"):
            position += 1
            read = quantity_at(words, position, end, self._numbers)
            if read is None or read.least is None:
                return None, at
            return (-max(1, -(-read.least // 24)) if unit == "hour" else read.least), read.last
        read = quantity_at(words, at, end, self._numbers)
        if read is None or read.least is None or read.vague:
            return None, at
        unit = self._unit(words, read.last, end)
        scale = {"day": 1, "week": 7, "month": 30, "year": 365}.get(unit or "")
        if scale:
            return read.least * scale, read.last + 1
        if unit == "hour":
            return -max(1, -(-read.least // 24)), read.last + 1
        return None, at

    def _distance(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        """Read "three days ago", "قبل ثلاثة أيام", "بعد خمسة أيام على"."""
        for relation in ("before", "after"):
            length = self._is(relation, words, at, end)
            if length and words[at][0] > "\u0600":
                days, position = self._amount(words, at + length, end)
                if days is None:
                    return None
                hours = days < 0
                tail = words[position] if position < end else ""
                if relation == "after" or tail in self._sets["event_after"]:
                    amount = 0 if hours else days
                    return TimeMention(at, position, None, None, relation=relation, days=amount)
                day = published - timedelta(days=0 if hours else days) if published else None
                return TimeMention(at, position, day, day)
        if words[at][0].isdigit() or words[at][0] < "\u0600":
            days, position = self._amount(words, at, end)
            if days is not None and position < end and words[position] == "ago":
                day = published - timedelta(days=max(days, 0)) if published else None
                return TimeMention(at, position + 1, day, day)
            if days is not None and position < end and words[position] in ("later", "after"):
                return TimeMention(at, position + 1, None, None, relation="after", days=max(days, 0))
        return None


def _join(left: TimeMention, right: TimeMention) -> TimeMention | None:
    """Make one of two mentions side by side: a weekday with its date, "today, for the third day"."""
    if left.relation or right.relation or left.since:
        return None
    if right.span and left.start == left.end == right.end:
        return TimeMention(left.first, right.last, right.start, right.end, span=True)
    if not right.span and not left.span and right.start is not None:
        return TimeMention(left.first, right.last, right.start, right.end)
    return None


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _with_year(month: int, day: int, year: int | None, published: date | None) -> date | None:
    """Return the date, its year found from publication: the latest one not more than a week after it."""
    if year is not None:
        return _safe(year, month, day)
    if published is None:
        return None
    found = _safe(published.year, month, day)
    if found is None or found > published + timedelta(days=60):
        return _safe(published.year - 1, month, day) or found
    return found

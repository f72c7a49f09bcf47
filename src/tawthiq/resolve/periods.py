"""Read stretches of time: weeks, months and years, named months, "within two days", with their beginnings and directions."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from tawthiq.resolve.calendar_words import CalendarWords, TimeMention
from tawthiq.text.numerals import quantity_at


class PeriodReader(CalendarWords):
    """Reads words for stretches of time."""

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
                return TimeMention(
                    at, position + 1, date(year, 1, 1), date(year, 12, 31) if not beginning else date(year, 1, 1), span=True
                )
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
        if (beginning or within or self._named_context(words, at)) and (
            named := self._named_month(words, position, end, published)
        ):
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

    def _unit_span(self, first: int, last: int, unit: str, direction: str, beginning: bool, published: date | None) -> TimeMention:
        if published is None:
            return TimeMention(first, last, None, None, span=True, future=direction == "next")
        if unit == "week":
            if direction == "next":
                return TimeMention(
                    first, last, published + timedelta(days=1), published + timedelta(days=7), span=True, future=True
                )
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
            return TimeMention(
                first, position, published + timedelta(days=1), published + timedelta(days=days), span=True, future=True
            )
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

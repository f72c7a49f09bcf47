"""Read the words that say when, and count them from the day of publication.

A relative word without a day of publication stays unresolved; an absolute date is resolved always. Hijri dates are converted
with hijridate (Umm al-Qura). Dates without a year are the latest ones not after publication, unless the text says "next".
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from tawthiq.resolve.calendar_words import TimeMention, safe_date, with_year
from tawthiq.resolve.periods import PeriodReader

DEFAULT_ZONE = "Asia/Damascus"
_YMD = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})$")
_DMY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})$")
_PAIR = re.compile(r"(\d{1,2})-(\d{1,2})$")


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


def precision(start: date | None, end: date | None) -> tuple[int | None, int | None]:
    """Return how exact a time is: ACLED's time precision (1 to 3) and UCDP's date_prec (1 to 5); None for what is not known.

    >>> precision(date(2024, 3, 1), date(2024, 3, 1)), precision(date(2024, 3, 1), date(2024, 3, 31))
    ((1, 1), (3, 4))
    """
    if start is None or end is None:
        return None, None
    days = (end - start).days + 1
    acled = 1 if days == 1 else 2 if days <= 7 else 3
    ucdp = 1 if days == 1 else 2 if days <= 6 else 3 if days <= 7 else 4 if days <= 31 else 5
    return acled, ucdp


class DateReader(PeriodReader):
    """Reads time words by a vocabulary's calendar."""

    @cached_property
    def _follows(self) -> frozenset[str]:
        """Signs and words that may stand between the number of a day and its month."""
        return frozenset({":", "/", "-", "(", ",", "،", "."}) | self._sets["of"] | {w.split(" ")[0] for w in self._sets["of_year"]}

    def find(self, words: list[str], start: int, end: int, published: date | None) -> list[TimeMention]:
        """Return the time mentions in tokens `start` to `end`, left to right, none overlapping."""
        out: list[TimeMention] = []
        at = start
        starts = self.starts
        while at < end:
            word = words[at]
            if word.isdigit() and (at + 1 >= end or (words[at + 1] not in starts and words[at + 1] not in self._follows)):
                at += 1  # a number that no word of time follows
                continue
            opens = word in starts or word[0].isdigit() or (word[0] < "\u0600" and word in self._numbers.starts)
            if opens and self.says_time(words, at, end):
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
        for read in (self._range, self._since, self._absolute, self._day, self._weekday, self._period, self._distance, self._part):
            mention = read(words, at, end, published)
            if mention:
                return mention
        return None

    # --- one reader a kind of phrase -------------------------------------------------------------------------------

    def _range(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        """Read "between 6 and 10 March", "from February to May 2024", "between the years 2013 and 2018"."""
        length = self._is("range_from", words, at, end)
        if not length:
            return None
        position = at + length + self._is("range_unit", words, at + length, end)
        left = self._edge(words, position, end, published)
        if left is None or left[1] >= end:
            return None
        joined = words[left[1]] in self._sets["range_to"]
        if not joined and words[left[1]][:1] != self._clitics[0]:
            return None
        position = left[1] + int(joined)
        right = self._edge(words, position + self._is("range_unit", words, position, end), end, published)
        first, last = left[0], right[0] if right else None
        if right is None or not isinstance(last, TimeMention) or last.end is None:
            return None
        if isinstance(first, int):
            start = safe_date(last.end.year, last.end.month, first) if last.start == last.end else None
        else:
            start = first.start
        if start is not None and start > last.end:
            start = safe_date(start.year - 1, start.month, start.day)
        return TimeMention(at, right[1], start, last.end, span=True) if start is not None else None

    def _edge(self, words: list[str], at: int, end: int, published: date | None) -> tuple[TimeMention | int, int] | None:
        """Return one end of a range, a time or the bare number of a day, and where its words end."""
        if at >= end:
            return None
        word = words[at].removeprefix(self._clitics[0])
        found = self._absolute(words, at, end, published) or self._named_month(words, at, end, published)
        if found is not None:
            return found, found.last
        if re.fullmatch(r"(19|20)\d\d", word):
            return TimeMention(at, at + 1, date(int(word), 1, 1), date(int(word), 12, 31), span=True), at + 1
        return (int(word), at + 1) if word.isdigit() and 1 <= int(word) <= 31 else None

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

    def _absolute(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        """Dates in digits; a day and a month in words; a month alone with a word that shows it is one."""
        word = words[at]
        for pattern, order in ((_YMD, (1, 2, 3)), (_DMY, (3, 2, 1))):
            if match := pattern.match(word):
                day = safe_date(int(match[order[0]]), int(match[order[1]]), int(match[order[2]]))
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
            day = safe_date(int(match[1]), int(match[2]), int(match[3])) if match else None
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
                second = (
                    self._look(self._ordinals, words, last, end) if last < end and words[last][:1] == self._clitics[0] else None
                )
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
            start = with_year(number, days[0], year, published)
            stop = with_year(number, days[1], year, published)
            return TimeMention(first, at, start, stop, span=start != stop)
        if at < end and self._unit(words, at, end) == "month" and published:
            base = published
            length = 1
            if self._is("last", words, at + 1, end):
                base = date(published.year, published.month, 1) - timedelta(days=1)
                length = 2
            elif self._is("this", words, at + 1, end):
                length = 2
            day = safe_date(base.year, base.month, days[0])
            if day and day > published and base is published:
                base = date(published.year, published.month, 1) - timedelta(days=1)
                day = safe_date(base.year, base.month, days[0])
            stop = safe_date(base.year, base.month, days[1])
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

    def _english_month_first(self, words: list[str], first: int, at: int, end: int, published: date | None) -> TimeMention | None:
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
            day = with_year(month[0], day_number, year, published)
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

    def _part(self, words: list[str], at: int, end: int, published: date | None) -> TimeMention | None:
        """Read "in the morning" alone as the day of publication."""
        if words[at] in self._sets["alone"]:
            return TimeMention(at, at + 1, published, published, weak=True)
        return None

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
            if (at > 0 and words[at - 1] in self._sets["midnight"]) or after_midnight:
                number = second[0]
        ahead = self._is("next", words, position, end) or (english and at > 0 and words[at - 1] in self._sets["ahead"])
        if (
            self._is("last", words, position, end)
            or self._is("next", words, position, end)
            or (not part and self._is("parts", words, position, end))
        ):
            position += 1
        if published is None:
            return TimeMention(at, position, None, None, future=bool(ahead))
        back = (published.weekday() - number) % 7
        day = published + timedelta(days=7 - back) if ahead else published - timedelta(days=back)
        return TimeMention(at, position, day, day, future=bool(ahead))

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
    if left.since and not right.relation and not right.since and not right.span and not right.future:
        return TimeMention(left.first, right.last, left.start, right.end or left.end, since=True, span=True)  # "since ... to today"
    if left.relation or right.relation or left.since:
        return None
    if right.weak or left.weak:
        kept = left if right.weak else right
        return TimeMention(left.first, right.last, kept.start, kept.end, span=kept.span, since=kept.since)
    if right.span and left.start == left.end == right.end:
        return TimeMention(left.first, right.last, right.start, right.end, span=True)
    if not right.span and not left.span and right.start is not None:
        return TimeMention(left.first, right.last, right.start, right.end)
    return None

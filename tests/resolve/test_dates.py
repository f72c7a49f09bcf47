from __future__ import annotations

from datetime import date, timedelta

import pytest
from hijridate import Gregorian
from hypothesis import given
from hypothesis import strategies as st

from tawthiq.extract.items import reader
from tawthiq.resolve.calendar_words import TimeMention
from tawthiq.resolve.dates import local_date, precision
from tawthiq.text.normalise import normalise
from tawthiq.text.tokens import tokenise

THURSDAY = date(2022, 10, 13)


def mentions(text: str, published: date | None = THURSDAY) -> list[TimeMention]:
    words = tokenise(normalise(text)).words
    return reader().dates.find(words, 0, len(words), published)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("فجر اليوم الخميس", "2022-10-13", "2022-10-13"),
        ("مساء أمس الأربعاء", "2022-10-12", "2022-10-12"),
        ("أول أمس", "2022-10-11", "2022-10-11"),
        ("يوم الإثنين", "2022-10-10", "2022-10-10"),
        ("الجمعة الفائت", "2022-10-07", "2022-10-07"),
        ("الليلة الماضية", "2022-10-12", "2022-10-12"),
        ("غداً السبت", "2022-10-14", "2022-10-14"),
        ("يوم الأحد 2 تشرين الأول", "2022-10-02", "2022-10-02"),
        ("ليل الأربعاء 2022/09/14", "2022-09-14", "2022-09-14"),
        ("7-12-2021", "2021-12-07", "2021-12-07"),
        ("في الثالث عشر من آذار", "2022-03-13", "2022-03-13"),
        ("في 25 كانون الأول", "2021-12-25", "2021-12-25"),
        ("بين الرابع والعاشر من آذار", "2022-03-04", "2022-03-10"),
        ("(4 – 10 آذار 2022)", "2022-03-04", "2022-03-10"),
        ("الأسبوع الماضي", "2022-10-06", "2022-10-12"),
        ("الشهر الماضي", "2022-09-01", "2022-09-30"),
        ("خلال شهر أيلول", "2022-09-01", "2022-09-30"),
        ("منذ مطلع العام", "2022-01-01", "2022-10-13"),
        ("منذ مطلع الشهر الجاري", "2022-10-01", "2022-10-13"),
        ("قبل ثلاثة أيام", "2022-10-10", "2022-10-10"),
        ("خلال اليومين الماضيين", "2022-10-11", "2022-10-12"),
        ("خلال 48 ساعة", "2022-10-13", "2022-10-15"),
        ("اليوم ولليوم الثالث على التوالي", "2022-10-11", "2022-10-13"),
        ("بعد منتصف ليل الأربعاء – الخميس", "2022-10-13", "2022-10-13"),
        ("ليل الأربعاء – الخميس", "2022-10-12", "2022-10-12"),
        ("الخامس عشر من ذي القعدة 1443", "2022-06-14", "2022-06-14"),
        ("late on Wednesday", "2022-10-12", "2022-10-12"),
        ("since January", "2022-01-01", "2022-10-13"),
        ("two days ago", "2022-10-11", "2022-10-11"),
        ("Feb 15", "2022-02-15", "2022-02-15"),
    ],
)
def test_dates_are_counted_from_publication(text: str, start: str, end: str) -> None:
    found = mentions(text)
    assert found, text
    assert (str(found[0].start), str(found[0].end)) == (start, end)


@pytest.mark.parametrize("text", ["أمس", "يوم الجمعة", "قبل يومين", "الأسبوع الماضي", "منذ مطلع الشهر"])
def test_without_publication_relative_words_stay_unresolved(text: str) -> None:
    found = mentions(text, None)
    assert found
    assert all(m.start is None and m.end is None for m in found)


def test_an_absolute_date_needs_no_publication() -> None:
    assert mentions("صباح الثلاثاء 7 أيار 2024", None)[0].start == date(2024, 5, 7)


def test_a_distance_from_an_occurrence_is_kept() -> None:
    found = mentions("بعد خمسة أيام على انفجار")
    assert (found[0].relation, found[0].days, found[0].start) == ("after", 5, None)


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("2024-03-01", date(2024, 3, 1)),
        ("2024-03-01T23:30:00+00:00", date(2024, 3, 2)),
        ("2024-03-01T23:30:00", date(2024, 3, 1)),
        ("not a date", None),
        ("", None),
        (None, None),
    ],
)
def test_the_local_day_of_publication(published: str | None, day: date | None) -> None:
    assert local_date(published) == day


MONTHS = [
    "كانون الثاني",
    "شباط",
    "آذار",
    "نيسان",
    "أيار",
    "حزيران",
    "تموز",
    "آب",
    "أيلول",
    "تشرين الأول",
    "تشرين الثاني",
    "كانون الأول",
]


@given(st.dates(min_value=date(2011, 1, 1), max_value=date(2030, 12, 31)))
def test_a_date_in_words_reads_back(day: date) -> None:
    found = mentions(f"في {day.day} {MONTHS[day.month - 1]} {day.year}", None)
    assert found[0].start == found[0].end == day


GREGORIAN = ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"]
HIJRI = [
    "محرم",
    "صفر",
    "ربيع الأول",
    "ربيع الآخر",
    "جمادى الأولى",
    "جمادى الآخرة",
    "رجب",
    "شعبان",
    "رمضان",
    "شوال",
    "ذو القعدة",
    "ذو الحجة",
]
WEEKDAYS = ["الإثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"]
DAYS = st.dates(min_value=date(2011, 1, 1), max_value=date(2030, 12, 31))


@given(
    DAYS,
    st.sampled_from(["{d} {m} {y}", "{d} من {m} {y}", "{d} {m} من عام {y}", "{d}/{n}/{y}", "{y}-{n:02}-{d:02}", "{d}.{n}.{y}"]),
)
def test_a_date_in_other_spellings_reads_back(day: date, shape: str) -> None:
    written = shape.format(d=day.day, m=GREGORIAN[day.month - 1], n=day.month, y=day.year)
    found = mentions(f"في {written}", None)
    assert (found[0].start, found[0].end) == (day, day), written


@given(DAYS)
def test_a_hijri_date_reads_back(day: date) -> None:
    hijri = Gregorian(day.year, day.month, day.day).to_hijri()
    found = mentions(f"في {hijri.day} {HIJRI[hijri.month - 1]} {hijri.year}هـ", None)
    assert found[0].start == found[0].end == day


@given(DAYS, st.integers(min_value=0, max_value=6))
def test_a_weekday_is_the_last_one_not_after_publication(published: date, back: int) -> None:
    day = published - timedelta(days=back)
    assert mentions(f"يوم {WEEKDAYS[day.weekday()]}", published)[0].start == day


@given(DAYS, st.integers(min_value=1, max_value=300))
def test_a_date_without_a_year_is_the_latest_not_after_publication(published: date, back: int) -> None:
    day = published - timedelta(days=back)
    assert mentions(f"في {day.day} {MONTHS[day.month - 1]}", published)[0].start == day


@given(DAYS, st.integers(min_value=1, max_value=20))
def test_a_range_of_days_reads_back(day: date, more: int) -> None:
    last = day + timedelta(days=more)
    found = mentions(f"بين {day.day} {MONTHS[day.month - 1]} {day.year} و{last.day} {MONTHS[last.month - 1]} {last.year}", None)
    assert (found[0].start, found[0].end) == (day, last)


@pytest.mark.parametrize(
    ("days", "exact"), [(1, (1, 1)), (2, (2, 2)), (6, (2, 2)), (7, (2, 3)), (8, (3, 4)), (31, (3, 4)), (32, (3, 5))]
)
def test_precision_of_acled_and_ucdp(days: int, exact: tuple[int, int]) -> None:
    start = date(2024, 3, 1)
    assert precision(start, start + timedelta(days=days - 1)) == exact
    assert precision(None, start) == (None, None)


@given(st.integers(min_value=3, max_value=10), st.dates(min_value=date(2012, 1, 1), max_value=date(2030, 12, 31)))
def test_days_ago_reads_back(days: int, published: date) -> None:
    assert mentions(f"قبل {days} أيام", published)[0].start == published - timedelta(days=days)


@given(st.text(max_size=80))
def test_any_text_is_read_without_error(text: str) -> None:
    for found in mentions(text):
        assert 0 <= found.first < found.last

"""Draw for pages: SVGs made on the server, without script or inline style, in which what stands for a number links to it."""

from __future__ import annotations

import math
from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from urllib.parse import urlencode

from django.utils.safestring import SafeString, mark_safe

from tawthiq.link.explain import Explanation
from tawthiq.model import FAMILY_OF, Level, Place
from tawthiq.publish.outlines import HEIGHT, WIDTH, governorate_paths, project
from tawthiq.workspace.reading import Week
from tawthiq.workspace.search import Query, Spot
from tawthiq.workspace.words import PageWords

_FAMILIES = ("fight", "remote", "hold", "control", "property", "harm", "people", "peace")
# Kilometres within which a place of a level lies, for drawing.
RADIUS = {"point": 2.0, "town": 4.0, "area": 20.0, "district": 30.0, "governorate": 70.0, "region": 110.0, "country": 250.0}
_KM = 111.2
_BAR, _TALL = 640, 210
_MOST_STEPS = 600


def days(week: Week, words: PageWords) -> SafeString:
    """Draw a week's incidents by day and family of type, a bar a day; each part links to its incidents."""
    by_day: dict[str, Counter[str]] = {}
    types: dict[tuple[str, str], set[str]] = {}
    for day, type_, number in week.days:
        family = FAMILY_OF[type_]
        by_day.setdefault(day, Counter())[family] += number
        types.setdefault((day, family), set()).add(type_)
    most = max((sum(c.values()) for c in by_day.values()), default=0)
    if not most:
        return SafeString("")
    step = _BAR / 7
    scale = (_TALL - 52) / most
    out = [f'<svg class="bars" viewBox="0 0 {_BAR} {_TALL}" role="group" aria-label="{escape(words("chart"))}">']
    query = week.query()
    for index in range(7):
        day = (week.start + timedelta(days=index)).isoformat()
        # Right to left a week runs from the right.
        column = 6 - index if words.direction == "rtl" else index
        left = column * step + step * 0.18
        counts = by_day.get(day, Counter())
        top = float(_TALL - 30)
        for family in _FAMILIES:
            if not counts[family]:
                continue
            height = counts[family] * scale
            top -= height
            link = query.link(start=day, end=day, type=tuple(sorted(types[day, family])))
            label = f"{words.day(day)}: {words.name('family', family)}, {words.plural('incidents', counts[family])}"
            out.append(
                f'<a href="/search/?{escape(link)}" aria-label="{escape(label)}"><title>{escape(label)}</title>'
                f'<rect class="family-{family}" x="{left:.1f}" y="{top:.1f}" width="{step * 0.64:.1f}" '
                f'height="{max(height, 1):.1f}"/></a>'
            )
        middle = left + step * 0.32
        if total := sum(counts.values()):
            out.append(f'<text class="total" x="{middle:.1f}" y="{top - 5:.1f}">{words.figures(total)}</text>')
        short = words.name("weekday", str((week.start + timedelta(days=index)).weekday()))
        of_month = words.figures(date.fromisoformat(day).day)
        out.append(f'<text x="{middle:.1f}" y="{_TALL - 11}">{escape(short)} {of_month}</text>')
    out.append("</svg>")
    return mark_safe("".join(out))  # noqa: S308 - every text is escaped


def families(week: Week) -> list[str]:
    """Return the families that a week's chart shows, in its order."""
    there = {FAMILY_OF[type_] for _, type_, _ in week.days}
    return [family for family in _FAMILIES if family in there]


def spots(found: Sequence[Spot], query: Query, words: PageWords) -> SafeString:
    """Draw places on the map of governorates; each links to its incidents."""
    out = [_open(f"0 0 {WIDTH} {HEIGHT}", words("map"), "group"), *_land()]
    rest = query.link(place=())
    for spot in sorted(found, key=lambda s: (-RADIUS.get(s.level, 4), -s.count)):
        x, y = project(spot.lat, spot.lon)
        if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
            continue
        radius = 5 + 3 * math.sqrt(spot.count)
        style = "contested" if spot.contested else "dot"
        vague = " vague" if RADIUS.get(spot.level, 4) > 12 else ""
        label = f"{spot.name}: {words.plural('incidents', spot.count)}"
        link = f"{rest}&{urlencode({'place': spot.place})}" if rest else urlencode({"place": spot.place})
        out.append(
            f'<a href="/search/?{escape(link)}" aria-label="{escape(label)}"><title>{escape(label)}</title>'
            f'<circle class="{style}{vague}" cx="{x}" cy="{y}" r="{radius:.1f}"/></a>'
        )
    out.append("</svg>")
    return mark_safe("".join(out))  # noqa: S308 - every text is escaped


def place(at: Place | None, words: PageWords) -> SafeString:
    """Draw where a place lies, with its precision as a disc; "" for a place without coordinates."""
    if at is None or at.lat is None or at.lon is None:
        return SafeString("")
    x, y = project(at.lat, at.lon)
    km = RADIUS.get(at.level or Level.TOWN, 4.0)
    scale = project(at.lat - 1, at.lon)[1] - y  # pixels a degree
    radius = km / _KM * scale
    half = max(60.0, radius * 1.6)
    box = f"{x - half * 1.5:.1f} {y - half:.1f} {half * 3:.1f} {half * 2:.1f}"
    label = f"{at.name}: {words('within_km', km=round(km))}"
    return mark_safe(  # noqa: S308 - every text is escaped
        "".join(
            [
                _open(box, label),
                *_land(),
                f'<circle class="area" cx="{x}" cy="{y}" r="{radius:.1f}"/>',
                f'<circle class="pin" cx="{x}" cy="{y}" r="{half / 40:.2f}"/>',
                "</svg>",
            ]
        )
    )


def _open(box: str, label: str, role: str = "img") -> str:
    """Begin a map; one that holds links is a group, not one picture."""
    return f'<svg class="map" viewBox="{box}" role="{role}" aria-label="{escape(label)}">'


def _land() -> list[str]:
    return [f'<path class="land" d="{path}"/>' for path in governorate_paths()]


def timeline(unit: str, rows: Sequence[tuple[str, str, int]], query: Query, words: PageWords) -> SafeString:
    """Draw incidents by day or month as bars that link to them; the table beside it says the same in numbers."""
    counts: Counter[str] = Counter()
    for at, _, number in rows:
        counts[at] += number
    if not counts:
        return SafeString("")
    shown = _steps(unit, min(counts), max(counts))
    # Years that few speak of are left to the table: a drawing of more than fifty years shows nothing.
    if len(shown) > _MOST_STEPS:
        shown = _steps(unit, shown[-_MOST_STEPS], shown[-1])
    most = max(counts.values())
    step = _BAR / len(shown)
    out = [f'<svg class="bars" viewBox="0 0 {_BAR} {_TALL}" role="group" aria-label="{escape(words("timeline"))}">']
    every = max(1, len(shown) // 6)
    for index, at in enumerate(shown):
        column = len(shown) - 1 - index if words.direction == "rtl" else index
        left = column * step
        label = words.month(at) if unit == "month" else words.day(at)
        if counts[at]:
            height = max(1.0, counts[at] / most * (_TALL - 60))
            first, last = _ends(unit, at)
            told = f"{label}: {words.plural('incidents', counts[at])}"
            out.append(
                f'<a href="/search/?{escape(query.link(start=first, end=last))}" aria-label="{escape(told)}">'
                f"<title>{escape(told)}</title>"
                f'<rect class="bar" x="{left + step * 0.1:.2f}" y="{_TALL - 34 - height:.1f}" width="{max(step * 0.8, 0.5):.2f}" '
                f'height="{height:.1f}"/></a>'
            )
        if index % every == 0:
            short = words.figures(at if unit == "month" else at[5:])
            out.append(f'<text x="{min(max(left + step / 2, 34), _BAR - 34):.1f}" y="{_TALL - 12}">{short}</text>')
    out.append("</svg>")
    return mark_safe("".join(out))  # noqa: S308 - every text is escaped


def _steps(unit: str, first: str, last: str) -> list[str]:
    out = []
    if unit == "day":
        day, end = date.fromisoformat(first), date.fromisoformat(last)
        while day <= end:
            out.append(day.isoformat())
            day += timedelta(days=1)
        return out
    year, month = map(int, first.split("-"))
    while (at := f"{year:04d}-{month:02d}") <= last:
        out.append(at)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return out


def _ends(unit: str, at: str) -> tuple[str, str]:
    if unit == "day":
        return at, at
    year, month = map(int, at.split("-"))
    return f"{at}-01", f"{at}-{monthrange(year, month)[1]:02d}"


def waterfall(made: Explanation, words: PageWords) -> SafeString:
    """Draw the weights of two claims from the prior over each comparison to the sum, in bits, with the threshold as a line."""
    rows = [(words("prior"), 0.0, made.prior, "base")]
    at = made.prior
    for step in made.steps:
        if step.level == "unknown":
            continue
        gain = step.weight + step.rarity
        label = f"{words.name('comparison', step.comparison)}: {words.name('level', step.level)}"
        rows.append((label, at, at + gain, "for" if gain >= 0 else "against"))
        at += gain
    rows.append((words("weight_sum"), 0.0, at, "base"))
    low = min(0.0, made.threshold, *(min(a, b) for _, a, b, _ in rows)) - 1
    high = max(0.0, made.threshold, *(max(a, b) for _, a, b, _ in rows)) + 1
    wide, label_wide, line = 700, 250, 26
    tall = line * len(rows) + 30
    rtl = words.direction == "rtl"

    def x(bits: float) -> float:
        share = (bits - low) / (high - low) * (wide - label_wide - 60)
        return wide - label_wide - share if rtl else label_wide + share

    out = [f'<svg class="waterfall" viewBox="0 0 {wide} {tall}" role="img" aria-label="{escape(words("waterfall"))}">']
    for index, (label, start, end, sign) in enumerate(rows):
        top = index * line + 6
        left, right = sorted((x(start), x(end)))
        out.append(f'<text class="label" x="{wide - 4 if rtl else 4}" y="{top + 14}">{escape(label)}</text>')
        out.append(f'<rect class="{sign}" x="{left:.1f}" y="{top}" width="{max(right - left, 1):.1f}" height="16"/>')
        number = f"\u200e{end - start:+.1f}"
        out.append(f'<text class="number" x="{left - 22 if rtl else right + 22:.1f}" y="{top + 13}">{words.figures(number)}</text>')
    edge = x(made.threshold)
    out.append(f'<line class="threshold" x1="{edge:.1f}" x2="{edge:.1f}" y1="2" y2="{tall - 22}"/>')
    out.append(f'<text class="number" x="{edge:.1f}" y="{tall - 6}">{escape(words("threshold"))}</text></svg>')
    return mark_safe("".join(out))  # noqa: S308 - every text is escaped

"""What templates say in the words of a language: `{% w … n=3 %}`, names, days, figures, and text that is safe to select."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from tawthiq.link.told import Told
from tawthiq.publish.brief import losses_text, quote
from tawthiq.workspace.words import PageWords

register = template.Library()


def _words(context: Context) -> PageWords:
    found: PageWords = context["w"]
    return found


@register.simple_tag(takes_context=True)
def w(context: Context, key: str, **values: Any) -> str:
    """Return a label."""
    return _words(context)(key, **values)


@register.simple_tag(takes_context=True)
def said(context: Context, line: str) -> str:
    """Return what is wrong in the words of a language, or as it is where it comes from elsewhere."""
    return _words(context).problem(line)


@register.simple_tag(takes_context=True)
def name(context: Context, group: str, key: Any) -> str:
    """Return the name of a type, slot, role and the like; what is not known is called so."""
    return _words(context).name(group, str(key)) if key else _words(context)("unknown")


@register.simple_tag(takes_context=True)
def plural(context: Context, key: str, number: int) -> str:
    """Return a number with its noun."""
    return _words(context).plural(key, number)


@register.simple_tag(takes_context=True)
def num(context: Context, value: Any, places: int | None = None) -> str:
    """Return a number in the digits that the person chose, with so many places after the point."""
    return _words(context).figures(value if places is None else f"{value:.{places}f}")


@register.simple_tag(takes_context=True)
def day(context: Context, value: Any) -> str:
    """Return a day in words."""
    return _words(context).day(str(value) if value else None)


@register.simple_tag(takes_context=True)
def days(context: Context, start: str | None, end: str | None) -> str:
    """Return a stretch of days in words."""
    return _words(context).days(start, end)


@register.simple_tag(takes_context=True)
def instant(context: Context, value: Any) -> str:
    """Return a moment as a day in words and the time of day, in the project's zone."""
    from datetime import datetime

    from django.utils import timezone

    if not value:
        return _words(context)("no_day")
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    if at.tzinfo is not None:
        at = timezone.localtime(at)
    return f"{_words(context).day(at.date().isoformat())} {_words(context).figures(at.strftime('%H:%M'))}"


@register.simple_tag(takes_context=True)
def actor(context: Context, key: str) -> str:
    """Return an actor's name."""
    return _words(context).actor(key)


@register.simple_tag(takes_context=True)
def governorate(context: Context, code: str) -> str:
    """Return a governorate's name."""
    return _words(context).governorate(code)


@register.simple_tag(takes_context=True)
def losses(context: Context, rows: Any) -> str:
    """Return losses in words."""
    words = _words(context)
    return words.figures(losses_text(rows, words)) if rows else words("not_said")


@register.simple_tag(takes_context=True)
def facet(context: Context, field: str, value: str) -> str:
    """Return the name of a facet's value."""
    words = _words(context)
    if field == "actor":
        return words.actor(value)
    if field == "admin1":
        return words.governorate(value)
    return words.name(field, value) if field in ("type", "corroboration", "review") else value


@register.filter
def exact(text: str) -> SafeString:
    """Return a text escaped so that the page holds every character of it: a carriage return is no line end in HTML."""
    return mark_safe(str(conditional_escape(text)).replace("\r", "&#13;"))  # noqa: S308 - escaped before


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """Return a value of a mapping."""
    return mapping.get(key) if mapping else None


@register.filter
def quoted(told: Told) -> list[tuple[str, bool]]:
    """Return the words of a claim in their context, as (text, whether it is the evidence)."""
    return quote(told)


@register.filter
def between(text: str, span: list[int]) -> str:
    """Return the words of a span."""
    return text[span[0] : span[1]]


@register.simple_tag(takes_context=True)
def tail(context: Context, **changed: Any) -> str:
    """Return the fields of this page's address, with some changed."""
    fields = context["request"].GET.copy()
    for field, value in changed.items():
        fields[field] = str(value)
    return str(fields.urlencode())


@register.simple_tag(takes_context=True)
def span_days(context: Context, value: str) -> str:
    """Return "2023-05-15" or "2023-05-15/2023-05-18" in words."""
    start, _, end = value.partition("/")
    return _words(context).days(start, end or start)


@register.simple_tag(takes_context=True)
def month(context: Context, value: str) -> str:
    """Return a month in words."""
    return _words(context).month(value)


@register.simple_tag(takes_context=True)
def figure(context: Context, value: int | None) -> str:
    """Return a figure, "unknown" for one that nobody gives."""
    words = _words(context)
    return words("unknown") if value is None else words.figures(value)


@register.simple_tag(takes_context=True)
def coded_value(context: Context, code: dict[str, Any], slot: str) -> str:
    """Return what a coded statement says in a slot, in words."""
    words = _words(context)
    if slot == "time":
        return words.days(code["start"], code["end"]) if code["start"] else words("no_day")
    if slot == "type":
        return f"{words.name('kind', code['kind'])}: {words.name('type', code['type'])}"
    value = code[slot]
    if slot in ("killed", "wounded"):
        return words.figure(*value) if value else words("not_said")
    if isinstance(value, list):
        return words.actors(value) if value else words("not_said")
    return words.name(slot, value) if slot in ("attribution", "modality") else (value or words("not_said"))


@register.filter
def cut_at(text: str) -> list[str]:
    """Return the parts of a text between its upright strokes."""
    return text.split("|")


@register.simple_tag(takes_context=True, name="range")
def bounds(context: Context, low: int | None, high: int | None) -> str:
    """Return a count in words: exact, between two, at least, or unknown."""
    words = _words(context)
    return words.figures(words.figure(low, high))

"""The words of publications in Arabic and English: labels, plurals, dates, names of actors and places."""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from tawthiq.lexicon.additions import state
from tawthiq.lexicon.registry import registry
from tawthiq.lexicon.sources import place_rows

Language = Literal["ar", "en"]


@cache
def _texts() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files("tawthiq.publish") / "texts.yaml").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=4)
def _actors(_state: object) -> dict[str, dict[str, str]]:
    return {actor.id: {"ar": actor.ar, "en": actor.en} for actor in registry().values()}


@cache
def _governorates() -> dict[str, dict[str, str]]:
    return {
        cells[0]: {"ar": cells[1], "en": cells[3].split("|")[0]}
        for _, _, cells in place_rows()
        if cells[4] == "governorate" and cells[0] == cells[5]
    }


class Words:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.direction = "rtl" if language == "ar" else "ltr"
        self.comma = self("comma")
        self.semicolon = self("semicolon")

    def __call__(self, key: str, **values: object) -> str:
        """Return a label, its places filled."""
        return str(_texts()["words"][key][self.language]).format(**values)

    def name(self, group: str, key: str) -> str:
        """Return the name of a type, outcome, modality and the like; an unknown key is shown as it is."""
        found = _texts()[group].get(key)
        return str(found[self.language]) if found else key

    def plural(self, key: str, number: int) -> str:
        """Return a number with its noun in the form that the number asks for.

        >>> Words("ar").plural("incidents", 3), Words("ar").plural("incidents", 12)
        ('3 حوادث', '12 حادثة')
        """
        forms = _texts()["plurals"][key][self.language]
        within = number % 100
        form = forms[0] if number == 1 else forms[1] if number == 2 else forms[2] if 3 <= within <= 10 else forms[3]
        return str(form).format(n=number)

    def figure(self, low: int | None, high: int | None) -> str:
        """Return a count in words: exact, between two, at least, or unknown."""
        if low is None and high is None:
            return self("unknown")
        if high is None:
            return self("at_least", n=low)
        return str(high) if low in (None, high) else self("range_plain", low=low, high=high)

    def actor(self, name: str) -> str:
        """Return an actor's name."""
        found = _actors(state()).get(name)
        return found[self.language] if found else name

    def actors(self, names: list[str]) -> str:
        """Return several actors' names as a list."""
        return self.comma.join(map(self.actor, names))

    def governorate(self, code: str | None) -> str:
        """Return a governorate's name by its p-code."""
        found = _governorates().get(code or "")
        return found[self.language] if found else self("no_place")

    def day(self, day: str | None) -> str:
        """Return a date in words, with Levantine month names in Arabic."""
        if not day:
            return self("no_day")
        value = date.fromisoformat(day[:10])
        months = _texts()[f"months_{self.language}"]
        return f"{value.day} {months[value.month - 1]} {value.year}"

    def month(self, month: str) -> str:
        """Return a month ("2023-05") in words."""
        year, number = month.split("-")
        return f"{_texts()[f'months_{self.language}'][int(number) - 1]} {year}"

    def days(self, start: str | None, end: str | None) -> str:
        """Return a day or a stretch of days in words."""
        if not start or not end or start == end:
            return self.day(start or end)
        return self("from_to", start=self.day(start), end=self.day(end))

"""The words of pages in Arabic and English, over those of publications, with the digits that a person chose."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tawthiq.publish.words import Language, Words

_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@cache
def texts() -> dict[str, Any]:
    """Return the words of pages, by group and key, each as {"ar": …, "en": …}."""
    loaded: dict[str, Any] = yaml.safe_load((files("tawthiq.workspace") / "texts.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def _problems() -> list[tuple[re.Pattern[str], str]]:
    """Return what can be wrong, or unreadable: the English line as a pattern, and the Arabic one with the same places."""
    out = []
    for line in [*texts()["problems"], *texts()["reasons"]]:
        parts = re.split(r"\{(\w+)\}", line["en"])
        pattern = "".join(f"(?P<{part}>.*)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
        out.append((re.compile(pattern, re.DOTALL), line["ar"]))
    return out


class PageWords(Words):
    """The words of one language; numbers in them are written in the digits asked for ("latin" or "arabic")."""

    # A template looks its fields up; it does not call it.
    do_not_call_in_templates = True

    def __init__(self, language: Language, digits: str = "latin") -> None:
        self.indic = digits == "arabic" and language == "ar"
        super().__init__(language)

    def figures(self, text: object) -> str:
        """Return a number or a text with its digits as the person wants them."""
        return str(text).translate(_INDIC) if self.indic else str(text)

    def __call__(self, key: str, **values: object) -> str:
        """Return a label, its places filled."""
        own = texts()["words"].get(key)
        if own is None:
            return self.figures(super().__call__(key, **values))
        return self.figures(str(own[self.language]).format(**values))

    def name(self, group: str, key: str) -> str:
        """Return the name of a type, role, page and the like; an unknown key is shown as it is."""
        own = texts().get(group, {}).get(key)
        return str(own[self.language]) if own else super().name(group, key)

    def problem(self, line: str) -> str:
        """Return what is wrong in this language: a key of `words`, else a line of `problems`, else the line as it is."""
        if line in texts()["words"]:
            return self(line)
        if self.language == "ar":
            for pattern, arabic in _problems():
                if found := pattern.fullmatch(line):
                    return self.figures(arabic.format(**{k: self._place(k, v) for k, v in found.groupdict().items()}))
        return line

    def _place(self, key: str, value: str) -> str:
        """Return what stands in a place of a problem: a slot or a field by its name, anything else kept apart from the Arabic."""
        if key == "why":
            return self.problem(value)
        named = texts()["slot"].get(value) or texts()["field"].get(value)
        return str(named[self.language]) if named else f"\u2068{value}\u2069"

    def plural(self, key: str, number: int) -> str:
        """Return a number with its noun in the form that the number asks for."""
        own = texts()["plurals"].get(key)
        if own is None:
            return self.figures(super().plural(key, number))
        within = number % 100
        form = 0 if number == 1 else 1 if number == 2 else 2 if 3 <= within <= 10 else 3
        return self.figures(str(own[self.language][form]).format(n=number))

    def day(self, day: str | None) -> str:
        """Return a date in words, with Levantine month names in Arabic."""
        return self.figures(super().day(day))

    def month(self, month: str) -> str:
        """Return a month ("2023-05") in words."""
        return self.figures(super().month(month))

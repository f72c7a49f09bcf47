"""Bring spellings of one word to one form, and keep for every kept character where it stood.

`normalise` never loses a position: `Normalised.original(start, end)` gives the span of the given text that a match covers,
whatever was folded or removed on the way (diacritics, tatweel, bidi controls, presentation forms, spaced-out words).
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache

# Letters that writers exchange freely, folded to one; the letters of Persian keyboards and of Iraqi spelling included.
_LETTERS = {
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ى": "ي",
    "ئ": "ي",
    "ؤ": "و",
    "ة": "ه",
    "ک": "ك",
    "ی": "ي",
    "ھ": "ه",
    "ہ": "ه",
    "ە": "ه",
    "گ": "ق",
    "چ": "ك",
    "پ": "ب",
    "ڤ": "ف",
    "ژ": "ج",
}
_QUOTES = dict.fromkeys("“”„‟«»″＂〝〞❝❞", '"') | dict.fromkeys("‘’‚‛′`´ʼ", "'")
_DASHES = dict.fromkeys("‐‑‒–—―−ـ", "-")
_LETTER = r"[\u0621-\u063A\u0641-\u064A]"
# A word spelt out to slip past filters: three single letters or more, set apart by one space, dot, dash or underscore.
# A sign inside a word, put there to slip past filters: an asterisk or quote anywhere, an underscore beside one or two letters.
_BROKEN = re.compile(
    r"(?<![\w#*'\u2019])(?:[\u0621-\u064a]+(?:[*'\u2019][\u0621-\u064a]+)+|(?:[\u0621-\u064a]{1,2}_)+[\u0621-\u064a]{1,5}|[\u0621-\u064a]{2,6}_[\u0621-\u064a]{1,2})(?![\w*])"
)
# A sign between two letters that are drawn out towards it (قصـ.ـف): never written but to slip past filters.
_STRETCHED = re.compile(r"(?<=[\u0621-\u064a])(?:\u0640+[.*_\-\u2022\u00b7]\u0640*|[.*_\-\u2022\u00b7]\u0640+)(?=[\u0621-\u064a])")
_SPELT_OUT = re.compile(rf"(?<![^\W_]){_LETTER}(?:[ .\-_*]{{1,2}}{_LETTER}){{2,}}(?![^\W_])")
_SEPARATORS = re.compile(r"[ .\-_*'\u2019]+")


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    """Return what a character becomes: nothing, itself, or one or more characters."""
    if char == "\u0640" or "\u064b" <= char <= "\u065f" or char == "\u0670":
        return ""
    if char in "\n\t\r\x0b\x0c\x85\u2028\u2029":
        return "\n" if char != "\t" else " "
    if char == "_":  # hashtags: #دير_الزور
        return " "
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me", "Cc", "Cs"):
        return ""
    if category == "Zs":
        return " "
    if char in _QUOTES:
        return _QUOTES[char]
    if char in _DASHES:
        return _DASHES[char]
    if category == "Nd":
        return str(unicodedata.digit(char))
    out = []
    for part in unicodedata.normalize("NFKC", char).lower():
        if part != char and (len(part) != 1 or unicodedata.category(part) in ("Mn", "Me", "Cf") or part == "\u0640"):
            continue
        out.append(_LETTERS.get(part, part))
    return "".join(out)


class _Table(dict[int, str]):
    """A `str.translate` table that fills itself as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        self[code] = folded
        return folded


_TABLE = _Table()


@cache
def _alone(char: str) -> bool:
    """Say whether a character folds to one character."""
    return len(_TABLE[ord(char)]) == 1


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised text and, unless no position moved, the place in the given text of each of its characters."""

    text: str
    source: str
    positions: array[int] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the given text that `text[start:end]` stands for; marks on its last letter belong to it."""
        if self.positions is None:
            return start, end
        if end <= start:
            at = self.positions[start] if start < len(self.positions) else len(self.source)
            return at, at
        first, last = self.positions[start], self.positions[end - 1] + 1
        while last < len(self.source) and unicodedata.category(self.source[last]) == "Mn":
            last += 1
        return first, last

    def vowel(self, index: int) -> str:
        """Return the short vowel or mark written on the letter at `index`, or an empty string: ُ in قُتل is a passive."""
        if self.positions is None:
            return ""
        at = self.positions[index] + 1
        return self.source[at] if at < len(self.source) and "\u064b" <= self.source[at] <= "\u0652" else ""


def _positions(text: str) -> array[int]:
    """Return for each character of the folded text the index of the character it came from."""
    table = _TABLE
    out = array("l")
    append = out.append
    for index, code in enumerate(map(ord, text)):
        length = len(table[code])
        if length == 1:
            append(index)
        elif length:
            out.extend((index,) * length)
    return out


def normalise(text: str, masked: re.Pattern[str] | None = None) -> Normalised:
    """Fold a text for matching and keep its offsets.

    `masked` finds words written with separators inside (د-ا-ع-ش, دا عش): its matches, and letters spelt out one by one, are
    joined. Any string is accepted, lone surrogates included; time is linear in its length.
    """
    folded = text.translate(_TABLE)
    joins: list[tuple[int, int]] = []
    broken = _BROKEN if any(sign in folded for sign in "*_'\u2019") else None
    for pattern in (_SPELT_OUT, broken, masked):
        if pattern is not None:
            for match in pattern.finditer(folded):
                joins += [(match.start() + s.start(), match.start() + s.end()) for s in _SEPARATORS.finditer(match.group())]
    stretched = list(_STRETCHED.finditer(text)) if "\u0640" in text else []
    if len(folded) == len(text) and not joins and not stretched and all(map(_alone, set(text))):
        return Normalised(folded, text, None)
    positions = _positions(text)
    for match in stretched:
        joins.append((bisect_left(positions, match.start()), bisect_left(positions, match.end())))
    if joins:
        pieces, kept, at = [], array("l"), 0
        for start, end in sorted(set(joins)):
            if start < at:
                continue
            pieces.append(folded[at:start])
            kept.extend(positions[at:start])
            at = end
        pieces.append(folded[at:])
        kept.extend(positions[at:])
        folded, positions = "".join(pieces), kept
    return Normalised(folded, text, positions)


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return the normal form of a word or name, as vocabularies and indexes hold it.

    >>> fold("الأسايش")
    'الاسايش'
    >>> fold("قُتِلَ")
    'قتل'
    """
    return " ".join(word.translate(_TABLE).split())

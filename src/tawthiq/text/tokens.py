"""Cut a normalised text into tokens and sentences.

Tokens never overlap and every one is a slice of the normalised text; sentences are runs of tokens, in order, that together
hold every token. Quotation marks are no tokens, so that a name matches in or out of them; where they stood is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tawthiq.text.normalise import Normalised

TOKEN = re.compile(r"\d+(?:[/.\-:,]\d+)+|\d+|@[\w.]+|https?://\S+|[^\W\d_]+(?:['’][^\W\d_]+)?|\.{2,}|\n|[^\w\s]|_")
_END = frozenset((".", "!", "؟", "?", "؛", ";", "\n", *"•▪▫◾●⚫🔻📌‣🔴⚠♦■🔥💥📢"))


@dataclass(slots=True)
class Tokens:
    """Parallel lists: the words, where each begins and ends in the normalised text, and the first token of each sentence."""

    normalised: Normalised
    words: list[str]
    starts: list[int]
    ends: list[int]
    quoted: list[bool]
    sentences: list[tuple[int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.words)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the span in the given text of tokens `first` to `last`, `last` exclusive."""
        return self.normalised.original(self.starts[first], self.ends[last - 1])


def tokenise(normalised: Normalised) -> Tokens:
    """Cut a normalised text into words, numbers, line ends and signs; white space other than line ends is left out."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    quoted: list[bool] = []
    inside = False
    for match in TOKEN.finditer(normalised.text):
        word = match.group()
        if word == '"':
            inside = not inside
            continue
        if word == "\n":
            inside = False
        elif word == "'":
            continue
        words.append(word)
        start, end = match.span()
        starts.append(start)
        ends.append(end)
        quoted.append(inside)
    tokens = Tokens(normalised, words, starts, ends, quoted)
    tokens.sentences = split_sentences(words)
    return tokens


def split_sentences(words: list[str]) -> list[tuple[int, int]]:
    """Return sentences as (first token, last token exclusive).

    A sentence ends with a full stop, question or exclamation mark, semicolon or line end; a bullet begins one. A dot after a
    single letter or between single letters ("م. ع") ends nothing, and closing quotes and brackets stay with what they close.
    """
    out: list[tuple[int, int]] = []
    start = 0
    count = len(words)
    index = 0
    while index < count:
        word = words[index]
        if word in _END:
            lone = word == "." and index and len(words[index - 1]) == 1 and words[index - 1].isalpha()
            if not lone:
                end = index + 1
                while end < count and words[end] in (")", "]"):
                    end += 1
                if end > start:
                    out.append((start, end))
                start = index = end
                continue
        index += 1
    if start < count:
        out.append((start, count))
    return out

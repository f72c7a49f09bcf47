"""Read large JSON value by value, holding one value at a time in memory, with a limit on depth that holds before anything is built.

The structure around the wanted values is walked sign by sign; the values themselves are parsed by the standard library, whose own
limit on recursion stops what is nested too deep.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tawthiq.archive.limits import DEEPEST, LARGEST_TEXT, Refused

_CHUNK = 1 << 20
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([\[\]{},:])|([^\s\[\]{},:"]+))')
_SPACE = re.compile(r"[\s,]*")
_TOO_DEEP = f"nested more than {DEEPEST} deep"


def loads(text: str) -> Any:
    """Parse JSON that is held in memory; raises Refused for what is too deep and ValueError with the reason for what is no JSON."""
    depth = 0
    for match in _BRACKETS.finditer(text) if text.count("[") + text.count("{") > DEEPEST else ():
        sign = match[0]
        if sign in "[{":
            depth += 1
            if depth > DEEPEST:
                raise Refused(_TOO_DEEP)
        elif sign in "]}":
            depth -= 1
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None


class _Text:
    """The text of a file from where it was read to; more is read when asked."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._parser = json.JSONDecoder()
        self.buffer = ""
        self.at = 0
        self.whole = False

    def more(self) -> None:
        """Read on: at least a chunk, and as much as is held, so that a long value is not parsed again and again."""
        held = len(self.buffer) - self.at
        if held > LARGEST_TEXT:
            raise Refused(f"more than {LARGEST_TEXT:,} signs in one item")
        data = self._file.read(max(_CHUNK, held))
        self.whole = not data
        try:
            self.buffer = self.buffer[self.at :] + self._decoder.decode(data, final=self.whole)
        except UnicodeDecodeError as error:
            raise ValueError(f"not JSON: not UTF-8 text ({error.reason})") from None
        self.at = 0

    def sign(self) -> str:
        """Return the next sign that is no space or comma, "" at the end, without going over it."""
        while True:
            self.at = _SPACE.match(self.buffer, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if self.whole:
                return ""
            self.more()

    def token(self) -> tuple[str | None, str]:
        """Go over the next token and return (string, sign or word); ("", "") at the end."""
        while True:
            match = _TOKEN.match(self.buffer, self.at)
            if match is not None and (match.end() < len(self.buffer) or self.whole or match[2]):
                self.at = match.end()
                return match[1], match[2] or match[3] or ""
            if self.whole:
                if self.buffer[self.at :].strip():
                    raise ValueError("not JSON: it ends in the middle of a value")
                return None, ""
            self.more()

    def value(self) -> Any:
        """Parse the value that begins here; raises Refused when it is too deep or too long, ValueError when it is no JSON."""
        self.sign()
        while True:
            try:
                value, end = self._parser.raw_decode(self.buffer, self.at)
            except RecursionError:
                raise Refused(_TOO_DEEP) from None
            except json.JSONDecodeError as error:
                if self.whole:
                    raise ValueError(f"not JSON: {error.msg}") from None
            else:
                if end < len(self.buffer) or self.whole or self.buffer[end - 1] in '}]"':
                    self.at = end
                    return value
            self.more()


@dataclass(slots=True)
class _Open:
    """An object or list that is open: its plain values so far, the key read last, and whether a value is to come."""

    map: bool
    fields: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    due: bool = False


def lists_of(file: io.BufferedIOBase, key: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield (fields, element) for every element of every list that stands under a key, however deep.

    `fields` are the plain values of the object that holds the list, as far as they stand before it; other values are passed over.
    """
    text = _Text(file)
    stack: list[_Open] = []
    while True:
        string, sign = text.token()
        if string is None and not sign:
            if stack:
                raise ValueError("not JSON: it ends in the middle of a value")
            return
        top = stack[-1] if stack else None
        if sign in ("{", "["):
            if sign == "[" and top is not None and top.map and top.due and top.key == key:
                while (next_sign := text.sign()) != "]":
                    if not next_sign:
                        raise ValueError("not JSON: it ends in the middle of a list")
                    yield top.fields, text.value()
                text.at += 1
                top.due = False
                continue
            stack.append(_Open(sign == "{"))
            if len(stack) > DEEPEST:
                raise Refused(_TOO_DEEP)
        elif sign in ("}", "]"):
            if top is None or top.map != (sign == "}"):
                raise ValueError(f"not JSON: {sign} where nothing is open")
            stack.pop()
            if stack:
                stack[-1].due = False
        elif sign == ":":
            if top is not None:
                top.due = True
        elif sign == ",":
            if top is not None:
                top.due = False
        elif top is not None and top.map:
            if top.due:
                top.fields[top.key] = _plain(string, sign)
                top.due = False
            elif string is not None:
                top.key = json.loads(f'"{string}"') if "\\" in string else string


def _plain(string: str | None, word: str) -> Any:
    try:
        return json.loads(f'"{string}"' if string is not None else word)
    except ValueError:
        raise ValueError(f"not JSON: {word[:20]!r}") from None


def elements(file: io.BufferedIOBase) -> Iterator[Any]:
    """Yield the elements of a list, or the one value that a file holds."""
    text = _Text(file)
    first = text.sign()
    if not first:
        raise ValueError("not JSON: empty")
    if first != "[":
        yield text.value()
    else:
        text.at += 1
        while (sign := text.sign()) != "]":
            if not sign:
                raise ValueError("not JSON: it ends in the middle of a list")
            yield text.value()
        text.at += 1
    if text.sign():
        raise ValueError("not JSON: something follows the value")

"""Text and Markdown files: one report each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from tawthiq.archive.limits import LARGEST_TEXT
from tawthiq.archive.readers.base import Defaults, Found, Source, decode, make

NAME = "plain 1"


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the one report of a file; its first line is its title when a blank line follows it."""
    text = decode(source.whole(LARGEST_TEXT * 4)).replace("\r\n", "\n")
    lines = text.split("\n", 2)
    title = lines[0].strip("# \r") if len(lines) > 1 and lines[0].strip() and not lines[1].strip() else None
    stem = PurePosixPath(source.name).stem or "report"
    yield make("", defaults, report=stem, text=text, title=title)

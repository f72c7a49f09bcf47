"""Read the vocabulary's files as rows: tab-separated tables and YAML sheets, of the package and of a project."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml


def vocabulary() -> Traversable:
    """Return the folder of the vocabulary."""
    return files("tawthiq") / "vocabulary"


def rows_of(text: str, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a tab-separated text with their line numbers, padded to `columns`; `#` opens a comment line."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            cells = line.split("\t")
            yield number, cells + [""] * (columns - len(cells))


def read_rows(name: str, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a file of the vocabulary, as `rows_of` does."""
    yield from rows_of((vocabulary() / name).read_text(encoding="utf-8"), columns)


def read_yaml(name: str) -> Any:
    """Return the contents of a YAML file of the vocabulary."""
    return yaml.safe_load((vocabulary() / name).read_text(encoding="utf-8"))


def split(cell: str, sign: str = "|") -> list[str]:
    """Return the parts of a cell; "-" alone is an empty one."""
    return [part for part in cell.split(sign) if part and part != "-"]

"""Pictures of text, read by tesseract in Arabic and English where that program is installed; how sure it was is kept."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import PurePosixPath

from PIL import Image, UnidentifiedImageError

from tawthiq.archive.limits import Refused
from tawthiq.archive.readers.base import Defaults, Found, Problem, Source, make

NAME = "tesseract ara+eng 1"
MISSING = "needs tesseract with Arabic to be read: install tesseract-ocr and tesseract-ocr-ara"
_LANGUAGES = "ara+eng"
_SECONDS = 120
# Formats that another program draws, such as PostScript, are not opened.
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_PIXELS = 60_000_000


def read(source: Source, defaults: Defaults) -> Iterator[Found]:
    """Yield the text of a picture as one report."""
    if why := unavailable():
        yield Problem("", why)
        return
    text, sure = recognise(source.whole())
    if not text.strip():
        yield Problem("", "no text was recognised in the picture")
        return
    stem = PurePosixPath(source.name).stem or "picture"
    yield make("", defaults, report=stem, text=text, read_by_machine=sure)


def unavailable() -> str | None:
    """Say why pictures cannot be read here; None where they can."""
    if shutil.which("tesseract") is None:
        return MISSING
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False).stdout.split()  # noqa: S607
    return None if {"ara", "eng"} <= set(listed) else MISSING


def recognise(data: bytes) -> tuple[str, float]:
    """Return the text of a picture, a line for each line found, and the mean confidence of its words, 0 to 1.

    Raises Refused for pictures that are too large and ValueError for what is no picture.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > _PIXELS:
                raise Refused(f"a picture of more than {_PIXELS:,} points")
            plain = io.BytesIO()
            picture.convert("L").save(plain, "PNG")
    except Image.DecompressionBombError:
        raise Refused("a picture of too many points") from None
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"no picture that can be opened: {error}") from None
    try:
        done = subprocess.run(  # noqa: S603
            ["tesseract", "-", "-", "-l", _LANGUAGES, "tsv"],  # noqa: S607
            input=plain.getvalue(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"took longer than {_SECONDS} seconds to read") from None
    if done.returncode:
        raise ValueError(f"tesseract failed: {done.stderr.decode('utf-8', 'replace').strip()[:160]}")
    return _lines(done.stdout.decode("utf-8", "replace"))


def _lines(table: str) -> tuple[str, float]:
    lines: dict[tuple[str, ...], list[str]] = {}
    confidences: list[float] = []
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[11].strip() and float(cells[10]) >= 0:
            lines.setdefault(tuple(cells[1:5]), []).append(cells[11])
            confidences.append(float(cells[10]))
    blocks: dict[tuple[str, ...], list[str]] = {}
    for key, words in lines.items():
        blocks.setdefault(key[:3], []).append(" ".join(words))
    text = "\n\n".join("\n".join(found) for found in blocks.values())
    return text, round(sum(confidences) / len(confidences) / 100, 3) if confidences else 0.0

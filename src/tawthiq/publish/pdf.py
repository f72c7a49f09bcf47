"""Set a brief as PDF, and the card of a shared link, with typst: right-to-left where the language is, with own fonts alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def set_pdf(data: Mapping[str, Any]) -> bytes:
    """Return a PDF of a brief.

    `data` has `language`, `title`, `notice` (a warning on top, "" for none), `publisher`, `licence`, `period`, `made`, `basis`,
    `release`, `method` (lines), `map` (SVG) and `sections`: `name`, `count`, `incidents` with `id`, `type`, `place`, `when`,
    `people`, `losses`, `standing`. It is handed to typst as data, so that nothing in it is read as markup. A font that is missing
    is an error: typst would replace it without a word.
    """
    room = files("tawthiq.publish")
    for name in ("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf", "Amiri-Regular.ttf", "Amiri-Bold.ttf"):
        if not (room / "assets" / name).is_file():
            raise RuntimeError(f"the font {name} is missing: install the package (make install), which fetches it")
    return _compile("brief.typ", data)


def set_card(data: Mapping[str, Any]) -> bytes:
    """Return the picture that stands for a brief where a link to it is shared, a PNG of 1200 by 630 pixels.

    `data` has `language`, `title`, `publisher`, `period`, `basis` and `map` (SVG).
    """
    return _compile("card.typ", data, format="png", ppi=72.0)


def _compile(template: str, data: Mapping[str, Any], **form: Any) -> bytes:
    # Loaded when something is set: who serves pages sets nothing.
    import typst

    room = files("tawthiq.publish")
    made: bytes = typst.compile(
        str(room / "templates" / template),
        font_paths=[str(room / "assets")],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps({**data, "map": str(data["map"])}, ensure_ascii=False)},
        **form,
    )
    return made

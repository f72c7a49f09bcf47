"""The cover page of an evidence bundle, for a court or an editor: what is in it, where from, how kept, what it does not show."""

from __future__ import annotations

from typing import Any

from tawthiq.publish.brief import environment, font
from tawthiq.publish.words import Language, Words


def render_cover(bundle: dict[str, Any], language: Language) -> str:
    """Return the cover as one HTML file that needs nothing from outside.

    `bundle` has `made_at`, `by`, `versions`, `receipt`, `originals` (name, url, sha256, size, at, by, method, number), `claims`
    (id, type, source, published, quote as (words, marked) pairs, original) and `decisions`.
    """
    fonts = {name: font(f"{name}.woff2") for name in ("noto-sans-arabic-400", "noto-sans-arabic-700", "amiri-arabic-400")}
    words = Words(language)
    return (
        environment(html=True)
        .get_template("cover.html.j2")
        .render(
            fonts=fonts,
            words=words,
            language=language,
            bundle=bundle,
            contents=[
                words.plural("claims", len(bundle["claims"])),
                words.plural("reports", len({c["report"] for c in bundle["claims"]})),
            ],
        )
    )

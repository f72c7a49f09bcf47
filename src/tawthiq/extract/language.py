"""Say why a report gives no claim where that is because nothing in it can be read: no words, or another language.

The reader knows Arabic and English; a text is taken for one of them by its letters and by the small words that every sentence of
the language holds (`arabic_common` and `english_common` in clitics.yaml).
"""

from __future__ import annotations

from tawthiq.extract.items import reader
from tawthiq.model import Report
from tawthiq.text.normalise import normalise
from tawthiq.text.tokens import tokenise

_ENOUGH = 8  # words from which on a text of a language holds one of its small words
_ARABIC, _ARABIC_END, _LATIN_END = "\u0600", "\u0780", "\u0250"


def unread(report: Report) -> str | None:
    """Return why a report without claims could not be read at all, or None where it was read and tells none."""
    using = reader()
    words = [w for w in tokenise(normalise(report.text)).words if w[:1].isalpha()]
    if not words:
        return "no words in it, only signs, numbers or pictures"
    arabic = [w for w in words if _ARABIC <= w[0] < _ARABIC_END]
    latin = [w for w in words if w[0] < _LATIN_END]
    if len(arabic) + len(latin) < len(words) / 2:
        return "written in letters that are not read: neither Arabic nor Latin"
    if len(arabic) >= len(latin):
        known, mine = any(w in using.arabic_common or w[1:] in using.arabic_common for w in arabic), arabic
    else:
        known, mine = any(w in using.english_common for w in latin), latin
    if len(mine) >= _ENOUGH and not known:
        return "in another language than Arabic and English"
    return None

"""Written forms of the English vocabulary: regular endings are added, irregular forms are rows of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tawthiq.lexicon.sheets import read_rows
from tawthiq.lexicon.sources import Entry
from tawthiq.text.normalise import fold

_VOWELS = "aeiou"


def inflect(lemma: str) -> Iterator[tuple[str, str]]:
    """Yield the forms of a regular verb: bare, -s, -ed (past, or passive after a form of "be") and -ing.

    >>> [w for w, _ in inflect("raid")]
    ['raid', 'raids', 'raided', 'raiding']
    """
    stem = lemma[:-1] if lemma.endswith("e") else lemma
    double = lemma[-1] if len(lemma) > 3 and lemma[-1] in "pt" and lemma[-2] in _VOWELS and lemma[-3] not in _VOWELS else ""
    double = double if lemma in ("kidnap",) else ""
    yield lemma, "ep"
    yield lemma + ("es" if lemma.endswith(("sh", "s", "x")) else "s"), "es"
    yield stem + double + "ed", "ed"
    yield stem + double + "ing", "eg"


# Plurals that no s ends.
_PLURALS = (
    "women",
    "men",
    "children",
    "fishermen",
    "businessmen",
    "cameramen",
    "people",
    "young men",
    "personnel",
    "displaced people",
)


def english_entries() -> Iterator[Entry]:
    """Yield the English senses; verbs keep the grammar of the form, so that "were raided" reads as a passive."""
    for number, (lemma, sense, frame, part, more, *_) in read_rows("english.tsv", 5):
        category, _, type_ = sense.partition(":")
        key, _, value = frame.partition("=")
        data: dict[str, Any] = {"frame": "noun" if value else frame, "english": True} | ({key: value} if value else {})
        if type_:
            data["type"] = type_
        written: set[tuple[str, str]] = set()
        if part == "v":
            written |= set(inflect(lemma))
            data |= {"verb": True, "root": lemma}
        elif part == "n":
            written |= {(lemma, "ns"), (lemma + ("es" if lemma.endswith(("sh", "s")) else "s"), "np")}
            data["noun"] = True
        else:
            data |= {"verb": True, "root": lemma}
        written |= {(fold(w), "ed" if part != "n" else "ns") for w in more.split("|") if w}
        if category == "fighterword":
            yield Entry("person", lemma, {"actor": "fighter"}, tuple(sorted((w, "p") for w, _ in written)), f"english.tsv:{number}")
            continue
        if category == "personword":
            people = {(lemma, "s"), (lemma + "s", "p")} if part == "n" else set()
            people |= {(fold(w), "p" if w.endswith("s") or w in _PLURALS else "s") for w in more.split("|") if w}
            yield Entry("person", "en:" + lemma, {"actor": frame}, tuple(sorted(people)), f"english.tsv:{number}")
            continue
        if category == "thing":
            owner, level = ("civilians" if frame == "civilians" else None), ("point" if frame == "point" else None)
            forms = tuple(sorted((w, "p" if n == "np" else "s") for w, n in written))
            yield Entry("object", "en:" + lemma, {"actor": owner, "level": level}, forms, f"english.tsv:{number}")
            continue
        yield Entry(category, "en:" + lemma, data, tuple(sorted(written)), f"english.tsv:{number}")

"""Read the vocabulary's files into senses with their written forms.

Every row of every file becomes at least one `Entry`; what a file may hold is described in its first lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

import yaml

from tawthiq.lexicon.morphology import ALEF, TEH, conjugate, noun_forms, participles, verbal_noun
from tawthiq.text.normalise import fold

# Arabic accusative and prepositional forms of a sound or broken plural need no rows of their own: the matcher strips them.


class Entry(NamedTuple):
    """A sense and the written forms that carry it, each with its grammar ("" where there is nothing to say)."""

    category: str
    name: str
    data: dict[str, Any]
    forms: tuple[tuple[str, str], ...]
    where: str


def vocabulary() -> Traversable:
    """Return the folder of the vocabulary."""
    return files("tawthiq") / "vocabulary"


def read_rows(name: str, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a tab-separated file with their line numbers, padded to `columns`; `#` opens a comment line."""
    for number, line in enumerate((vocabulary() / name).read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            cells = line.split("\t")
            yield number, cells + [""] * (columns - len(cells))


def read_yaml(name: str) -> Any:
    """Return the contents of a YAML file of the vocabulary."""
    return yaml.safe_load((vocabulary() / name).read_text(encoding="utf-8"))


def _split(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part and part != "-"]


def _category(sense: str) -> tuple[str, dict[str, Any]]:
    category, _, type_ = sense.partition(":")
    return category, ({"type": type_} if type_ else {})


def verb_entries() -> Iterator[Entry]:
    """Yield for each verb its finite forms, its verbal noun and its participles as senses of one category."""
    for number, (root, form, nouns, sense, frame, more, *_) in read_rows("verbs.tsv", 6):
        category, data = _category(sense)
        name = f"{fold(root)}{form}"
        # A star: the one noun after the verbal noun may be who does it as well (قصف قوات النظام).
        owner = "either" if frame.endswith("*") else "target"
        data |= {"frame": frame.rstrip("*"), "root": fold(root), "verb": True}
        where = f"verbs.tsv:{number}"
        finite = {(f.written, f"{f.tense}{f.number}{f.voice}") for f in conjugate(root, int(form))} if form != "0" else set()
        extra = {(fold(w), "xs?") for w in _split(more)}
        if finite | extra:
            yield Entry(category, name, data, tuple(sorted(finite | extra)), where)
        masdars = [n for part in nouns.split("|") for n in (verbal_noun(root, int(form)) if part == "=" else _split(part))]
        noun_data = data | {"verb": False, "noun": True, "of": owner}
        forms = {(w, f"n{num}") for n in masdars for w, num in noun_forms(n, plural="f")}
        if forms:
            yield Entry(category, name, noun_data, tuple(sorted(forms)), where)
        if form != "0" and category in ("event", "loss", "support", "belong", "join", "say", "deny", "hedge"):
            for word, voice in participles(root, int(form)):
                if category == "loss" and voice != "p":
                    continue
                forms = {(w, f"q{num}{voice}") for w, num in noun_forms(word, plural="m", feminine=True)}
                yield Entry(category, name, data | {"verb": False, "participle": True}, tuple(sorted(forms)), where)


def noun_entries() -> Iterator[Entry]:
    """Yield the nouns that tell an occurrence, a loss or a weapon, and the fixed expressions."""
    for number, (word, plural, sense, frame, more, *_) in read_rows("nouns.tsv", 5):
        category, data = _category(sense)
        key, _, value = frame.partition("=")
        data |= {"frame": "noun" if value else frame, "noun": True} | ({key: value} if value else {})
        forms = {(w, f"n{num}") for w, num in noun_forms(word, plural=plural if plural != "-" else "")}
        forms |= {(fold(w), "np" if w.endswith(ALEF + TEH) else "ns") for w in _split(more)}
        yield Entry(category, fold(word), data, tuple(sorted(_with_article(forms))), f"nouns.tsv:{number}")
    for number, (words, sense, frame, *_) in read_rows("phrases.tsv", 3):
        category, data = _category(sense)
        key, _, value = frame.partition("=")
        verbal = not value and frame not in ("needs-on", "agree", "head")
        data |= {"frame": "noun" if value else frame, "verb" if verbal else "noun": True} | ({key: value} if value else {})
        yield Entry(category, fold(words), data, ((fold(words), "xs?"),), f"phrases.tsv:{number}")


def _with_article(forms: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Add the definite form of expressions of a noun with its adjective: عبوة ناسفة, العبوة الناسفة."""
    article = chr(0x627) + chr(0x644)
    out = set(forms)
    for written, form in forms:
        words = written.split(" ")
        if len(words) > 1 and not any(w.startswith(article) for w in words):
            out.add((" ".join(article + w for w in words), form))
    return out


def person_entries() -> Iterator[Entry]:
    """Yield the nouns for people and for things that stand for their owners."""
    for number, (word, plural, feminine, actor, more, *_) in read_rows("persons.tsv", 5):
        forms = {(w, n) for w, n in noun_forms(word, plural="" if plural == "-" else plural, feminine=feminine == "f")}
        forms |= {(fold(w), "p" if fold(w) in _split(plural) else "s") for w in _split(more)}
        yield Entry("person", fold(word), {"actor": actor}, tuple(sorted(_with_article(forms))), f"persons.tsv:{number}")
    for number, (word, plural, actor, level, more, *_) in read_rows("objects.tsv", 5):
        forms = set(noun_forms(word, plural="" if plural == "-" else plural)) | {(fold(w), "s") for w in _split(more)}
        data = {"actor": actor or None, "level": level if level != "-" else None}
        yield Entry("object", fold(word), data, tuple(sorted(_with_article(forms))), f"objects.tsv:{number}")


def actor_entries() -> Iterator[Entry]:
    """Yield the actors' names, their epithets, and the adjectives that name them."""
    sheet = read_yaml("actors.yaml")
    for row in sheet["actors"]:
        where = f"actors.yaml:{row['id']}"
        names = {(fold(n), "") for n in [*row.get("names", []), row["ar"].split(" (")[0], *row.get("names_en", [])]}
        yield Entry("actor", row["id"], {"kind": row["kind"], "side": row["side"]}, tuple(sorted(names)), where)
        if row.get("epithets"):
            forms = tuple(sorted({(fold(e), "") for e in row["epithets"]}))
            yield Entry("epithet", row["id"], {"kind": row["kind"]}, forms, where)
        for adjective in row.get("adjectives", []):
            forms_ = {(w, n) for w, n in noun_forms(adjective, plural="m", feminine=True)}
            yield Entry("adjective", row["id"], {}, tuple(sorted(forms_)), where)
    for word, kinds in sheet["classes"].items():
        yield Entry("anaphor", fold(word), {"kinds": kinds}, ((fold(word), ""),), "actors.yaml:classes")


def place_rows() -> Iterator[tuple[str, int, list[str]]]:
    """Yield (file, line, cells) of the place tables: code, name, further names, English names, level, p-code, lat, lon, source."""
    for name in ("places/admin.tsv", "places/towns.tsv", "places/areas.tsv"):
        for number, cells in read_rows(name, 9):
            yield name, number, cells


def ambiguous_places() -> frozenset[str]:
    """Return the folded names of places that are everyday words too."""
    lines = (vocabulary() / "places/ambiguous.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(fold(line) for line in lines if line.strip() and not line.startswith("#"))


def place_entries() -> Iterator[Entry]:
    """Yield every place with its names; governorates, districts and towns of one name stay apart."""
    doubtful = ambiguous_places()
    for file, number, (code, name, more, english, level, admin1, lat, lon, _source) in place_rows():
        names = {fold(n) for n in [name, *_split(more), *_split(english)]}
        data = {
            "name": name,
            "level": level,
            "admin1": admin1 or None,
            "lat": float(lat),
            "lon": float(lon),
            "code": code,
            "doubtful": sorted(names & doubtful),
        }
        yield Entry("place", code, data, tuple(sorted((n, "") for n in names)), f"{file}:{number}")


def discourse_entries() -> Iterator[Entry]:
    """Yield the words that steer how a statement is read, one sense a word, by category."""
    for category, words in read_yaml("discourse.yaml").items():
        for word in words:
            if not isinstance(word, str):
                raise ValueError(f"discourse.yaml: {category}: {word!r} is no text; put it in quotes")
            yield Entry(category, fold(word), {}, ((fold(word), ""),), f"discourse.yaml:{category}")


def all_entries() -> Iterator[Entry]:
    """Yield every entry of the vocabulary that is matched word by word."""
    yield from verb_entries()
    yield from noun_entries()
    yield from person_entries()
    yield from actor_entries()
    yield from place_entries()
    yield from discourse_entries()
    from tawthiq.lexicon.english import english_entries

    yield from english_entries()

"""Read the vocabulary's files into senses with their written forms.

Every row of every file becomes at least one `Entry`; what a file may hold is described in its first lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from tawthiq.lexicon.additions import PLACES, VERBS, additions
from tawthiq.lexicon.morphology import ALEF, TEH, conjugate, noun_forms, participles, verbal_noun
from tawthiq.lexicon.registry import code_at, periods, registry
from tawthiq.lexicon.sheets import read_rows, read_yaml, rows_of, split, vocabulary
from tawthiq.text.normalise import fold

# Arabic accusative and prepositional forms of a sound or broken plural need no rows of their own: the matcher strips them.


class Entry(NamedTuple):
    """A sense and the written forms that carry it, each with its grammar ("" where there is nothing to say)."""

    category: str
    name: str
    data: dict[str, Any]
    forms: tuple[tuple[str, str], ...]
    where: str


def _category(sense: str) -> tuple[str, dict[str, Any]]:
    category, _, type_ = sense.partition(":")
    return category, ({"type": type_} if type_ else {})


def verb_entries() -> Iterator[Entry]:
    """Yield for each verb, a project's own among them, its finite forms, its verbal noun and its participles, of one category."""
    for number, (root, form, nouns, sense, frame, more, *_) in chain(read_rows("verbs.tsv", 6), added_verb_rows()):
        category, data = _category(sense)
        name = f"{fold(root)}{form}"
        # A star: the one noun after the verbal noun may be who does it as well (قصف قوات النظام).
        owner = "either" if frame.endswith("*") else "target"
        data |= {"frame": frame.rstrip("*"), "root": fold(root), "verb": True}
        where = f"verbs.tsv:{number}"
        finite = {(f.written, f"{f.tense}{f.number}{f.voice}") for f in conjugate(root, int(form))} if form != "0" else set()
        extra = {(fold(w), "xs?") for w in split(more)}
        if finite | extra:
            yield Entry(category, name, data, tuple(sorted(finite | extra)), where)
        masdars = [n for part in nouns.split("|") for n in (verbal_noun(root, int(form)) if part == "=" else split(part))]
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
        forms |= {(fold(w), "np" if w.endswith(ALEF + TEH) else "ns") for w in split(more)}
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
        forms |= {(fold(w), "p" if fold(w) in split(plural) else "s") for w in split(more)}
        yield Entry("person", fold(word), {"actor": actor}, tuple(sorted(_with_article(forms))), f"persons.tsv:{number}")
    for number, (word, plural, actor, level, more, *_) in read_rows("objects.tsv", 5):
        forms = set(noun_forms(word, plural="" if plural == "-" else plural)) | {(fold(w), "s") for w in split(more)}
        data = {"actor": actor or None, "level": level if level != "-" else None}
        yield Entry("object", fold(word), data, tuple(sorted(_with_article(forms))), f"objects.tsv:{number}")


def actor_entries() -> Iterator[Entry]:
    """Yield the actors' names, their epithets, and the adjectives that name them.

    An actor outside the codebook is a sense of the actor as which it is coded, with its own id beside it; one that is coded as
    different actors over time carries the periods. Actors that are no side of any occurrence have no entry.
    """
    sheet = read_yaml("actors.yaml")
    rows = {row["id"]: row for row in sheet["actors"]}
    for actor in registry().values():
        coded = periods(actor.id)
        if not coded:
            if actor.kind in ("organisation", "media") and actor.side in ("media", "international"):
                said = tuple(sorted({(fold(n), "") for n in actor.all_names() if " " in n or n in actor.names}))
                yield Entry("source_named", actor.id, {}, said, f"actors.tsv:{actor.id}")
            continue
        code = code_at(actor.id) or coded[0].code
        where = f"{'project' if actor.own else 'actors.yaml' if actor.id in rows else 'actors.tsv'}:{actor.id}"
        names = {(fold(n), "") for n in actor.all_names() if n != actor.en or actor.own}
        kind = rows[code]["kind"] if rows[code]["kind"] in ("civilians", "unknown") else actor.kind
        data: dict[str, Any] = {"kind": kind, "side": actor.side}
        if actor.id != code:
            data["registry"] = actor.id
        if len(coded) > 1:
            data["periods"] = [tuple(p) for p in coded]
        yield Entry("actor", code, data, tuple(sorted(names)), where)
    for row in rows.values():
        where = f"actors.yaml:{row['id']}"
        if row.get("epithets"):
            forms = tuple(sorted({(fold(e), "") for e in row["epithets"]}))
            yield Entry("epithet", row["id"], {"kind": row["kind"]}, forms, where)
        for adjective in row.get("adjectives", []):
            forms_ = {(w, n) for w, n in noun_forms(adjective, plural="m", feminine=True)}
            yield Entry("adjective", row["id"], {}, tuple(sorted(forms_)), where)
    for word, kinds in sheet["classes"].items():
        yield Entry("anaphor", fold(word), {"kinds": kinds}, ((fold(word), ""),), "actors.yaml:classes")


PLACE_COLUMNS = 9
QUARTERS = "places/quarters.tsv"
PLACE_TABLES = ("places/admin.tsv", "places/towns.tsv", "places/areas.tsv", QUARTERS, "places/abroad.tsv")


def place_rows() -> Iterator[tuple[str, int, list[str]]]:
    """Yield (file, line, cells) of the place tables: code, name, further names, English names, level, p-code, lat, lon, source."""
    for name in PLACE_TABLES:
        for number, cells in read_rows(name, PLACE_COLUMNS):
            yield name, number, cells


def added_verb_rows() -> Iterator[tuple[int, list[str]]]:
    """Yield the verbs that the project in use has added, in the shape of verbs.tsv."""
    folder = additions()
    path = folder / VERBS if folder else None
    if path is not None and path.is_file():
        yield from rows_of(path.read_text(encoding="utf-8"), 6)


def added_place_rows() -> Iterator[tuple[str, int, list[str]]]:
    """Yield the places that the project in use has loaded, in the same shape, those of the package's tables left out."""
    folder = additions()
    path = folder / PLACES if folder else None
    if path is not None and path.is_file():
        known = {cells[0] for _, _, cells in place_rows()}
        for number, cells in rows_of(path.read_text(encoding="utf-8"), PLACE_COLUMNS):
            if cells[0] not in known:
                yield PLACES, number, cells


def ambiguous_places() -> frozenset[str]:
    """Return the folded names of places that are everyday words too."""
    lines = (vocabulary() / "places/ambiguous.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(fold(line) for line in lines if line.strip() and not line.startswith("#"))


def place_entries() -> Iterator[Entry]:
    """Yield every place with its names; governorates, districts and towns of one name stay apart.

    A name that is an everyday word too is doubtful; so is a quarter's, and of what a project loaded every name of one word or
    that begins like a person's (أبو). Loaded places lose the names that are words for a place ("no_names").
    """
    doubtful = ambiguous_places()
    people = tuple(fold(word) + " " for word in read_yaml("clitics.yaml")["people_names"])
    no_names = {fold(word) for word in read_yaml("clitics.yaml")["no_names"]}
    districts = {(c[0], fold(c[1])) for file, _, c in place_rows() if file == PLACE_TABLES[0]}
    for file, number, cells in (*place_rows(), *added_place_rows()):
        code, name, more, english, level, admin, lat, lon, _source = cells[:PLACE_COLUMNS]
        names = {fold(n) for n in [name, *split(more), *split(english)]}
        if file == PLACES:
            names -= no_names  # a hamlet called "the city" would be found in every second report
        if not names:
            continue
        data = {
            "name": name,
            "level": level,
            "admin1": admin[:4] or None,
            "admin": admin or None,
            "lat": float(lat),
            "lon": float(lon),
            "code": code,
            "doubtful": sorted(
                n for n in names if n in doubtful or file == QUARTERS or (file == PLACES and (" " not in n or n.startswith(people)))
            ),
        }
        if level == "town" and (admin, fold(name)) in districts:
            data["seat"] = True
        if file == PLACES:
            data["loaded"] = True
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

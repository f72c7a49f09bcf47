"""Find words in reports and claims whatever their spelling: folded, with and without article and clitics, on SQLite and PostgreSQL.

SQLite keeps the words in FTS5 tables, PostgreSQL in text-search vectors; both are derived and made again with the claims. A query
is words that all must stand there, each also as the beginning of a longer one; "..." is a phrase, and -word must not stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import connection

from tawthiq.lexicon.lexicon import load
from tawthiq.lexicon.registry import registry
from tawthiq.model import Claim, Report
from tawthiq.text.normalise import normalise
from tawthiq.text.tokens import split_sentences, tokenise

CLAIMS, REPORTS = "workspace_claimwords", "workspace_reportwords"
_PART = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_LONGEST = 300
_INDEXED = 150_000


def create_tables() -> list[str]:
    """Return the statements that make the tables of the database in use."""
    if connection.vendor == "postgresql":
        made = []
        for table in (CLAIMS, REPORTS):
            made += [
                f"create table {table} (id bigint primary key, words tsvector not null)",
                f"create index {table}_words on {table} using gin (words)",
            ]
        return made
    return [
        f"create virtual table {table} using fts5(words, tokenize='unicode61 remove_diacritics 2')" for table in (CLAIMS, REPORTS)
    ]


@lru_cache(maxsize=65536)
def stems(word: str) -> tuple[str, ...]:
    """Return a folded word without the article and without a clitic that the vocabulary knows on it.

    >>> stems("بالدوريه"), stems("لقسد")
    (('دوريه',), ('قسد',))
    """
    for prefix in load().definite:
        if word.startswith(prefix) and len(word) - len(prefix) >= 2:
            return (word[len(prefix) :],)
    found = {word[len(reading.prefix) :] for reading in load().readings(word) if reading.prefix and word.startswith(reading.prefix)}
    return tuple(sorted(stem for stem in found if len(stem) > 1))


def words_of(text: str) -> list[str]:
    """Return the folded words of a text, in order, without signs."""
    return [word for word in tokenise(normalise(text, load().hidden)).words if any(c.isalnum() for c in word)]


def _document(words: Sequence[str]) -> str:
    """Return what is indexed: the words in order, so that phrases are found, and after them their stems.

    PostgreSQL takes a megabyte of words; of a longer text the beginning is indexed there.
    """
    if connection.vendor == "postgresql":
        words = "".join(f"{word[:60]} " for word in words)[:_INDEXED].split()
    return " ".join([*words, "|", *dict.fromkeys(stem for word in words for stem in stems(word))])


def index_reports(reports: Iterable[tuple[int, Report]]) -> None:
    """Index (key, report) anew by all words."""
    _put(REPORTS, [(key, _document(words_of(f"{report.title or ''}\n{report.text}"))) for key, report in reports])


def index_claims(claims: Iterable[tuple[int, Report, Claim]]) -> None:
    """Index (key, report, claim) anew by the words of the sentences that hold their evidence, and the names of their actors."""
    known = registry()
    rows = []
    sentences: dict[int, tuple[list[tuple[int, int]], str]] = {}
    for key, report, claim in claims:
        if id(report) not in sentences:
            sentences = {id(report): (_sentences(report.text), report.text)}
        spans, text = sentences[id(report)]
        told = " ".join(text[a:b] for a, b in spans if any(a < end and start < b for start, end in claim.evidence))
        actors = {*claim.initiators, *claim.targets, *claim.participants}
        names = [name for actor in sorted(actors) if actor in known for name in (known[actor].ar, known[actor].en)]
        place = [claim.place.name, claim.place.detail or ""] if claim.place else []
        rows.append((key, _document(words_of(" . ".join([told, *names, *place, claim.attribution.mention or ""])))))
    _put(CLAIMS, rows)


def _sentences(text: str) -> list[tuple[int, int]]:
    tokens = tokenise(normalise(text))
    return [tokens.span(first, last) for first, last in split_sentences(tokens.words)]


def _put(table: str, rows: Sequence[tuple[int, str]]) -> None:
    forget(table, [key for key, _ in rows])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(f"insert into {table} (id, words) values (%s, to_tsvector('simple', %s))", rows)  # noqa: S608
        else:
            cursor.executemany(f"insert into {table} (rowid, words) values (%s, %s)", rows)  # noqa: S608


def forget(table: str, keys: Sequence[int]) -> None:
    """Take words out of the index."""
    column = "id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.executemany(f"delete from {table} where {column} = %s", [(key,) for key in keys])  # noqa: S608


def forget_claims() -> None:
    """Take the words of all claims out of the index."""
    with connection.cursor() as cursor:
        cursor.execute(f"delete from {CLAIMS}")  # noqa: S608


def condition(table: str, query: str) -> tuple[str, list[str]] | None:
    """Return a subquery of the keys that a query finds, as SQL with its parameters; None for a query without a word."""
    wanted, unwanted = _parse(query)
    if not wanted:
        return None
    if connection.vendor == "postgresql":
        said = " & ".join(map(_vector_term, wanted)) + "".join(f" & !{_vector_term(term)}" for term in unwanted)
        return f"select id from {table} where words @@ to_tsquery('simple', %s)", [said]  # noqa: S608
    said = " AND ".join(map(_fts_term, wanted))
    if unwanted:
        said = f"({said}) NOT ({' OR '.join(map(_fts_term, unwanted))})"
    return f"select rowid from {table} where {table} match %s", [said]  # noqa: S608


def _parse(query: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return what must and what must not stand there: a phrase as its words, a word alone as its spellings after ""."""
    wanted: list[tuple[str, ...]] = []
    unwanted: list[tuple[str, ...]] = []
    for sign, phrase, word in _PART.findall(query[:_LONGEST]):
        into = unwanted if sign else wanted
        words = words_of(phrase or word)
        if phrase and len(words) > 1:
            into.append(tuple(words))
        else:
            into += [("", one, *stems(one)) for one in words]
    return wanted, unwanted


def _fts_term(term: tuple[str, ...]) -> str:
    if term[0]:
        return '"' + " ".join(term) + '"'
    return "(" + " OR ".join(f'"{word}"*' for word in term[1:]) + ")"


def _vector_term(term: tuple[str, ...]) -> str:
    quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in term if word]
    if term[0]:
        return "(" + " <-> ".join(quoted) + ")"
    return "(" + " | ".join(f"{word}:*" for word in quoted) + ")"

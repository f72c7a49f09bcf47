"""Names of groups that no table knows: a noun that begins the name of an armed group, and the words after it.

They are proposed with their words in context, for a person to add or to pass over; nothing is coded by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tawthiq.extract.items import Document, Sentence, reader
from tawthiq.model import Report, Span
from tawthiq.resolve.actors import plain
from tawthiq.resolve.dates import DEFAULT_ZONE

_LONGEST = 3
_SHOWN = 3
_CONTEXT = 60
_MARKS = ('"', "(", ")")
_QUOTED = 8
_UNMARKED = str.maketrans("", "", '«»"“”()')


class Candidate(NamedTuple):
    """A name that no table knows: as it is first written, how many times it stands in reports, the first places (report, words)."""

    key: str
    name: str
    times: int
    where: list[tuple[str, str]]


def count_candidates(reports: Iterable[Report]) -> list[Candidate]:
    """Return the names of groups in reports that the vocabulary does not know, the most frequent first."""
    found: dict[str, Candidate] = {}
    for report in reports:
        for name, _, around in find_candidates(report):
            key = plain(name)
            before = found.get(key, Candidate(key, name, 0, []))
            if len(before.where) < _SHOWN:
                before.where.append((report.report, around))
            found[key] = before._replace(times=before.times + 1)
    return sorted(found.values(), key=lambda one: (-one.times, one.key))


def find_candidates(report: Report) -> Iterator[tuple[str, Span, str]]:
    """Yield (name, span, words around it) for each name of a group that the vocabulary does not know."""
    document = Document(report, reader(), DEFAULT_ZONE)
    for sentence in document.sentences:
        known = {t for i in sentence.of("actor", "epithet", "place") for t in range(i.first, i.last)}
        at = sentence.first
        while at < sentence.last:
            last = _name_end(document, sentence, at, known)
            if last is None:
                at += 1
                continue
            start, end = document.span(at, last)
            text = report.text
            words = document.words[at]
            cut = len(words) - len(_bare(document, words))
            yield (
                " ".join(text[start + cut : end].translate(_UNMARKED).split()),
                (start + cut, end),
                " ".join(text[max(0, start - _CONTEXT) : end + _CONTEXT].split()),
            )
            at = last


def _bare(document: Document, word: str) -> str:
    """Return a word without the joined particles before it."""
    for prefix in document.using.joins:
        rest = word.removeprefix(prefix)
        if rest != word and rest in document.using.lexicon.group_nouns:
            return rest
    return word


def _name_end(document: Document, sentence: Sentence, at: int, known: set[int]) -> int | None:
    """Return where the name that begins at a token ends, or None when none begins there.

    A name goes on over words that the vocabulary knows nothing of; one known word is enough to say that it is no name.
    """
    if at in known or _bare(document, document.words[at]) not in document.using.lexicon.group_nouns:
        return None
    end = at + 1
    if end < sentence.last and document.words[end] in _MARKS:
        closing = (t for t in range(end + 2, min(end + _QUOTED, sentence.last)) if document.words[t] in _MARKS)
        return next(closing, None)
    taken = {t for i in sentence.items for t in range(i.first, i.last)}
    first = end
    while end < sentence.last and end - first < _LONGEST and end not in taken and end not in known:
        word = document.words[end]
        if not word[:1].isalpha() or word in document.using.particles or word in document.using.link_words or len(word) < 3:
            break
        end += 1
    return end if end > first else None

"""Find in a run of tokens the words, names and expressions that the vocabulary knows.

`readings` takes clitics off a word; `phrases` finds expressions of several words by one Aho-Corasick pass over the tokens.
Both answer in time linear in the text, and the same for the same vocabulary.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import Any

from ahocorasick_rs import AhoCorasick

from tawthiq.lexicon.compile import tables, version
from tawthiq.lexicon.reading import Phrase, Reading, Sense

# Categories whose words bend and take clitics; the others stand alone or after a joined "and".
_NOMINAL = frozenset(
    (
        "event",
        "loss",
        "weapon",
        "person",
        "object",
        "operation",
        "campaign",
        "crime",
        "body",
        "arms",
        "adjective",
        "support",
        "belong",
        "join",
        "say",
        "deny",
        "hedge",
        "claim",
        "accuse",
        "expect",
        "warn",
        "threat",
        "plan",
        "want",
        "able",
        "unable",
        "distance",
        "find",
        "topic",
        "possess",
        "undertake",
        "grow",
    )
)
_NAMES = frozenset(
    (
        "actor",
        "epithet",
        "anaphor",
        "place",
        "source_unnamed",
        "source_corroborated",
        "source_named",
        "source_party",
        "source_social",
        "source_outlet",
        "place_town",
        "place_area",
        "place_point",
        "place_admin",
        "loss_word",
    )
)
_FINITE = "pi"
_CACHE_LIMIT = 300_000


class Lexicon:
    """The compiled vocabulary of one version, ready to match."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.senses = [Sense(*row) for row in made["senses"]]
        self.words: dict[str, tuple[tuple[int, str], ...]] = made["words"]
        self.numbers: dict[str, Any] = made["numbers"]
        self.calendar: dict[str, Any] = made["calendar"]
        self.outlets: list[dict[str, Any]] = made["outlets"]
        self.first_person = frozenset(made["first_person"])
        self.chrome: dict[str, list[str]] = made["chrome"]
        self.confidence: dict[str, float] = made["confidence"]
        self.actor_areas: dict[str, list[str]] = made["actor_areas"]
        self.group_nouns = frozenset(made["clitics"]["group_nouns"])
        clitics = made["clitics"]
        self.hidden = _hidden_pattern(made["hidden"], clitics["number_joins"])
        self.definite: list[str] = sorted(clitics["definite"], key=len, reverse=True)
        self._nominal: list[str] = clitics["nominal"]
        self._verbal = frozenset(clitics["verbal"])
        self._suffixes: list[str] = clitics["suffixes"]
        self.accusative: str = clitics["accusative"]
        self._article: str = clitics["article"]
        self._joined, self._feminine = clitics["feminine_joined"], clitics["feminine"]
        self._and = tuple(self._nominal[:2])
        self._starts = frozenset(self._nominal)
        patterns: list[str] = []
        self._phrase_senses: list[tuple[tuple[tuple[int, str], ...], str]] = []
        assimilated = clitics["assimilated"]
        for pattern, senses in made["phrases"]:
            patterns.append(pattern)
            self._phrase_senses.append((senses, ""))
            if pattern.startswith(self._article):
                patterns.append(assimilated + pattern[len(self._article) :])
                self._phrase_senses.append((senses, assimilated[0]))
        self._matcher = AhoCorasick(patterns)
        self._readings: dict[str, tuple[Reading, ...]] = {}

    def readings(self, word: str) -> tuple[Reading, ...]:
        """Return how a token can be read, the readings that take the least off it first; () for an unknown word."""
        found = self._readings.get(word)
        if found is None:
            if len(self._readings) > _CACHE_LIMIT:
                self._readings.clear()
            kept = {(id(r.sense), *r[1:]): r for r in self._read(word)}
            found = self._readings[word] = tuple(kept.values())
        return found

    def _read(self, word: str) -> list[Reading]:
        if not word or len(word) > 40:
            return []
        if out := self._look(word, "", False, ""):
            return out
        if word[0] < "\u0600":
            return self._look(word[:-2], "", False, "") if word.endswith(("'s", "s'")) else []
        for prefix in self.definite:
            if word.startswith(prefix) and len(word) - len(prefix) >= 2:
                rest = word[len(prefix) :]
                lead = prefix[:-1] if prefix.endswith(self._article[1] * 2) else prefix[: -len(self._article)]
                out += self._look(self._article + rest, lead, False, "") or self._look(rest, lead, True, "")
        for prefix in self._nominal:
            if word.startswith(prefix) and len(word) - len(prefix) >= 2:
                out += self._look(word[len(prefix) :], prefix, False, "")
        for prefix in self._verbal - self._starts:
            if word.startswith(prefix) and len(word) - len(prefix) >= 3:
                out += self._look(word[len(prefix) :], prefix, False, "")
        if out:
            return out
        for suffix in self._suffixes:
            if word.endswith(suffix) and len(word) - len(suffix) >= 3:
                stem = word[: -len(suffix)]
                out += self._ended(stem, "", suffix)
                for prefix in (*self._nominal, *(self._verbal - self._starts)):
                    if stem.startswith(prefix) and len(stem) - len(prefix) >= 3:
                        out += self._ended(stem[len(prefix) :], prefix, suffix)
                if out:
                    break
        return out

    def _ended(self, stem: str, prefix: str, suffix: str) -> list[Reading]:
        """Look up a stem before a suffix; a feminine ending shows as an open t there."""
        out = self._look(stem, prefix, False, suffix)
        if not out and stem.endswith(self._joined):
            out = self._look(stem[:-1] + self._feminine, prefix, False, suffix)
        return out

    def _look(self, stem: str, prefix: str, definite: bool, suffix: str) -> list[Reading]:
        out = []
        for index, form in self.words.get(stem, ()):
            sense = self.senses[index]
            if self._fits(sense.category, form, prefix, definite, suffix):
                out.append(Reading(sense, form, prefix, definite, suffix))
        return out

    def _fits(self, category: str, form: str, prefix: str, definite: bool, suffix: str) -> bool:
        """Say whether a word of this category and form can carry these clitics."""
        plain = prefix == "" or prefix in self._and
        if form[:1] in _FINITE and form[1:2] in "sdp1" and len(form) == 3 and category not in ("actor", "place"):
            if definite or suffix == self.accusative:
                return False
            return plain or (prefix in self._verbal and form[0] == "i") or (prefix == self._nominal[3] and form[0] == "i")
        if category in _NAMES or category.startswith("place_"):
            return not suffix and prefix not in self._verbal - self._starts
        if category in _NOMINAL or category.startswith("domain_"):
            return prefix in self._starts or prefix == "" or definite
        return plain and not definite and not suffix

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """Return where expressions stand in a folded text, inside words too: (pattern, start, end)."""
        return self._matcher.find_matches_as_indexes(text, overlapping=True)

    def phrases(self, words: list[str]) -> list[Phrase]:
        """Return the expressions of two words and more in a run of tokens, in order of their first token."""
        joined = " ".join(words)
        hits = self.matches(joined)
        if not hits:
            return []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for word in words:
            starts.append(at)
            at += len(word)
            ends.append(at)
            at += 1
        out = []
        for index, start, end in hits:
            last = bisect_left(ends, end)
            if ends[last] != end and joined[end : ends[last]] != self.accusative:
                continue
            first = bisect_left(starts, start + 1) - 1
            prefix = joined[starts[first] : start]
            if prefix and prefix not in self._starts:
                continue
            senses, inner = self._phrase_senses[index]
            for sense, form in senses:
                out.append(Phrase(first, last + 1, self.senses[sense], form, prefix + inner))
        out.sort(key=lambda p: (p.first, -p.last))
        return out


def _hidden_pattern(names: list[str], clitics: list[str]) -> re.Pattern[str]:
    """Return a pattern for names with one to three separators inside; the name as it is does not match."""
    options = []
    for name in names:
        spaced = r"[ .\-_*]{0,2}".join(map(re.escape, name))
        options.append(spaced)
    joined = "|".join(options)
    whole = "|".join(map(re.escape, names))
    letters = "".join(c for c in clitics if len(c) == 1)
    return re.compile(rf"(?<![^\W_])(?:[{letters}]?)(?!(?:{whole})(?![^\W_]))(?:{joined})(?![^\W_])")


def load() -> Lexicon:
    """Return the lexicon of the installed vocabulary with the names that a project adds; it is read once a process."""
    return _load(version())


@lru_cache(maxsize=2)
def _load(_version: str) -> Lexicon:
    return Lexicon(tables())

"""Look an actor up by a name in either script: exact first, else scored candidates that a person must accept.

An exact match is one after folding spellings (hamza, tanwin, article, letter case). A candidate is scored from 0 to 1 on a key
of consonants that Arabic and Latin spellings share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tawthiq.lexicon.additions import state
from tawthiq.lexicon.registry import registry
from tawthiq.lexicon.sheets import read_yaml
from tawthiq.text.normalise import fold

_LEAST = 0.72
_ARABIC = "\u0600"
_HALF_VOWELS = "wy"


@dataclass(frozen=True, slots=True)
class Match:
    """An actor that a name can mean: by which of its names, how alike (1 for the same), and whether that name takes a side."""

    actor: str
    name: str
    score: float
    partisan: bool = False


@lru_cache(maxsize=1)
def _rules() -> tuple[dict[str, str], list[tuple[str, str]], frozenset[str], str]:
    sheet = read_yaml("transliteration.yaml")
    latin = sorted(sheet["latin"].items(), key=lambda pair: -len(pair[0]))
    return {fold(k): v for k, v in sheet["arabic"].items()}, latin, frozenset(sheet["drop"]), fold(sheet["article"])


def plain(name: str) -> str:
    """Return a name as exact matching sees it: folded, without articles and signs."""
    _, _, drop, article = _rules()
    words = "".join(c if c.isalnum() else " " for c in fold(name).replace("'", "")).split()
    bare = [w.removeprefix(article) if len(w) > len(article) + 1 else w for w in words]
    return " ".join(w for w in bare if w not in drop)


def key(name: str) -> str:
    """Return the consonants of a name in signs that both scripts share, word by word.

    >>> key("لواء القدس"), key("Liwa al-Quds")
    ('l kds', 'l kds')
    """
    arabic, latin, _, _ = _rules()
    out = []
    for word in plain(name).split():
        signs = ""
        if word[:1] >= _ARABIC:
            signs = "".join(arabic.get(letter, letter if letter.isdigit() else "") for letter in word)
        else:
            at = 0
            while at < len(word):
                group, sign = next(
                    ((g, s) for g, s in latin if word.startswith(g, at)), (word[at], word[at] if word[at].isdigit() else "")
                )
                signs += sign
                at += len(group)
        out.append(signs[:1] + "".join(c for c in signs[1:] if c not in _HALF_VOWELS))
    return " ".join(filter(None, out))


@lru_cache(maxsize=4)
def _index(_state: object) -> tuple[dict[str, list[tuple[str, str]]], list[tuple[str, str, str]]]:
    exact: dict[str, list[tuple[str, str]]] = {}
    keys: list[tuple[str, str, str]] = []
    for actor in registry().values():
        for name in actor.all_names():
            exact.setdefault(plain(name), []).append((actor.id, name))
            keys.append((key(name), actor.id, name))
    return exact, keys


def find(name: str, limit: int = 5) -> list[Match]:
    """Return the actors of a name: those that bear it, else the likeliest of those whose names sound like it, best first.

    Scores are rapidfuzz's token-sort ratio over the shared keys, lowered by how unlike the plain spellings are.
    """
    exact, keys = _index(state())
    known = registry()
    if found := exact.get(plain(name)):
        return [Match(a, n, 1.0, n in known[a].partisan) for a, n in dict(found).items()]
    from rapidfuzz import fuzz

    wanted, spelt = key(name), plain(name)
    if not wanted:
        return []
    best: dict[str, Match] = {}
    for other, actor, written in keys:
        score = fuzz.token_sort_ratio(wanted, other) / 100
        if (written[:1] >= _ARABIC) == (name[:1] >= _ARABIC):
            score = (score + fuzz.token_sort_ratio(spelt, plain(written)) / 100) / 2
        if score >= _LEAST and (actor not in best or best[actor].score < score):
            best[actor] = Match(actor, written, round(min(score, 0.99), 3), written in known[actor].partisan)
    return sorted(best.values(), key=lambda m: (-m.score, m.actor))[:limit]

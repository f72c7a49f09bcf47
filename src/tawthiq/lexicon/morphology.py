"""Generate the written forms of Arabic verbs and nouns from root and pattern, in the unvocalised normal form of `text`.

A verb gives past and present of the third person (and the first person plural that official statements use), both voices,
its verbal noun and its participles; a noun gives dual and plurals. Source of the paradigms: the ten common verb forms as
every grammar of Arabic lists them (for instance Wright, "A Grammar of the Arabic Language", tables of the verb).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tawthiq.text.normalise import fold

# The letters that the paradigms are made of, named once; each is the normal form of `text.normalise.fold`.
ALEF, WAW, YEH, NUN, TEH, MEEM, SEEN, HEH = (chr(c) for c in (0x627, 0x648, 0x64A, 0x646, 0x62A, 0x645, 0x633, 0x647))
TAH, DAL, BEH = chr(0x637), chr(0x62F), chr(0x628)
_WEAK = (WAW, YEH)
_HAMZA = "\u0621"
# Form VIII takes a different t after these first letters.
_EIGHTH = dict.fromkeys(map(chr, (0x635, 0x636, 0x637, 0x638)), TAH) | dict.fromkeys(map(chr, (0x62F, 0x630, 0x632)), DAL)


class VerbForm(NamedTuple):
    """A written form and what it says: tense "p" (past), "i" (present); person and number; voice "a", "p" or "?" (either)."""

    written: str
    tense: str
    number: str
    voice: str


class _Stems(NamedTuple):
    """Stems of one voice: past before a vowel, past before a consonant, present; `end` marks a weak last letter."""

    past: str
    past_short: str
    present: str
    present_plural: str


def _spell(*letters: str) -> str:
    """Join letters; two alefs are written as one, and a hamza is written as the normal form writes it."""
    return "".join(letters).replace(ALEF + ALEF, ALEF).replace(_HAMZA, ALEF)


def _derived(root: str, form: int) -> tuple[str, str]:
    """Return what stands before the middle of the stem in past and present, and the letters that follow, as prefix and core.

    The core is the root with the letters of the form set in; the last radical is left out.
    """
    first, middle = root[0], root[1]
    match form:
        case 1 | 2:
            return "", first + middle
        case 3:
            return "", first + ALEF + middle
        case 4:
            return ALEF, first + middle
        case 5:
            return TEH, first + middle
        case 6:
            return TEH, first + ALEF + middle
        case 7:
            return ALEF, NUN + first + middle
        case 8:
            if first == WAW:
                return ALEF, TEH + middle
            if first == TAH:
                return ALEF, TAH + middle
            return ALEF, first + _EIGHTH.get(first, TEH) + middle
        case 10:
            return ALEF, SEEN + TEH + first + middle
    raise ValueError(f"verb form {form} is not one of 1-8 and 10")


def _kind(root: str, form: int) -> str:
    """Return how the root bends: sound, geminate, hollow or defective (weak last letter)."""
    last, middle = root[2], root[1]
    if last in _WEAK or last == ALEF:
        return "defective"
    if middle in _WEAK and form in (1, 4, 7, 8, 10):
        return "hollow"
    if middle == last and form in (1, 3, 4, 6, 7, 8, 10):
        return "geminate"
    return "sound"


def _stems(root: str, form: int) -> tuple[_Stems, _Stems]:
    """Return the stems of the active and the passive voice."""
    prefix, core = _derived(root, form)
    last, middle = root[2], root[1]
    kind = _kind(root, form)
    keeps = prefix if form in (5, 6) else ""
    if kind == "hollow":
        bare = core[:-1]
        long_past = prefix + bare + ALEF + last
        present_vowel = {1: middle, 4: YEH, 10: YEH}.get(form, ALEF)
        active = _Stems(long_past, prefix + bare + last, bare + present_vowel + last, bare + present_vowel + last)
        past_passive = prefix + bare + YEH + last
        passive = _Stems(past_passive, prefix + bare + last, bare + ALEF + last, bare + ALEF + last)
        return active, passive
    if kind == "geminate":
        doubled = core[:-1] + last
        active = _Stems(prefix + doubled, prefix + core + last, keeps + doubled, keeps + doubled)
        return active, active
    if kind == "defective":
        third = ALEF if form == 1 and last == WAW else YEH
        active = _Stems(prefix + core + third, prefix + core + YEH, keeps + core + (WAW if third == ALEF else YEH), keeps + core)
        passive_core = core if form not in (3, 6) else core.replace(ALEF, WAW, 1)
        passive = _Stems(prefix + passive_core + YEH, prefix + passive_core + YEH, keeps + core + YEH, keeps + core)
        return active, passive
    present_core = core[1:] if form == 1 and root[0] == WAW else core
    active = _Stems(prefix + core + last, prefix + core + last, keeps + present_core + last, keeps + present_core + last)
    passive_core = core if form not in (3, 6) else core.replace(ALEF, WAW, 1)
    passive = _Stems(prefix + passive_core + last, prefix + passive_core + last, keeps + core + last, keeps + core + last)
    return active, passive


def conjugate(root: str, form: int) -> Iterator[VerbForm]:
    """Yield the written forms of a verb, each once for each voice it can be.

    `root` is three letters (four for a quadriliteral of form 1 or 2, as in طمأن). Raises ValueError for another form or length.

    >>> {f.written for f in conjugate("قصف", 1)} >= {"قصف", "قصفت", "قصفوا", "يقصف", "تقصف", "يقصفون"}
    True
    """
    root = fold(root)
    if len(root) == 4:
        past, keeps = (TEH + root, TEH + root) if form == 2 else (root, root)
        stems = _Stems(past, past, keeps, keeps)
        pairs = {"a": stems, "p": stems}
    elif len(root) == 3:
        active, passive = _stems(root, form)
        pairs = {"a": active, "p": passive}
    else:
        raise ValueError(f"root {root!r} has {len(root)} letters, not 3 or 4")
    weak = len(root) == 3 and _kind(root, form) == "defective"
    seen: dict[tuple[str, str, str], str] = {}
    for voice, stem in pairs.items():
        for written, tense, number in _inflect(stem, weak):
            key = (_spell(written), tense, number)
            seen[key] = voice if seen.get(key, voice) == voice else "?"
    for (written, tense, number), voice in seen.items():
        yield VerbForm(written, tense, number, voice)


def _inflect(stem: _Stems, weak: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the endings and prefixes of the third person and of the first person plural."""
    past = stem.past[:-1] if weak else stem.past
    yield stem.past, "p", "s"
    yield past + TEH, "p", "s"
    yield (stem.past_short if weak else stem.past) + ALEF, "p", "d"
    yield past + TEH + ALEF, "p", "d"
    yield past + WAW + ALEF, "p", "p"
    yield past + WAW, "p", "p"
    yield stem.past_short + NUN + ALEF, "p", "1"
    yield stem.past_short + NUN, "p", "p"
    present = stem.present
    shown = {"s": present, "d": stem.present_plural + (YEH if weak else "")}
    for person in (YEH, TEH):
        yield person + shown["s"], "i", "s"
        yield person + shown["d"] + ALEF + NUN, "i", "d"
        if weak:
            yield person + stem.present_plural, "i", "s"
    yield YEH + stem.present_plural + WAW + NUN, "i", "p"
    yield YEH + stem.present_plural + WAW + ALEF, "i", "p"
    yield YEH + stem.present_plural + WAW, "i", "p"
    yield NUN + present, "i", "1"


def verbal_noun(root: str, form: int) -> list[str]:
    """Return the regular verbal noun of a derived form (II to X); form I has none that follows from the root.

    >>> verbal_noun("هدف", 10)
    ['استهداف']
    """
    root = fold(root)
    if len(root) == 4:
        return [root + HEH] if form == 1 else [TEH + root]
    first, middle, last = tuple(root)
    kind = _kind(root, form)
    end = ALEF + _HAMZA if last in _WEAK or last == ALEF else ALEF + last
    match form:
        case 2:
            return [TEH + first + middle + YEH + HEH] if kind == "defective" else [TEH + first + middle + YEH + last]
        case 3:
            if kind == "defective":
                return [MEEM + first + ALEF + middle + ALEF + HEH]
            return [MEEM + first + ALEF + middle + last + HEH]
        case 4:
            if kind == "hollow":
                return [ALEF + first + ALEF + last + HEH]
            if first == WAW:
                return [ALEF + YEH + middle + end]
            return [ALEF + first + middle + end]
        case 5:
            return [TEH + first + middle + (YEH if kind == "defective" else last)]
        case 6:
            return [TEH + first + ALEF + middle + (YEH if kind == "defective" else last)]
        case 7:
            return [ALEF + NUN + first + (YEH if kind == "hollow" else middle) + end]
        case 8:
            _, core = _derived(root, 8)
            return [ALEF + core[:-1] + (YEH if kind == "hollow" else middle) + end]
        case 10:
            if kind == "hollow":
                return [ALEF + SEEN + TEH + first + ALEF + last + HEH]
            if first == WAW:
                return [ALEF + SEEN + TEH + YEH + middle + end]
            return [ALEF + SEEN + TEH + first + middle + end]
    return []


def participles(root: str, form: int) -> list[tuple[str, str]]:
    """Return the participles as (singular masculine, voice): "a" who does it, "p" to whom it is done, "?" where both look alike.

    >>> participles("قصف", 1)
    [('قاصف', 'a'), ('مقصوف', 'p')]
    """
    root = fold(root)
    if len(root) == 4:
        return [(MEEM + root, "?")]
    first, middle, last = tuple(root)
    kind = _kind(root, form)
    if form == 1:
        if kind == "hollow":
            return [(first + ALEF + YEH + last, "a")]
        if kind == "defective":
            return [(first + ALEF + middle + YEH, "a"), (MEEM + first + middle + YEH, "p")]
        if kind == "geminate":
            return [(first + ALEF + middle, "a"), (MEEM + first + middle + WAW + last, "p")]
        return [(first + ALEF + middle + last, "a"), (MEEM + first + middle + WAW + last, "p")]
    active, passive = _stems(root, form)
    if active.present == passive.present:
        return [(MEEM + active.present, "?")]
    return [(MEEM + active.present, "a"), (MEEM + passive.present, "p")]


def noun_forms(singular: str, *, plural: str = "", feminine: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (written form, number) of a noun: singular, dual and plural ("s", "d", "p"), before another noun as well.

    `plural` is "m" (ون/ين), "f" (ات), or one or more broken plurals set apart by "|"; `feminine` adds the feminine forms of
    a person noun (سجين: سجينة، سجينات). Accusative alef and pronouns are not added here: the matcher strips them.
    """
    singular = fold(singular)
    words = singular.split(" ", 1)
    head, tail = words[0], (" " + words[1] if len(words) > 1 else "")
    yield singular, "s"
    yield from ((dual + tail, "d") for dual in _duals(head))
    if tail and " " not in words[1]:
        # A quality bends with its noun: two "explosive belts", and in the accusative.
        yield from ((f"{dual} {other}", "d") for dual, other in zip(_duals(head), _duals(words[1]), strict=False))
        accusative = [w if w.endswith((HEH, ALEF, _HAMZA)) else w + ALEF for w in words]
        yield " ".join(accusative), "s"
        yield head + ALEF + tail, "d"
        yield head + YEH + tail, "d"
    for kind in filter(None, plural.split("|")):
        if kind == "m":
            for ending in (WAW + NUN, YEH + NUN, WAW, YEH):
                yield head + ending + tail, "p"
        elif kind == "f":
            yield (head[:-1] if head.endswith(HEH) else head) + ALEF + TEH + tail, "p"
        else:
            yield fold(kind) + ("" if " " in kind else tail), "p"
    if feminine:
        yield head + HEH + tail, "s"
        yield head + TEH + tail, "s"
        yield from ((dual + tail, "d") for dual in _duals(head + HEH))
        yield head + ALEF + TEH + tail, "p"


def _duals(head: str) -> Iterator[str]:
    stem = head[:-1] + TEH if head.endswith(HEH) else head
    yield stem + ALEF + NUN
    yield stem + YEH + NUN
    if stem != head:  # a masculine dual before another noun looks like an accusative or an adjective
        yield stem + ALEF
        yield stem + YEH

"""Lay the vocabulary over a report: which words and expressions stand where, which lines are page chrome.

`Document` holds the tokens and, token by token, the items found; a longer expression hides the shorter ones inside it, and no
item is found in chrome.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from datetime import date

from tawthiq.lexicon.compile import tables
from tawthiq.lexicon.lexicon import Lexicon, load
from tawthiq.lexicon.outlets import outlet_of
from tawthiq.lexicon.reading import Sense
from tawthiq.model import Report
from tawthiq.resolve.calendar_words import TimeMention
from tawthiq.resolve.dates import DateReader, local_date
from tawthiq.text.normalise import fold, normalise
from tawthiq.text.numerals import NumberWords, Quantity, quantity_at
from tawthiq.text.tokens import Tokens, tokenise

_ENGLISH_FINITE = ("ed", "ep", "es", "eg")

# A run of more tokens without the end of a sentence is cut at a comma, so that time stays linear in the length of a text.
_LONGEST = 150
DAMMA, FATHA = "\u064f", "\u064e"


@dataclass(slots=True)
class Item:
    """A word or expression of the vocabulary at tokens `first` to `last`, exclusive."""

    first: int
    last: int
    sense: Sense
    form: str
    prefix: str
    definite: bool = False
    suffix: str = ""
    accusative: bool = False  # written with the ending of an object: قياديا
    category: str = field(init=False)
    finite: bool = field(init=False)  # whether it is a finite verb

    def __post_init__(self) -> None:
        """Keep what is asked of every item again and again."""
        self.category = self.sense.category
        form = self.form
        self.finite = (len(form) == 3 and form[0] in "pix") or form in _ENGLISH_FINITE

    @property
    def person(self) -> str:
        """The number of a finite verb: "s", "d", "p", "1" for "we"; "" where it does not say."""
        return self.form[1] if len(self.form) == 3 and self.form[0] in "pix" else ""

    @property
    def voice(self) -> str:
        """The voice of a finite verb: "a", "p", or "?" where the writing leaves it open."""
        return self.form[2] if len(self.form) == 3 and self.form[0] in "pix" else "?"

    @property
    def dual(self) -> bool:
        """Whether the form says two."""
        return self.form in ("d", "nd") or self.form[:2] == "qd"

    @property
    def plural(self) -> bool:
        """Whether the form says more than two."""
        return self.form in ("p", "np") or self.form[:2] == "qp"


@dataclass(slots=True)
class Sentence:
    """A run of tokens with its items by category, its quantities and its time words."""

    number: int
    first: int
    last: int
    items: list[Item]
    quantities: list[Quantity] = field(default_factory=list)
    times: list[TimeMention] = field(default_factory=list)
    headline: bool = False
    reply: str | None = None
    paragraph: int = 0
    by_category: dict[str, list[Item]] = field(default_factory=dict)

    def index(self) -> None:
        """Sort the items by category; to be called when they are complete."""
        self.by_category.clear()
        for item in self.items:
            self.by_category.setdefault(item.category, []).append(item)

    def of(self, *categories: str) -> list[Item]:
        """Return the items of these categories, in order."""
        if len(categories) == 1:
            return self.by_category.get(categories[0], [])
        lists = [self.by_category[c] for c in categories if c in self.by_category]
        if len(lists) < 2:
            return lists[0] if lists else []
        return sorted((i for items in lists for i in items), key=lambda i: (i.first, -i.last))

    def has(self, *categories: str) -> bool:
        """Say whether an item of one of these categories stands in the sentence."""
        return any(c in self.by_category for c in categories)


class Reader:
    """The vocabulary with the readers of numbers and dates that belong to it."""

    def __init__(self, lexicon: Lexicon) -> None:
        clitics = tables()["clitics"]
        self.lexicon = lexicon
        self.joins: tuple[str, ...] = tuple(clitics["number_joins"])
        self.article: str = clitics["article"]
        self.link_words, self.and_words = frozenset(clitics["link_words"]), frozenset(clitics["and_words"])
        self.contrasts, self.adding = frozenset(clitics["contrasts"]), frozenset(clitics["adding"])
        self.back_sources, self.verb_negations = frozenset(clitics["back_sources"]), frozenset(clitics["verb_negations"])
        self.general_words, self.counting = frozenset(clitics["general_words"]), frozenset(clitics["counting"])
        self.our, self.future_mark = clitics["our"], clitics["future_mark"]
        self.graves, self.shooting = frozenset(clitics["graves"]), frozenset(clitics["shooting"])
        self.bullets = frozenset(clitics["bullets"])
        self.particles = frozenset(clitics["particles"])
        self.own_death, self.close_words = frozenset(clitics["own_death"]), frozenset(clitics["close_words"])
        self.glue = frozenset(clitics["glue"])
        self.columns = frozenset(clitics["columns"])
        self.gunfire, self.gunfire_verbs = frozenset(clitics["gunfire"]), frozenset(clitics["gunfire_verbs"])
        self.city_words = frozenset(clitics["city_words"])
        self.which_words = frozenset(clitics["which_words"])
        self.without, self.carrying_off = frozenset(clitics["without"]), frozenset(clitics["carrying_off"])
        self.afterwards = frozenset(clitics["afterwards"])
        self.military_places, self.name_openers = frozenset(clitics["military_places"]), frozenset(clitics["name_openers"])
        self.unknown_words = frozenset(clitics["unknown_words"])
        self.of_land, self.officers = frozenset(clitics["of_land"]), frozenset(clitics["officers"])
        self.time_units = frozenset(lexicon.calendar["units"])
        self.selves, self.plural_pronouns = frozenset(clitics["selves"]), tuple(clitics["plural_pronouns"])
        self.breakdown = frozenset(clitics["breakdown"])
        self.kilometres = frozenset(clitics["kilometres"])
        self.from_words, self.to_words = frozenset(clitics["from_words"]), frozenset(clitics["to_words"])
        self.vague_places = frozenset(clitics["vague_places"])
        self.endings = frozenset((*clitics["pronouns"], clitics["our"]))
        self.english_plurals = frozenset(clitics["english_plurals"])
        self.agencies = tuple(clitics["agencies"])
        self.remnants, self.edges = frozenset(clitics["remnants"]), frozenset(clitics["edges"])
        self.another = frozenset(clitics["another"])
        self.reaching = frozenset(clitics["reaching"])
        self.neutralising = frozenset(clitics["neutralising"])
        self.questions = frozenset(clitics["questions"])
        self.commas = frozenset(clitics["commas"])
        self.arabic_common, self.english_common = frozenset(clitics["arabic_common"]), frozenset(clitics["english_common"])
        self.ability, self.state_capitals = frozenset(clitics["ability"]), frozenset(clitics["state_capitals"])
        self.temporal = frozenset(clitics["temporal"])
        self.finding = frozenset(clitics["finding"])
        self.cleft = frozenset(clitics["cleft"])
        self.wishing = frozenset(clitics["wishing"])
        self.relaying = frozenset(clitics["relaying"])
        self.ultimatums = tuple(clitics["ultimatums"])
        self.human_losses = frozenset(clitics["human_losses"])
        self.copulas = frozenset(clitics["copulas"])
        self.company = frozenset(clitics["company"])
        self.on_words = frozenset(clitics["on_words"])
        self.roads = frozenset(clitics["roads"])
        self.pronouns = frozenset(clitics["pronouns"])
        self.others, self.ordinal_people = frozenset(clitics["others"]), frozenset(clitics["ordinal_people"])
        self.number_glue, self.staff = frozenset(clitics["number_glue"]), frozenset(clitics["staff"])
        self.numbers = NumberWords(lexicon.numbers, self.joins, self.article)
        self.dates = DateReader(lexicon.calendar, self.numbers, self.joins, self.article)
        chrome = lexicon.chrome
        self.chrome_words = frozenset(w for line in (*chrome["lines"], *chrome["counters"]) for w in line.split())
        self.chrome_lines = frozenset(chrome["lines"])
        self.from_here = tuple(chrome["from_here"])
        self.replies_from = tuple(chrome["replies_from"])


_READER: Reader | None = None


def reader() -> Reader:
    """Return the reader of the installed vocabulary, made once a process."""
    global _READER
    lexicon = load()
    if _READER is None or _READER.lexicon is not lexicon:
        _READER = Reader(lexicon)
        gc.freeze()  # the vocabulary lives as long as the process: the collector need not walk it again and again
        gc.set_threshold(50_000, 20, 100)  # a report's many small objects hold no cycles worth looking for so often
    return _READER


class Document:
    """A report, tokenised and looked up."""

    def __init__(self, report: Report, using: Reader, zone: str) -> None:
        self.report = report
        self.using = using
        self.published = local_date(report.published, zone)
        self.tokens: Tokens = tokenise(normalise(report.text, using.lexicon.hidden))
        self.words = self.tokens.words
        self.sentences: list[Sentence] = []
        self.outlet = outlet_of(report.source, using.lexicon)
        self.outlet_words = self.outlet.words
        self.agency = any(word in self.outlet_words for word in using.agencies)
        self.year = self._year() if self.published is None else None
        self._cut()

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the span in the report's text of tokens `first` to `last`, exclusive."""
        return self.tokens.span(first, last)

    def passive_mark(self, token: int) -> bool:
        """Say whether the first letter of a token carries a u, which marks a passive: قُتل."""
        normalised = self.tokens.normalised
        start = self.tokens.starts[token]
        if normalised.positions is None:
            return False
        if normalised.vowel(start) == DAMMA:
            return True
        return self.words[token][:1] in self.using.joins[:1] + self.using.joins[3:4] and (
            start + 1 < self.tokens.ends[token] and normalised.vowel(start + 1) == DAMMA
        )

    def dual_mark(self, token: int) -> bool:
        """Say whether an a is written before the last two letters of a token: مدنيَّين are two, مدنيين are many."""
        normalised = self.tokens.normalised
        if normalised.positions is None or self.tokens.ends[token] - self.tokens.starts[token] < 4:
            return False
        at = self.tokens.ends[token] - 3
        first, last = normalised.positions[at], normalised.positions[at + 1]
        return FATHA in normalised.source[first:last]

    def _cut(self) -> None:
        """Fill `sentences`, leaving out chrome, and mark the headline and the replies of strangers."""
        title = fold(self.report.title or "")
        paragraph = 0
        reply: str | None = None
        stop = False
        line_start = 0
        commas = self.using.commas
        words = self.words
        sentences = self.tokens.sentences
        index = 0
        count = len(words)
        while line_start < count and not stop:
            line_end = line_start
            while line_end < count and words[line_end] != "\n":
                line_end += 1
            kind = self._line_kind(words[line_start:line_end])
            if kind == "from_here":
                break
            if kind == "replies":
                reply = ""
            elif reply is not None and kind == "text" and self._is_author(words[line_start:line_end]):
                reply = self._text_of(line_start, line_end)
                kind = "chrome"
            paragraph += 1
            is_title = (
                bool(title)
                and kind == "text"
                and " ".join(words[line_start:line_end]) == " ".join(tokenise(normalise(title)).words)
            )
            while index < len(sentences) and sentences[index][0] < line_end:
                first, last = sentences[index]
                index += 1
                if kind != "text":
                    continue
                while last > first and not words[last - 1][:1].isalnum():
                    last -= 1
                while last - first > _LONGEST:
                    cut = first + _LONGEST
                    comma = next((at for at in range(cut, first + _LONGEST // 2, -1) if words[at] in commas), cut)
                    self._add(first, comma, is_title, reply, paragraph)
                    first = comma
                if last > first:
                    self._add(first, last, is_title, reply, paragraph)
            while index < len(sentences) and sentences[index][0] <= line_end:
                index += 1
            line_start = line_end + 1

    def _add(self, first: int, last: int, headline: bool, reply: str | None, paragraph: int) -> None:
        sentence = Sentence(
            len(self.sentences), first, last, self._items(first, last), headline=headline, reply=reply, paragraph=paragraph
        )
        words, using = self.words, self.using
        sentence.times = using.dates.find(words, first, last, self.published)
        if self.year is not None and any(t.start is None for t in sentence.times):
            sentence.times = self._of_the_year(sentence.times, first, last)
        taken = {t for mention in sentence.times for t in range(mention.first, mention.last)}
        sentence.times = [t for t in sentence.times if not _dateline(words, first, t)]
        at = first
        can_start = using.numbers.can_start
        for token in range(first, last):
            if token < at or token in taken or not can_start(words[token]):
                continue
            quantity = quantity_at(words, token, last, using.numbers)
            if quantity:
                sentence.quantities.append(quantity)
                at = quantity.last
        numerals = {t for q in sentence.quantities for t in range(q.first, q.last)}
        sentence.items = [
            i
            for i in sentence.items
            if i.first not in numerals or i.category in ("person", "object", "place") or i.last - i.first > 1
        ]
        sentence.index()
        self.sentences.append(sentence)

    def _year(self) -> int | None:
        """Return the one year in which all full dates of an undated report lie; None where they are none or several."""
        title = tokenise(normalise(self.report.title or "")).words
        dates = self.using.dates
        found = [*dates.find(self.words, 0, len(self.words), None), *dates.find(title, 0, len(title), None)]
        years = {t.start.year for t in found if t.start is not None and t.end is not None and t.start.year == t.end.year}
        return years.pop() if len(years) == 1 else None

    def _of_the_year(self, times: list[TimeMention], first: int, last: int) -> list[TimeMention]:
        """Give days and months without a year the year of the report's other dates; what counts from publication stays open.

        A mention that says the same whether it is read from the last day of the year or from the one before it says no day relative
        to publication.
        """
        assert self.year is not None
        ends = [date(self.year, 12, 31), date(self.year, 12, 30)]
        one, other = ({(t.first, t.last): t for t in self.using.dates.find(self.words, first, last, day)} for day in ends)
        out = []
        for time in times:
            a, b = one.get((time.first, time.last)), other.get((time.first, time.last))
            same = time.start is None and a is not None and b is not None and (a.start, a.end) == (b.start, b.end) and a.start
            out.append(a if same and a is not None else time)
        return out

    def _items(self, first: int, last: int) -> list[Item]:
        """Return the items of a run of tokens, in order; an expression hides what lies inside it."""
        lexicon = self.using.lexicon
        run = self.words[first:last]
        found: list[Item] = []
        hidden = bytearray(len(run))
        chosen: list[Item] = []
        for phrase in sorted(lexicon.phrases(run), key=lambda p: (p.first - p.last, p.first)):
            if any(hidden[phrase.first : phrase.last]) and not any(
                c.first - first == phrase.first and c.last - first == phrase.last for c in chosen
            ):
                continue
            hidden[phrase.first : phrase.last] = b"\x01" * (phrase.last - phrase.first)
            sense = self._coded(phrase.sense)
            chosen.append(Item(first + phrase.first, first + phrase.last, sense, phrase.form, phrase.prefix))
        found += chosen
        for offset, word in enumerate(run):
            if not hidden[offset]:
                at = first + offset
                for reading in lexicon.readings(word):
                    # An accusative ending is no pronoun.
                    ending = reading.suffix if reading.suffix in self.using.endings else ""
                    sense = self._coded(reading.sense)
                    object_ = reading.suffix == lexicon.accusative
                    found.append(Item(at, at + 1, sense, reading.form, reading.prefix, reading.definite, ending, object_))
        found.sort(key=lambda item: (item.first, -item.last))
        return found

    def _coded(self, sense: Sense) -> Sense:
        """Return an actor as what it is coded on the day of publication, where that changed over time."""
        if "periods" not in sense.data or self.published is None:
            return sense
        day = self.published.isoformat()
        code = next((c for since, until, c in reversed(sense.data["periods"]) if since <= day), sense.name)
        return sense if code == sense.name else Sense(sense.category, code, sense.data)

    def _line_kind(self, line: list[str]) -> str:
        """Say what a line is: "text", "chrome", "replies" (what strangers answered begins), "from_here" (nothing follows)."""
        words = [w for w in line if w[:1].isalnum()]
        if not words:
            return "chrome"
        joined = " ".join(words)
        if any(joined.startswith(start + " ") and ":" in line[: len(start.split()) + 1] for start in self.using.from_here):
            return "from_here"
        if len(words) <= 8:
            if any(joined == start or joined.startswith(start + " ") for start in self.using.from_here):
                return "from_here"
            if any(joined.startswith(start) for start in self.using.replies_from):
                return "replies"
            if joined in self.using.chrome_lines:
                return "chrome"
        if len(words) <= 14 and all(w in self.using.chrome_words or w.isdigit() or w[:1].isdigit() for w in words):
            return "chrome"
        return "text"

    def _is_author(self, line: list[str]) -> bool:
        """Say whether a line of a thread is a name: short, without a sign that ends a sentence."""
        words = [w for w in line if w[:1].isalnum() or w[:1] == "@"]
        return any(w.startswith("@") for w in words[:4]) or (len(words) <= 3 and not any(w in "،,؟!" for w in line))

    def _text_of(self, first: int, last: int) -> str:
        if last <= first:
            return ""
        start, end = self.span(first, last)
        return self.report.text[start:end].strip()


def _dateline(words: list[str], first: int, time: TimeMention) -> bool:
    """Say whether a date stands in the dateline of a dispatch, "BEIRUT, Feb 15 (LN) -": it tells when it was written."""
    at, end = time.first, time.last
    return words[first][:1] < "\u0600" and 2 <= at - first <= 4 and words[at - 1] == "," and words[end : end + 1] in (["("], ["-"])

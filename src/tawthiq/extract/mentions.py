"""Find who and what a sentence speaks of: actors, people, things and the actor they belong to, and their role words.

A mention is a noun phrase cut where a reader would cut it: number, head noun, qualities, and the owner after it ("سيارة
عسكرية لقسد", "خمسة عناصر من الدفاع الوطني"). Its role word is what stands before it: by, on, between, nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.lexicon.morphology import ALEF, NUN, WAW, YEH
from tawthiq.text.numerals import Quantity

ROLE_CATEGORIES = (
    "by",
    "with",
    "side",
    "against",
    "between",
    "toward",
    "from",
    "beside",
    "behind",
    "through",
    "concerning",
    "according",
)
_PREPOSITIONS = {
    "prep_on": "on",
    "prep_in": "in",
    "prep_from": "of",
    "prep_to": "to",
    "prep_with": "along",
    "prep_by": "by",
    "prep_at": "at",
}
UNARMED = ("civilians", "refugees", "medical", "detainees", "protesters", "journalists")
_HEADS = ("actor", "person", "object", "epithet", "anaphor", "adjective")
_FIGHTERS = ("fighter", "soldier", "attacker", "cell", "group")
_REACH = 7
_QUALITIES = 4
_ARMED = ("fighter", "soldier", "gunman", "attacker", "cell", "group", "rebel", "smugglers", "detainees", "tribal-fighters")


@dataclass(slots=True)
class Mention:
    """A noun phrase. `actors` is empty for people whom only the context can name; `neutral` says they are
    fighters of someone, `likely` whose, where nothing else says it."""

    first: int
    last: int
    head: Item
    actors: tuple[str, ...]
    role: str
    quantity: Quantity | None = None
    neutral: bool = False
    person: str = ""
    joined: bool = False
    definite: bool = False
    partial: bool = False
    likely: str | None = None
    owner: Item | None = None

    @property
    def armed_owner(self) -> bool:
        """Whether it is a thing whose owner is named."""
        return self.head.category == "object" and bool(self.actors) and self.actors[0] not in UNARMED

    @property
    def armed(self) -> bool:
        """Whether it names a force, a gunman or a fighter rather than people or things."""
        if self.head.category in ("actor", "epithet", "anaphor", "adjective"):
            return self.head.sense.data.get("kind") not in ("civilians", "organisation")
        return self.person in _ARMED


def find_mentions(document: Document, sentence: Sentence) -> list[Mention]:
    """Return the mentions of a sentence, in order of their head."""
    numbers = {q.last: q for q in sentence.quantities}
    by_first: dict[int, list[Item]] = {}
    for item in sentence.items:
        by_first.setdefault(item.first, []).append(item)
    roles = _role_words(document, sentence)
    out: list[Mention] = []
    parts = sentence.of("including")
    at = sentence.first
    dated = {t for time in sentence.times for t in range(time.first, time.last)}
    while at < sentence.last:
        head = _head(document, by_first.get(at, ())) if at not in dated else None
        if head is None:
            at += 1
            continue
        mention = _read(document, sentence, head, by_first, numbers, roles, out)
        if mention is None:
            at = head.last
            continue
        if out and mention.joined and not mention.role:
            mention.role = out[-1].role
        if out and _same_people(document, out[-1], mention):
            out[-1].last = mention.last
            out[-1].quantity = out[-1].quantity or mention.quantity
            at = mention.last
            continue
        if mention.head.category == "object" and any(
            i.last == mention.first and i.category in ("place_point", "place_quarter") for i in sentence.items
        ):
            at = mention.head.last  # the name of a junction or quarter: مفرق الفرن
            continue
        mention.partial = any(i.last <= mention.first < i.last + 12 and not _parted(sentence, i.last, mention.first) for i in parts)
        out.append(mention)
        at = max(mention.last, head.last)
    return out


def last_group(mentions: list[Mention]) -> list[Mention]:
    """Return the last of some mentions with those it is joined to: the subject nearest before a verb."""
    run = [mentions[-1]]
    while run[0].joined and len(mentions) > len(run):
        run.insert(0, mentions[-len(run) - 1])
    return run


def _same_people(document: Document, before: Mention, after: Mention) -> bool:
    """Say whether a noun only says what the name before it is: "Islamic State gunmen", "Hezbollah fighters"."""
    if before.last != after.first or before.head.category != "actor" or document.words[after.first][:1] >= "\u0600":
        return False
    return after.person in ("fighter", "soldier") or after.actors == ("unknown-gunmen",) or after.head.category == "object"


def _parted(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether a comma, a verb or a telling noun ends the naming of parts ("including ...") before a mention."""
    return any(
        first <= i.first < last and (i.finite or i.category in ("comma", "loss", "event", "cause", "conjunction"))
        for i in sentence.items
    )


def _head(document: Document, items: list[Item] | tuple[Item, ...]) -> Item | None:
    """Return the item that heads a noun phrase; names win over people, people over things."""
    best: Item | None = None
    rank = {"actor": 5, "epithet": 4, "anaphor": 3, "person": 2, "object": 1, "adjective": 0}
    for item in items:
        if item.category in _HEADS and (best is None or (item.last, rank[item.category]) > (best.last, rank[best.category])):
            best = item
    if best is not None and best.dual:
        # -ين is two or many: many where the noun has such a plural, unless the vowels say two.
        other = next((i for i in items if i.sense is best.sense and i.plural and i.last == best.last), None)
        if other is not None and not document.dual_mark(best.last - 1):
            best = other
        elif document.words[best.first].endswith(ALEF) and best.last - best.first > 1:
            # -ا before a quality is one in the accusative: ناشطاً إعلامياً.
            best = next((i for i in items if i.sense is best.sense and not i.plural and not i.dual and i.last == best.last), best)
    if (
        best is not None
        and best.category == "object"
        and best.sense.name not in document.using.columns
        and any(i.category == "event" for i in items)
    ):
        return None
    return best


def _with_them(document: Document, item: Item) -> bool:
    """Say whether "with" carries its own pronoun, so that the next noun is no companion: اقتادوا معهم جندياً."""
    return document.words[item.first].endswith(tuple(p for p in document.using.pronouns if p))


def _role_words(document: Document, sentence: Sentence) -> dict[int, tuple[str, int]]:
    """Return for the token after a role word its name and where it begins; the longest expression wins."""
    on_words = document.using.on_words
    out: dict[int, tuple[str, int]] = {}
    for item in sentence.items:
        if item.last - item.first > 1 and item.category in ("event", "loss") and document.words[item.last - 1] in on_words:
            out[item.last] = ("on", item.last - 1)  # "fire at": the expression holds the preposition
            continue
        name = item.category if item.category in ROLE_CATEGORIES else _PREPOSITIONS.get(item.category)
        if name is None or (name == "beside" and item.last - item.first == 1 and _with_them(document, item)):
            continue
        if (
            item.category == "against"
            and item.last - item.first == 1
            and any(other.category == "prep_on" and other.first == item.first for other in sentence.items)
        ):
            name = "on"
        previous = out.get(item.last)
        if previous is None or previous[1] > item.first or (previous[0] in _PREPOSITIONS.values() and previous[1] == item.first):
            out[item.last] = (name, item.first)
    return out


def _read(
    document: Document,
    sentence: Sentence,
    head: Item,
    by_first: dict[int, list[Item]],
    numbers: dict[int, Quantity],
    roles: dict[int, tuple[str, int]],
    before: list[Mention],
) -> Mention | None:
    words = document.words
    first = head.first
    quantity = numbers.get(head.first)
    if quantity is None and head.first - 1 > sentence.first and words[head.first - 1] in document.using.number_glue:
        quantity = numbers.get(head.first - 1)
    if quantity is None and words[head.first][:1] < "\u0600":
        quantity = _counted_before(words, numbers, head, by_first)
    if quantity is not None and quantity.first >= sentence.first:
        first = quantity.first
    after = next((q for q in sentence.quantities if q.first == head.last and q.least == q.most and q.least in (1, 2)), None)
    if quantity is None and after is not None and not words[after.first][:1].isdigit():
        quantity = Quantity(head.first, after.last, after.least, after.most)  # "two fighters, two"
    if head.dual and quantity is None:
        quantity = Quantity(head.first, head.last, 2, 2)
    role, prefix = _role(document, first, head if first == head.first else None, roles)
    joined = (
        prefix[:1] in document.using.joins[:1]
        and bool(prefix)
        and bool(before)
        and _adjacent(document, sentence, before[-1].last, first)
    )
    if not joined and before and first - 1 >= before[-1].last and words[first - 1] in document.using.and_words:
        joined = first - 1 - before[-1].last <= 2
    if (
        not joined
        and before
        and words[first][:1] == document.using.joins[0]
        and words[first][1:] in document.using.numbers.marks.firsts
    ):
        joined = _adjacent(document, sentence, before[-1].last, first)  # وما لا يقل عن خمسة جنود
    if (head.sense.name == "unknown-gunmen" or head.sense.name in document.using.unknown_words) and any(
        i.last == first and i.category in ("person", "body") and i.sense.data.get("actor") not in _ARMED for i in sentence.items
    ):
        return None  # a body, a woman of unknown identity
    if head.category in ("actor", "epithet", "anaphor"):
        actors = (head.sense.name,) if head.category != "anaphor" else ()
        last = head.last
        if head.category == "epithet" and not words[head.first].removeprefix(prefix).startswith(document.using.article):
            owner, end = _owner(document, sentence, head, by_first)
            if owner:
                return Mention(first, end, head, (owner,), role, quantity, person="group", joined=joined)
        # "قوى الأمن الداخلي “الأسايش”": a name in apposition repeats the one before it.
        return Mention(first, last, head, actors, role, quantity, joined=joined, definite=True)
    if head.category == "adjective":
        if _of_land(document, first):
            return None
        return Mention(first, head.last, head, (head.sense.name,), role, quantity, joined=joined)
    kind = head.sense.data.get("actor") or ""
    owner, last = _owner(document, sentence, head, by_first)
    definite = head.definite or bool(head.suffix)
    if owner is not None:
        actors = (owner,) if owner else ()
        if (
            head.category == "person"
            and kind in ("civilians", "medical", "journalists", "refugees", "detainees", "protesters")
            and owner != kind
        ):
            # A civilian of somewhere stays a civilian; someone who works for an authority is counted as it.
            name = head.sense.name
            served = (_employs(owner) and name in document.using.staff) or name in document.using.officers
            actors = (owner,) if served else (kind,)
        mention = Mention(first, last, head, actors, role, quantity, person=kind, joined=joined, definite=definite)
        if not owner:
            mention.owner = next((i for i in sentence.items if i.category == "anaphor" and i.last == last), None)
        return mention
    if head.category == "object":
        return Mention(
            first, head.last, head, (kind,) if kind else (), role, quantity, neutral=not kind, joined=joined, definite=definite
        )
    if kind == "person" and _of_family(document, head, by_first):
        return Mention(first, head.last, head, ("civilians",), role, quantity, person="civilians", joined=joined, definite=definite)
    if kind in ("fighter", "soldier", "attacker", "cell", "group", "rebel", "person"):
        return Mention(
            first, head.last, head, (), role, quantity, neutral=kind != "person", person=kind, joined=joined, definite=definite
        )
    if kind == "gunman":
        return Mention(first, head.last, head, ("unknown-gunmen",), role, quantity, person=kind, joined=joined, definite=definite)
    return Mention(first, head.last, head, (kind,), role, quantity, person=kind, joined=joined, definite=definite)


def _counted_before(words: list[str], numbers: dict[int, Quantity], head: Item, by_first: dict[int, list[Item]]) -> Quantity | None:
    """Return the number before qualities of an English noun: "12 pro-government fighters"."""
    at = head.first
    while head.first - at < _QUALITIES and at > 0 and at not in numbers:
        word = words[at - 1]
        if not (word.isalpha() and word.isascii()) and word != "-":
            return None
        if any(i.category not in ("adjective", "person", "object", "hedge") for i in by_first.get(at - 1, ())):
            return None
        at -= 1
    return numbers.get(at) if at != head.first else None


def _of_family(document: Document, head: Item, by_first: dict[int, list[Item]]) -> bool:
    """Say whether people are told to be of a family: four persons of one family are civilians."""
    if head.last + 1 >= len(document.words) or document.words[head.last] not in document.using.link_words:
        return False
    return any(i.category == "person" and i.sense.data.get("actor") == "civilians" for i in by_first.get(head.last + 1, ()))


def _of_land(document: Document, first: int) -> bool:
    """Say whether an adjective belongs to a border or a land: the Turkish border is nobody."""
    using = document.using
    return any(w.removeprefix(using.article) in using.of_land for w in document.words[max(0, first - 2) : first])


def _employs(actor: str) -> bool:
    return actor in ("autonomous-administration", "un", "syrian-transitional")


def _adjacent(document: Document, sentence: Sentence, end: int, start: int) -> bool:
    """Say whether nothing but short qualities lies between one noun phrase and the next that is joined to it."""
    if start - end > 4:
        return False
    return not any(item.finite and end <= item.first < start for item in sentence.items)


def _role(document: Document, first: int, head: Item | None, roles: dict[int, tuple[str, int]]) -> tuple[str, str]:
    """Return the role of what begins at a token, and the clitic on that token."""
    prefix = head.prefix if head is not None else ""
    word = document.words[first]
    joins = document.using.joins
    if head is None and word[:1] in joins and len(word) > 3 and not word.isdigit():
        prefix = word[:1]
    role, _ = roles.get(first, ("", first))
    if not role and first >= 2 and document.words[first - 1] in document.using.number_glue:
        role, _ = roles.get(first - 1, ("", first))
    bare = prefix.lstrip(joins[0] + joins[3]) if len(prefix) > 1 else prefix
    if not role and bare:
        if bare.startswith(joins[1]):
            role = "in"
        elif bare.startswith(joins[2]):
            role = "to"
    return role, prefix


def _owner(document: Document, sentence: Sentence, head: Item, by_first: dict[int, list[Item]]) -> tuple[str | None, int]:
    """Return the actor to whom a person or thing belongs, and where the phrase ends; None when no owner is named.

    Looks a few words ahead over qualities, places and "of", "in", "belonging to"; a verb, a comma, a joined noun or another
    preposition ends the phrase.
    """
    at = head.last
    words = document.words
    using = document.using
    limit = min(sentence.last, head.last + _REACH)
    bare = words[head.first].removeprefix(head.prefix)
    linked = not (head.definite or bare.startswith(using.article)) or head.category == "object"
    if head.plural and words[head.last - 1].endswith((WAW + NUN, YEH + NUN)) and head.category == "person":
        linked = False  # a sound plural before its owner would have lost its n
    if head.suffix:
        return None, head.last
    while at < limit:
        items = by_first.get(at, [])
        word = words[at]
        if any(i.category == "comma" for i in items) or word in (")", "-"):
            break
        if word == "(":
            at += 1
            continue
        actor = next((i for i in items if i.category in ("actor", "epithet")), None)
        if actor is not None:
            clitic = actor.prefix
            if clitic[:1] == using.joins[0] or (clitic[:1] == using.joins[3] and len(clitic) == 1):
                break
            if not clitic and not linked and words[at - 1] not in using.link_words:
                break
            if clitic and clitic not in (using.joins[2], using.joins[1]):
                break
            if actor.category == "actor" and actor.sense.name in ("civilians",) and head.category == "person":
                break
            return actor.sense.name, actor.last
        stand_in = next((i for i in items if i.category == "anaphor"), None)
        if stand_in is not None and (not stand_in.prefix or stand_in.prefix in using.joins[1:3]) and linked:
            return "", stand_in.last
        adjective = next((i for i in items if i.category == "adjective"), None)
        if adjective is not None and _of_land(document, at):
            return None, head.last
        if adjective is not None and not adjective.prefix:
            if head.category == "object" or head.sense.data.get("actor") in _FIGHTERS:
                return adjective.sense.name, adjective.last
            at = adjective.last
            continue
        person = next((i for i in items if i.category in ("person", "object")), None)
        if any(
            (i.finite or i.category in ("weapon", "relative", "that", "conjunction")) and words[at] not in using.link_words
            for i in items
        ):
            break
        if any(i.category in ("event", "loss", "light") and not i.form.startswith("q") for i in items):
            break
        if any(
            i.category
            in ("by", "with", "side", "against", "between", "toward", "from", "including", "cause", "resulting", "negation")
            for i in items
        ):
            if word not in using.link_words or any(i.category in ("by", "with") and i.last - i.first > 1 for i in items):
                break
        if person is not None:
            if words[at].endswith(ALEF) and not person.sense.name.endswith(ALEF) and not person.prefix and not head.definite:
                break  # an indefinite accusative is another noun phrase: whom the gunmen attacked
            if person.suffix == using.our and person.category == "person":
                return document.outlet.speaker(document.published) or "", person.last
            if any(q.last == person.first and q.first >= head.last for q in sentence.quantities):
                break
            if person.prefix[:1] == using.joins[0] or (person.first, person.last) in (
                (q.first, q.last) for q in sentence.quantities
            ):
                break
            if not linked and (words[at - 1] not in using.link_words or at == head.last) and not person.prefix:
                break
            default = person.sense.data.get("actor")
            if (
                head.category == "object"
                and person.category == "person"
                and default
                and default not in (*_FIGHTERS, "person", "rebel", "gunman")
            ):
                if (words[at - 1] in using.link_words or not person.prefix or person.prefix in using.joins[1:3]) and not _any_actor(
                    by_first, person.last, min(limit, person.last + 3), using.joins
                ):
                    return str(default), person.last
            at = person.last
            continue
        if word[:1] == using.joins[0] and len(word) > 2 and not items:
            break
        if word[:1].isdigit() and head.category == "person":
            break
        at = items[0].last if items else at + 1
    return None, head.last


def _any_actor(by_first: dict[int, list[Item]], first: int, last: int, joins: tuple[str, ...]) -> bool:
    """Say whether an actor's name follows within a few tokens without a joined "and"."""
    return any(
        item.category in ("actor", "epithet") and item.prefix[:1] != joins[0]
        for at in range(first, last)
        for item in by_first.get(at, ())
    )

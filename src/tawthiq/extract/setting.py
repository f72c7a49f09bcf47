"""Where: the places that a sentence names, resolved by what the text speaks of.

A name that no table knows keeps its words; a road or "between A and B" is one place.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.model import Level, Place
from tawthiq.resolve.places import Candidate, Choice, Surroundings, apart, between, choose, countryside, kilometres, place_of, rank
from tawthiq.resolve.world import cities

_LEVEL_NOUNS = {
    "place_town": "town",
    "place_point": "point",
    "place_district": "district",
    "place_governorate": "governorate",
}
_NOUNS = (
    "place_town",
    "place_area",
    "place_point",
    "place_admin",
    "place_desert",
    "place_countryside",
    "place_road",
    "place_district",
    "place_governorate",
)
_SIDES = {"side_n": "n", "side_s": "s", "side_e": "e", "side_w": "w"}


@dataclass(slots=True)
class PlaceMention:
    """Tokens that name a place, and the place they mean.

    `origin` marks where people or fire came from, `stretch` how many kilometres a road is long.
    """

    first: int
    last: int
    place: Place
    origin: bool = False
    candidate: Candidate | None = None
    stretch: float = 0.0


def ground_of(document: Document) -> Surroundings:
    """Count the governorates that the text names without doubt, and those where the actors that it names are active."""
    active: Counter[str] = Counter()
    areas = document.using.lexicon.actor_areas
    for name in {item.sense.name for sentence in document.sentences for item in sentence.of("actor")}:
        active.update(areas.get(name, ()))
    return Surroundings(votes=_votes(document), active=active)


def _votes(document: Document) -> Counter[str]:
    votes: Counter[str] = Counter()
    for sentence in document.sentences:
        spans: dict[tuple[int, int], set[str]] = {}
        weights: dict[tuple[int, int], int] = {}
        for item in sentence.of("place"):
            admin1 = item.sense.data["admin1"]
            key = (item.first, item.last)
            if admin1 and not item.sense.data["doubtful"] and not item.sense.data.get("loaded"):
                spans.setdefault(key, set()).add(admin1)
                if item.sense.data["level"] == "governorate":
                    weights[key] = 3
        for key, admins in spans.items():
            if len(admins) == 1:
                votes[next(iter(admins))] += weights.get(key, 1)
    return votes


def find_places(document: Document, sentence: Sentence, ground: Surroundings) -> list[PlaceMention]:
    """Return the places that a sentence names, in order; a road or "between A and B" is one place."""
    singles: list[PlaceMention] = []
    by_span: dict[tuple[int, int], list[Item]] = {}
    for item in sentence.of("place"):
        by_span.setdefault((item.first, item.last), []).append(item)
    actor_spans = [(i.first, i.last) for i in sentence.of("actor", "epithet") if i.last - i.first > 1]
    for (first, last), items in sorted(by_span.items()):
        if any(a <= first and last <= b for a, b in actor_spans):
            continue
        mention = _one(document, sentence, first, last, items, ground, singles)
        if mention is not None:
            singles.append(mention)
    if abroad := _abroad(document, sentence, set(by_span)):
        singles = sorted([*singles, *abroad], key=lambda m: m.first)
    singles = _unresolved(document, sentence, singles)
    return _pairs(document, sentence, singles)


def _unresolved(document: Document, sentence: Sentence, known: list[PlaceMention]) -> list[PlaceMention]:
    """Add names after a word for village, town or city that no table knows: with their words, without coordinates.

    Where the countryside or governorate that holds it follows, it is the detail of that place.
    """
    using, words = document.using, document.words
    out = list(known)
    for noun in sentence.of("place_town"):
        at = noun.last
        if noun.definite or noun.plural or at >= sentence.last or any(k.first < at + 1 and noun.first < k.last for k in known):
            continue
        opener = words[at] in using.name_openers
        taken = any(i.first <= at < i.last for i in sentence.items)
        if not opener and (taken or not words[at].startswith(using.article) or len(words[at]) < 5):
            continue
        last = at + 2 if opener else at + 1
        if last > sentence.last or (opener and not words[at + 1].isalpha()):
            continue
        if opener and any(i.first == at + 1 and (i.finite or i.category.startswith(("prep_", "actor"))) for i in sentence.items):
            continue
        name = _words(document, at, last, "")
        holder = next((k for k in known if k.first == last and k.place.level and rank(k.place.level) > rank("town")), None)
        if holder is None:
            out.append(PlaceMention(noun.first, last, Place(name=name), _origin(sentence, noun.first)))
        elif holder.place.detail is None:
            detail = _words(document, noun.first, last, noun.prefix)
            held = replace(holder, first=noun.first, place=holder.place.model_copy(update={"detail": detail}))
            out[out.index(holder)] = held
    return sorted(out, key=lambda mention: mention.first)


def _abroad(document: Document, sentence: Sentence, known: set[tuple[int, int]]) -> list[PlaceMention]:
    """Return cities of the world named after a word for city, where no table knows the name."""
    out = []
    words = document.words
    for noun in sentence.of("place_town"):
        at = noun.last
        if noun.sense.name not in document.using.city_words or any(first <= at < last for first, last in known):
            continue
        for last in (at + 2, at + 1):
            found = cities(" ".join(words[at:last])) if last <= sentence.last else ()
            if found:
                city = found[0]
                candidate = Candidate(f"G{city.id}", city.name, "town", None, city.lat, city.lon)
                place = place_of(Choice(candidate, "world"), _words(document, at, last, ""))
                out.append(PlaceMention(noun.first, last, place, _origin(sentence, noun.first), candidate))
                break
    return out


def _ends_at(sentence: Sentence, token: int, categories: tuple[str, ...]) -> Item | None:
    return next((i for i in sentence.items if i.last == token and i.category in categories), None)


def _one(
    document: Document,
    sentence: Sentence,
    first: int,
    last: int,
    items: list[Item],
    ground: Surroundings,
    before: list[PlaceMention],
) -> PlaceMention | None:
    words = document.words
    votes = ground.votes or {}
    noun = next((i for i in sentence.items if i.last == first and i.category in _LEVEL_NOUNS), None)
    noun = noun or _ends_at(sentence, first, _NOUNS)
    if (
        _ends_at(sentence, first, ("place_quarter",)) is not None
        and not items[0].prefix
        and all(i.sense.data["level"] != "point" for i in items)
    ):
        return None
    items = _of_kind(items, quarter=_ends_at(sentence, first, ("place_quarter",)) is not None)
    codes = {i.sense.data["code"].lower() for i in items}
    if codes & document.using.vague_places and (_same_after(sentence, last) or not _said_in(sentence, first, items[0])):
        return None
    if _dateline(document, sentence, first, last):
        return None
    desert = _ends_at(sentence, first, ("place_desert",))
    rural = _ends_at(sentence, first, ("place_countryside",))
    hashed = words[first - 1] == "#" if first > sentence.first else False
    if all(i.sense.data["doubtful"] for i in items):
        near = (
            before
            and first - before[-1].last <= 2
            and (items[0].prefix or (words[first - 1] == "-" or words[first - 1] in document.using.and_words))
        )
        by_in = (
            items[0].prefix[:1] == document.using.joins[1] or _ends_at(sentence, first, ("prep_in", "near")) is not None
        ) and votes.get(str(items[0].sense.data["admin1"]), 0) > 0
        quarter = noun is None and _ends_at(sentence, first, ("place_quarter",)) is not None
        if not (noun or hashed or near or by_in or quarter):
            return None
    wanted = _LEVEL_NOUNS.get(noun.category) if noun else None
    near_by = tuple(
        (i.sense.data["lat"], i.sense.data["lon"])
        for i in sentence.of("place")
        if (i.first, i.last) != (first, last) and i.sense.data["level"] in ("town", "point", "area") and abs(i.first - last) <= 8
    )
    candidates = [Candidate.of(i.sense.data) for i in items]
    choice = choose(candidates, replace(ground, wanted=wanted, near=near_by))
    candidate = choice.candidate
    if candidate.loaded and noun is None and sum(votes.values()) >= 2 and not votes.get(candidate.admin1 or ""):
        return None  # a hamlet of another end of the country
    start = noun.first if noun else first
    away = _away(document, sentence, start)
    side, stop = _side(sentence, last)
    if side is None and _before_side(sentence, start):
        start -= 1
        if before and before[-1].last == start:
            # "X west of Y": Y only says where X is.
            return None
    name = _words(document, first, last, items[0].prefix)
    if away is not None:
        begin, km, towards = away
        full = _words(document, begin, last, "")
        return PlaceMention(begin, last, apart(choice, full, km, towards), _origin(sentence, begin), candidate)
    if desert:
        full = _words(document, desert.first, stop if side else last, desert.prefix)
        place = countryside(choice, full, None)
        return PlaceMention(desert.first, stop if side else last, place, _origin(sentence, desert.first), candidate)
    if rural:
        full = _words(document, rural.first, stop if side else last, rural.prefix)
        centre = choice
        if candidate.level == "governorate":
            centre = choose(candidates, replace(ground, wanted="town"))
        place = countryside(centre, full, side if _is_governorate(items) else None)
        return PlaceMention(rural.first, stop if side else last, place, _origin(sentence, rural.first), centre.candidate)
    level = None
    if noun and noun.category == "place_district" and candidate.level in ("town", "district"):
        level = "district"
    elif noun and noun.category == "place_point" and candidate.level == "town":
        level = "point"
    if candidate.level == "governorate" and wanted != "governorate":
        choice = choose(candidates, replace(ground, wanted="town"))
        candidate = choice.candidate
    detail = _detail(document, sentence, start)
    if detail and candidate.level == "town" and level is None:
        level = "point"
    near = _ends_at(sentence, start, ("near", "prep_at")) is not None or start != (noun.first if noun else first)
    return PlaceMention(start, last, place_of(choice, name, level, detail, near=near), _origin(sentence, start), candidate)


def _of_kind(items: list[Item], *, quarter: bool) -> list[Item]:
    """Keep the quarters of a name after a word for quarter, and what else bears the name where there is none."""
    quarters = [i for i in items if i.sense.data["code"].startswith("N")]
    others = [i for i in items if not i.sense.data["code"].startswith("N")]
    return (quarters if quarter else others) or items


def _away(document: Document, sentence: Sentence, start: int) -> tuple[int, float, str] | None:
    """Read "12 km south of" before a name: the token it begins at, the kilometres and the side."""
    at, towards = start, ""
    words = document.words
    if at - 1 > sentence.first and words[at - 1] in document.using.from_words:
        at -= 1
    for _ in range(2):
        side = next((i for i in sentence.items if i.last == at and i.category in _SIDES), None)
        if side is not None:
            at, towards = side.first, _SIDES[side.category] + towards
    if not towards:
        return None
    if words[at - 1] in document.using.to_words:
        at -= 1
    if words[at - 1] not in document.using.kilometres:
        return None
    quantity = next((q for q in sentence.quantities if q.last == at - 1), None)
    if quantity is None or not quantity.least:
        return None
    return quantity.first, float(quantity.least), towards


def _same_after(sentence: Sentence, last: int) -> bool:
    return any(i.first == last and i.category == "place_same" for i in sentence.items)


def _said_in(sentence: Sentence, first: int, item: Item) -> bool:
    """Say whether "in" stands before a vague place: the desert, Syria; else it is a quality or a title."""
    return bool(item.prefix) or any(
        i.last == first and i.category in ("place_in", "prep_in", "place_desert", "prep_from") for i in sentence.items
    )


def _dateline(document: Document, sentence: Sentence, first: int, last: int) -> bool:
    """Say whether a name is the dateline of a dispatch: BEIRUT, Feb 15 (LN) -."""
    words = document.words
    if first != sentence.first or words[first][:1] >= "\u0600" or last >= sentence.last:
        return False
    return words[last] in ("-", ",", "(") and "-" in words[last : last + 9]


def _is_governorate(items: list[Item]) -> bool:
    return any(i.sense.data["level"] == "governorate" for i in items)


def _side(sentence: Sentence, last: int) -> tuple[str | None, int]:
    """Read the side after a name: ريف درعا الشمالي, الشمالي الشرقي."""
    letters, at = "", last
    for _ in range(2):
        item = next((i for i in sentence.items if i.first == at and i.category in _SIDES and not i.prefix), None)
        if item is None:
            break
        letters += _SIDES[item.category]
        at = item.last
    return (letters or None), at


def _before_side(sentence: Sentence, first: int) -> bool:
    return any(i.last == first and i.category in _SIDES for i in sentence.items)


def _origin(sentence: Sentence, first: int) -> bool:
    """Say whether people are of the place, or come from it; "the people in the town of X" are there."""
    inside = any(i.last == first and i.category == "place_in" for i in sentence.items)
    return any(
        i.last in ((first,) if inside else (first, first - 1)) and i.category in ("from", "place_not") for i in sentence.items
    )


def _detail(document: Document, sentence: Sentence, start: int) -> str | None:
    """Return the words from the nearest building, crossing or quarter before a town to the town."""
    best: Item | None = None
    joins = document.using.joins[:3]
    for item in sentence.items:
        if start - 9 <= item.first < start - 1 and (
            item.category == "place_point" or (item.category == "object" and item.sense.data.get("level") == "point")
        ):
            if item.prefix and item.prefix[-1] not in joins:
                continue  # كبير is no well
            if not any(i.finite and item.first < i.first < start for i in sentence.items) and not any(
                i.category == "comma" and item.first < i.first < start for i in sentence.items
            ):
                best = best or item
    if best is None:
        return None
    first, last = document.span(best.first, start)
    return document.report.text[first:last].strip(" ،,:-") or None


def _words(document: Document, first: int, last: int, prefix: str) -> str:
    start, end = document.span(first, last)
    text = document.report.text[start:end]
    cut = len(prefix) if prefix and document.words[first].startswith(prefix) and len(text) > len(prefix) + 1 else 0
    return text[cut:]


def _pairs(document: Document, sentence: Sentence, singles: list[PlaceMention]) -> list[PlaceMention]:
    """Join two places into a road or a stretch between them."""
    out: list[PlaceMention] = []
    index = 0
    words = document.words
    while index < len(singles):
        left = singles[index]
        right = singles[index + 1] if index + 1 < len(singles) else None
        opener = next(
            (
                i
                for i in sentence.items
                if i.category in ("place_road", "between", "place_area") and left.first - 3 <= i.first <= left.first
            ),
            None,
        )
        if right and opener and left.candidate and right.candidate and right.first - left.last <= 2:
            linked = (
                words[left.last] == "-"
                or (opener.category == "place_road" and left.first - opener.last <= 1 and right.first == left.last)
                or words[right.first][:1] == document.using.joins[0]
                or words[left.last] in document.using.and_words
            )
            if linked and (opener.category != "place_area" or opener.sense.name in document.using.roads or words[left.last] == "-"):
                first, last = document.span(opener.first, right.last)
                place = between(left.candidate, right.candidate, document.report.text[first:last])
                length = kilometres(left.candidate, right.candidate)
                out.append(PlaceMention(opener.first, right.last, place, left.origin, stretch=length))
                index += 2
                continue
        before = out[-1] if out else None
        if (
            before is not None
            and left.first - before.last <= 1
            and words[left.first][:1] != document.using.joins[0]
            and before.place.lat is not None
            and (
                (rank(left.place.level) > rank(before.place.level) and rank(before.place.level) <= rank(Level.TOWN))
                or (before.place.level == Level.DISTRICT and _ends_at(sentence, left.first + 1, ("place_countryside",)) is not None)
            )
        ):
            index += 1  # "in the town of X in the countryside of Y": Y only says which X
            continue
        out.append(left)
        index += 1
    return out

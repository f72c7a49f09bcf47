"""Read who was killed, wounded, held or displaced, and how many; tie each to the occurrence that caused it.

Counts keep what the text says: at least, about, dozens, "a number of"; what is said not to be known stays unknown, and a
stated absence is 0.
"""

from __future__ import annotations

from tawthiq.extract.drafts import Draft, Trigger, add
from tawthiq.extract.items import Document, Item, Sentence
from tawthiq.extract.mentions import Mention, last_group
from tawthiq.model import Loss, Outcome
from tawthiq.text.numerals import Quantity

_STOPS = ("including", "cause", "resulting", "by", "relative", "conjunction", "sequel", "against", "toward", "say", "that")


def loss_row(who: str | None, outcome: Outcome, quantity: Quantity | None, *, one: bool, vague: bool = False) -> Loss:
    """Return a row: a number as said, one for a single person, at least one for an unnumbered plural."""
    if quantity is not None and not quantity.vague:
        return Loss(who=who, outcome=outcome, min=quantity.least, max=quantity.most, approx=True if quantity.approx else None)
    if quantity is not None:
        return Loss(who=who, outcome=outcome, min=quantity.least, max=None, status="unquantified")
    if one and not vague:
        return Loss(who=who, outcome=outcome, min=1, max=1)
    return Loss(who=who, outcome=outcome, min=1, max=None, status="unquantified")


class Victims:
    """The people that one loss word counts, read off the sentence around it."""

    def __init__(self, document: Document, sentence: Sentence, mentions: list[Mention], trigger: Trigger) -> None:
        self.document = document
        self.sentence = sentence
        self.mentions = mentions
        self.trigger = trigger
        self.rows: list[tuple[Mention | None, Quantity | None, bool, str]] = []
        self.last = trigger.item.last
        self.first = trigger.item.first

    def read(self, *, objects: bool) -> None:
        """Find the victims. `objects`: the verb is active, and they follow its subject."""
        item = self.trigger.item
        if item.sense.data.get("english") and any(q.last == item.first for q in self.sentence.quantities):
            self._quantity_before(item.first)  # "leaving 30 dead and 100 wounded"
            return
        if item.sense.data.get("frame") == "head" or item.form.startswith("q"):
            self._head()
            return
        if self.trigger.frame == "result" or item.sense.data.get("frame") == "result":
            self._run(item.last)
            return
        if item.sense.data.get("english") and item.finite is False and not item.sense.data.get("noun"):
            self._english(objects)
            return
        start = item.last
        if objects:
            bare = [m for m in self._clause_mentions() if m.role in ("", "on") and m.first >= item.last]
            if len(bare) > 1 and bare[0].armed and not bare[0].quantity and not bare[1].joined:
                start = bare[1].first
            elif (
                bare
                and not item.sense.data.get("english")
                and bare[0].armed
                and bare[0].actors
                and bare[0].head.category in ("actor", "epithet")
            ):
                start = bare[0].last
        self._run(start)
        if not self.rows and item.sense.data.get("noun"):
            self._quantity_before(item.first)
        if not self.rows and (not item.sense.data.get("noun") or self._met(item)):
            before = [
                m
                for m in self.mentions
                if m.last <= item.first and m.first >= self.trigger.start and (m.person or m.quantity) and not m.partial
            ]
            if before:
                group = last_group(before)
                for mention in group:
                    self._add(mention, mention.quantity)
                self.first = min(self.first, group[0].first)
            else:
                self._quantity_before(item.first)

    def _met(self, item: Item) -> bool:
        """Say whether people met a death that a verb before it tells: لقي حتفه."""
        return "needs" in item.sense.data or any(
            i.category == "light" and i.sense.data.get("frame") == "undergo" and 0 < item.first - i.first <= 7
            for i in self.sentence.items
        )

    def _clause_mentions(self) -> list[Mention]:
        return [m for m in self.mentions if self.trigger.start <= m.first < self.trigger.end]

    def _english(self, objects: bool) -> None:
        item = self.trigger.item
        passive = self.trigger.passive or item.sense.data.get("frame") == "die"
        if not passive:
            self._run(item.last)
            if self.rows:
                return
        before = [
            m
            for m in self.mentions
            if m.last <= item.first and m.first >= self.sentence.first and (m.person or m.quantity or m.actors) and not m.partial
        ]
        numbers = [q for q in self.sentence.quantities if q.last <= item.first and q.first >= self.trigger.start]
        if before and (not numbers or before[-1].last >= numbers[-1].last):
            group = last_group(before)
            for mention in group:
                self._add(mention, mention.quantity)
            self.first = min(self.first, group[0].first)
        elif numbers:
            self._add(None, numbers[-1])
            self.first = min(self.first, numbers[-1].first)
        elif not passive:
            return
        else:
            self._run(item.last)

    def _head(self) -> None:
        """A noun that is the victims themselves: three killed, dead from the ranks of, "rises to 43 the number of dead of"."""
        item = self.trigger.item
        words, glue = self.document.words, self.document.using.number_glue
        quantity = next((q for q in self.sentence.quantities if q.last == item.first), None)
        if quantity is None and item.first - 1 >= self.sentence.first and words[item.first - 1] in glue:
            quantity = next((q for q in self.sentence.quantities if q.last == item.first - 1), None)
        if quantity is None and item.dual and not (item.form.startswith("q") and not self.document.dual_mark(item.first)):
            quantity = Quantity(item.first, item.last, 2, 2)
        totals = [i for i in self.sentence.items if i.category == "total" and i.first < item.first]
        if quantity is None:
            after = next((q for q in self.sentence.quantities if q.first == item.last), None)
            free = after is not None and not any(m.first <= after.first < m.last for m in self.mentions)
            quantity = after if free and item.definite else None
        if quantity is None and totals:
            quantity = next((q for q in self.sentence.quantities if totals[-1].last <= q.first < item.first), None)
        if quantity is None:
            quantity = self._ratio(item)
        if quantity is None and any(
            i.category == "total" and 0 <= item.first - i.last <= 1 and i.sense.name in self.document.using.reaching
            for i in self.sentence.items
        ):
            taken = {t for time in self.sentence.times for t in range(time.first, time.last)}
            quantity = next((q for q in self.sentence.quantities if q.first >= item.last and q.first not in taken), None)
        following = [
            m
            for m in self.mentions
            if item.last <= m.first <= item.last + 3 and m.role in ("of", "side", "", "to", "in") and not m.joined and not m.partial
        ][:1]
        if following:
            index = self.mentions.index(following[0])
            for mention in self.mentions[index + 1 :]:
                if not mention.joined or mention.quantity is not None:
                    break
                following.append(mention)
            if following[0].quantity is not None and quantity is not None:
                following = []
        if quantity is not None:
            self.first = min(self.first, quantity.first)
            self.last = max(self.last, quantity.last)
        plural = item.plural or item.form in ("np", "qpp", "qpa")
        if not following and quantity is not None and quantity.first > item.last:
            following = [m for m in self.mentions if m.quantity is quantity]
        if following:
            self.last = max(self.last, following[-1].last)
            self.rows.append((following[0], quantity or following[0].quantity, not plural, ""))
            self.rows += [(m, None, False, "with") for m in following[1:]]
        else:
            self.rows.append((None, quantity, not plural, ""))

    def _ratio(self, item: Item) -> Quantity | None:
        """Read a number that a list gives after the word: "القتلى: 5", "ارتفع عدد القتلى ... إلى 6"."""
        words, to = self.document.words, self.document.using.numbers.to
        reach = 30 if any(i.category == "total" and i.first <= item.first <= i.last + 2 for i in self.sentence.items) else 9
        for quantity in self.sentence.quantities:
            if not item.last <= quantity.first <= item.last + reach:
                continue
            before = words[quantity.first - 1]
            linked = before == ":" or (before in to and before not in self.document.using.and_words)
            if linked and not any(
                i.category in ("including", "loss") and item.last <= i.first < quantity.first for i in self.sentence.items
            ):
                return quantity
        return None

    def _quantity_before(self, before: int) -> None:
        for quantity in self.sentence.quantities:
            if quantity.last == before:
                self._add(None, quantity)
                self.first = min(self.first, quantity.first)

    def _run(self, start: int) -> None:
        """Read on from a token: people with or without numbers, joined by "and", until a word that ends the list."""
        words = self.document.words
        at = start
        end = self.sentence.last
        by_first = {m.first: m for m in self.mentions}
        numbers = {q.first: q for q in self.sentence.quantities}
        skipped = 0
        while at < end:
            items = [i for i in self.sentence.items if i.first == at]
            mention = by_first.get(at)
            joined = mention is not None and mention.joined
            if (
                mention is not None
                and (mention.role in ("", "of", "side", "on", "to") or joined)
                and mention.head.category != "adjective"
            ):
                if mention.head.category == "object" and not self.rows and not mention.quantity:
                    break
                if self.rows and not joined:
                    break
                if mention.role == "of" and self.rows and not joined:
                    break
                self._add(mention, mention.quantity)
                at = max(mention.last, at + 1)
                skipped = 0
                continue
            if mention is not None:
                break
            quantity = numbers.get(at)
            if quantity is not None and quantity.last < end and words[quantity.last] in self.document.using.time_units:
                break  # four days
            if quantity is not None:
                if (
                    self.rows
                    and words[at][:1] not in self.document.using.joins[:1]
                    and words[at - 1] not in self.document.using.and_words
                ):
                    break
                self._add(None, quantity)
                at = quantity.last
                skipped = 0
                continue
            if any(i.category in _STOPS for i in items) or any(i.finite for i in items):
                break
            if any(i.category in ("event", "loss", "weapon", "place", "light") for i in items):
                break
            if words[at] in (",", "،", ":", "(", ")", "-", ";"):
                break
            skipped += 1
            if skipped > (5 if self.rows else 4):
                break
            at += 1
        self.last = max(self.last, at if self.rows else self.trigger.item.last)

    def _add(self, mention: Mention | None, quantity: Quantity | None) -> None:
        one = True
        if mention is not None:
            item = mention.head
            one = not (item.plural or item.form == "p" or (item.category in ("actor", "epithet", "anaphor")))
            if item.category == "actor" and item.sense.name == "civilians":
                word = self.document.words[item.first]
                one = word[:1] < "\u0600" and not word.endswith("s") and word not in self.document.using.english_plurals
            ordinal = item.sense.name in self.document.using.ordinal_people
            self.rows.append((mention, quantity, one or ordinal, ""))
            self.last = max(self.last, mention.last)
        else:
            self.rows.append((None, quantity, False, ""))
            self.last = max(self.last, quantity.last if quantity else 0)


def attach(document: Document, draft: Draft, victims: Victims, outcome: Outcome) -> None:
    """Add the rows of one loss word to an occurrence; people without a name take the actor that the occurrence hit.

    One number for people of two actors ("12 of the army and the militia") is a row of nobody in particular, and both are
    targets.
    """
    previous = next((loss.who for loss in reversed(draft.losses) if loss.who), None)
    rows = list(victims.rows)
    made: list[Loss] = []
    for index, (mention, quantity, one, tie) in enumerate(rows):
        name_only = (
            mention is not None and quantity is None and mention.head.category in ("actor", "epithet", "anaphor") and index > 0
        )
        if tie == "with" or (name_only and mention is not None and mention.joined):
            if mention is not None and mention.actors:
                _share(draft, rows[index - 1][0], mention, outcome)
            continue
        if quantity is not None and _of_them(document, draft, victims, mention, quantity, outcome):
            continue
        who = _who(document, draft, mention, quantity, previous)
        if who is None and mention is not None and (mention.neutral or mention.person == "soldier"):
            who = next((m.actors[0] for m, *_ in rows if m is not None and m.actors and m.armed), None)
        vague = mention is not None and mention.definite and quantity is None and not one
        row = loss_row(who, outcome, quantity, one=one, vague=vague)
        same = [entry for entry in draft.losses if entry.who == row.who and entry.outcome == row.outcome]
        mine = [entry for entry in same if entry in made]
        if mine and row.min is not None and mine[0].min is not None and row.max is not None and mine[0].max is not None:
            # "An officer and two soldiers": one row of three.
            total = mine[0].model_copy(update={"min": mine[0].min + row.min, "max": mine[0].max + row.max})
            draft.losses[draft.losses.index(mine[0])] = total
            made[made.index(mine[0])] = total
            continue
        if (
            same
            and same[0].min is not None
            and mention is not None
            and not mention.head.definite
            and mention.head.sense.name in document.using.ordinal_people
            and victims.sentence.has("succumb")
        ):
            # "A third died of his wounds": one more.
            grown = same[0].model_copy(update={"min": same[0].min + 1, "max": same[0].max + 1 if same[0].max is not None else None})
            draft.losses[draft.losses.index(same[0])] = grown
            continue
        unnamed = next((e for e in draft.losses if e.who is None and e.outcome == row.outcome and e.min and e.min == row.min), None)
        if unnamed is not None and row.who is not None and (unnamed.max, unnamed.status) == (row.max, row.status):
            draft.losses.remove(unnamed)  # the same number, once with its people
        if same and (row.status == "unquantified" or any(entry.min == row.min and entry.max == row.max for entry in same)):
            continue
        if same and same[0].status in ("unquantified", "unknown"):
            draft.losses.remove(same[0])
        draft.losses.append(row)
        made.append(row)
        if index == len(rows) - 1:
            _part(draft, victims, row)
        previous = who or previous
        if mention is not None:
            draft.victims.append(mention)
    _break_down(document, draft, victims, outcome, made)


def _break_down(document: Document, draft: Draft, victims: Victims, outcome: Outcome, made: list[Loss]) -> None:
    """Put the parts of a number in its place where the text gives all of them: "five people: three soldiers and two civilians"."""
    totals = [row for row in made if row.status == "reported" and row.min == row.max and (row.min or 0) > 1]
    words, using = document.words, document.using
    end = victims.sentence.last
    after = victims.trigger.item.last
    first = next(((m, q) for m, q, *_ in victims.rows if q is not None), None)
    if first is not None:
        after = max(first[0].last if first[0] else 0, first[1].last if first[1] else 0, after)
    opener = after
    while opener < end and not words[opener][:1].isalnum() and opener < after + 2:
        opener += 1
    listed = opener < end and words[opener] in using.breakdown
    if len(totals) != 1 or not (listed or (opener < end and words[opener - 1] == ":")):
        return
    total = totals[0]
    parts: dict[str | None, int] = {}
    left = total.min or 0
    at = opener + listed
    by_first = {m.first: m for m in victims.mentions}
    numbers = {q.first: q for q in victims.sentence.quantities}
    telling = {i.first for i in victims.sentence.items if i.category in ("loss", "event", "place_admin") and not i.suffix}
    while at < end and left > 0:
        mention, quantity = by_first.get(at), numbers.get(at)
        if mention is None and quantity is None:
            at += 1
            continue
        if mention is None and parts and at in telling:
            break
        counted = mention.quantity if mention is not None else quantity
        if mention is not None and (mention.partial or (not mention.actors and not mention.person and counted is None)):
            at = max(mention.last, at + 1)
            continue
        exact = counted.least if counted is not None and counted.least == counted.most else None
        count = exact or (None if counted is not None or mention is None or mention.head.plural else 1)
        if count is None or count > left:
            return
        struck = only(draft.targets) or only(draft.participants)
        who = _who(document, draft, mention, counted, None) if mention is not None else None
        if who is None and mention is not None and mention.neutral:
            who = next((row.who for row in draft.losses if row.who), struck)
        parts[who] = parts.get(who, 0) + count
        left -= count
        at = max(mention.last if mention is not None else 0, counted.last if counted is not None else 0, at + 1)
    if left or sum(parts.values()) != total.min or (len(parts) == 1 and total.who in parts):
        return
    place = draft.losses.index(total)
    draft.losses[place : place + 1] = [Loss(who=w, outcome=outcome, min=n, max=n) for w, n in parts.items()]


def _of_them(
    document: Document, draft: Draft, victims: Victims, mention: Mention | None, quantity: Quantity, outcome: Outcome
) -> bool:
    """Say whether a number only counts some of those counted before: "two of them died at once"."""
    if mention is not None or not any(
        i.category == "including" and i.first == quantity.last for i in victims.sentence.items if i.last - i.first == 1
    ):
        return False
    return any(entry.outcome == outcome and (entry.min or 0) >= (quantity.least or 0) for entry in draft.losses)


def _part(draft: Draft, victims: Victims, row: Loss) -> None:
    """Set apart the part of a row that is told to be of another side: "four killed, two of them fighters of X"."""
    part = next((m for m in victims.mentions if m.partial and 0 <= m.first - victims.last <= 5 and m.actors), None)
    if part is None or row.min is None or row.status != "reported":
        return
    if part.person in ("soldier", "fighter") and part.last == part.head.last and row.who is not None:
        return  # "six dead, an officer among them": one of theirs
    who = part.actors[0]
    count = part.quantity.least if part.quantity is not None and not part.quantity.vague else (None if part.head.plural else 1)
    unarmed = {"civilians", "journalists", "medical", "refugees", "detainees", "protesters"}
    if count is None or who == row.who or count >= row.min or (row.who in unarmed and who in unarmed):
        return
    rest = row.model_copy(update={"min": row.min - count, "max": row.max - count if row.max is not None else None})
    draft.losses[-1:] = [rest, Loss(who=who, outcome=row.outcome, min=count, max=count)]


def _share(draft: Draft, first: Mention | None, second: Mention, outcome: Outcome) -> None:
    """Let the last row stand for two actors together."""
    for mention in (first, second):
        if mention is not None:
            add(draft.targets, [a for a in mention.actors if a not in draft.initiators])
    if draft.losses and draft.losses[-1].outcome == outcome:
        draft.losses[-1] = draft.losses[-1].model_copy(update={"who": None})


def _who(document: Document, draft: Draft, mention: Mention | None, quantity: Quantity | None, previous: str | None) -> str | None:
    """Return whom a row counts."""
    struck = only(draft.targets) or only(draft.participants)
    who: str | None = None
    if mention is None:
        who = (previous or struck) if quantity is not None else struck
    elif mention.head.sense.name in document.using.others or (
        not mention.actors and mention.head.sense.name in document.using.ordinal_people
    ):
        who = previous or struck
    elif mention.actors:
        who = mention.actors[0]
        if mention.head.suffix and who in draft.initiators and struck:
            who = struck  # "two of its fighters": not the doer's own
    elif mention.neutral:
        who = (struck if struck not in ("civilians", "detainees") else None) or (
            mention.likely if mention.likely not in draft.initiators and not draft.targets and not draft.participants else None
        )
    if mention is not None and mention.person == "soldier" and not mention.head.suffix and struck and who == "syrian-army":
        who = struck if struck != "civilians" else who
    return None if who == "unknown-gunmen" else who


def only(names: list[str]) -> str | None:
    """Return the one name of a list, or None."""
    return names[0] if len(names) == 1 else None

"""Extract the claims of a report: `extract_claims(report)` returns them in the order of their evidence.

The work goes sentence by sentence: mentions, views, occurrences, counts; then each claim gets its place, time, source and
modality, carried on from what was said before where the text goes on, and what is said twice becomes one claim.
"""

from __future__ import annotations

from datetime import timedelta

from tawthiq.extract.coreference import Antecedents
from tawthiq.extract.domain import quiet_sentences
from tawthiq.extract.drafts import Draft, Source, add
from tawthiq.extract.foreground import told
from tawthiq.extract.items import Document, Sentence, reader
from tawthiq.extract.losses import held_rows, told_losses, unknown_or_none
from tawthiq.extract.mentions import Mention, find_mentions
from tawthiq.extract.merge import merge_repeats
from tawthiq.extract.outcomes import Builder
from tawthiq.extract.predicates import find_triggers
from tawthiq.extract.setting import PlaceMention, find_places, pick_place, pick_time, votes_of
from tawthiq.extract.stance import Scope, Stances, govern, negated
from tawthiq.extract.tallies import Tallies
from tawthiq.extract.views import Context, find_views
from tawthiq.model import FAMILY_OF, Attribution, Claim, Kind, Loss, Modality, Place, Report, SourceType, Time
from tawthiq.resolve.calendar_words import TimeMention
from tawthiq.resolve.dates import DEFAULT_ZONE
from tawthiq.resolve.places import rank

# What a claim takes when its text names nobody: people held are detainees, closed roads shut civilians in.
_DEFAULT_TARGETS = {
    "release": "detainees",
    "displacement": "civilians",
    "cordon": "civilians",
    "torture": "detainees",
    "chemical-weapon": "civilians",
}
_DEFAULT_INITIATORS = {"protest": "protesters", "riot": "protesters"}
# Acts of whoever holds an area: one told right after another has the same doer where it names none.
_HOLDERS = (
    "syrian-army",
    "syrian-transitional",
    "sdf",
    "asayish",
    "sna",
    "hts",
    "fourth-division",
    "military-intelligence",
    "fifth-corps",
    "irgc",
    "military-police",
)
# Who holds nobody by right: whom they take is abducted.
_NO_HOLDERS = ("isis", "unknown-gunmen", "smugglers", "tribal-fighters", "suwayda-factions", "hurras-al-din")
_CONTROL = ("raid", "sweep", "arrest", "cordon", "weapons-seized", "confiscation")
_CIVIL_TARGETS = ("shelling", "air-drone-strike", "grenade")


def extract_claims(report: Report, zone: str = DEFAULT_ZONE) -> list[Claim]:
    """Extract the claims of a report.

    `zone` is the IANA name of the zone in which `published`, if an instant, has its local date. The result depends on the
    report's text, title, source, language and date alone; time is linear in the length of the text. A text in which nothing
    is told gives [].
    """
    document = Document(report, reader(), zone)
    run = _Run(document)
    for sentence in document.sentences:
        run.read(sentence)
    drafts = merge_repeats(document, run.drafts)
    return [_claim(document, draft, number) for number, draft in enumerate(drafts, 1)]


class _Run:
    """The state of one report: what was told, and what goes on from sentence to sentence."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.votes = votes_of(document)
        self.quiet = quiet_sentences(document)
        self.stances = Stances(document)
        self.tallies = Tallies(document)
        self.antecedents = Antecedents(document)
        self.drafts: list[Draft] = []
        self.place: PlaceMention | None = None
        self.carried: Place | None = None
        self.last_time: Draft | None = None
        self.told: list[Draft] = []
        self.paragraph = -1
        self.flow: tuple[int, Source] | None = None

    def read(self, sentence: Sentence) -> None:
        document = self.document
        scopes = self.stances.read(sentence)
        if sentence.number in self.quiet:
            return
        mentions = find_mentions(document, sentence)
        latest = self.antecedents.names()
        self.antecedents.resolve(sentence, mentions)
        self.antecedents.identify(sentence, mentions)
        for scope in scopes:
            source = scope.source
            if source is not None and source.first is not None and source.last is not None and source.type is not SourceType.PARTY:
                for mention in mentions:
                    mention.partial = mention.partial or source.first <= mention.first < source.last
        places = find_places(document, sentence, self.votes)
        turn = sentence.has("turn") or (sentence.paragraph != self.paragraph and _opens_with_place(sentence, places))
        views = find_views(Context(document, sentence, mentions, scopes, latest))
        triggers = [t for t in find_triggers(document, sentence) if not _within(views, t.item.first)]
        for order, trigger in enumerate(triggers):
            trigger.order = order
        events = self.tallies.line(sentence, mentions)
        if events is None:
            builder = Builder(document, sentence, mentions, self.drafts, scopes, views)
            events = builder.build(triggers)
            self.told = events
            for draft in events:
                self._people(draft, mentions)
            unknown_or_none(document, sentence, events or [d for d in self.drafts[-1:] if d.kind is Kind.EVENT])
            told_losses(document, sentence, events or [d for d in self.drafts[-1:] if d.kind is Kind.EVENT])
            self.tallies.apply(sentence, events, mentions)
        self._claimed(sentence, mentions)
        if turn:
            self.last_time = None
            self.carried = None
        parts = self.tallies.parts(sentence, events, places, mentions)
        drafts = sorted([*events, *views], key=lambda d: d.first)
        for draft in drafts:
            self._place(draft, sentence, places)
            self._time(draft, sentence)
            self._stance(draft, sentence, scopes, mentions)
        ends = govern(scopes, sentence.last - 1)[0]
        if ends is not None and ends.type is not SourceType.OUTLET:
            self.flow = (sentence.paragraph, ends)
        for part in parts:
            self._stance(part, sentence, scopes, mentions)
        kept = [d for d in drafts if self._worth(d, sentence)] + parts
        self.drafts += kept
        self.antecedents.note(sentence, mentions, kept)
        self.paragraph = sentence.paragraph
        if places and not kept and not sentence.headline:
            if _opens_with_place(sentence, places):
                self.carried = min(reversed(places), key=lambda p: rank(p.place.level)).place

    # --- slots -------------------------------------------------------------------------------------------------------

    def _people(self, draft: Draft, mentions: list[Mention]) -> None:
        """Complete the roles: people held, victims as targets, a doer shared with the clause before, customary roles."""
        document = self.document
        trigger = draft.triggers[0]
        clause = [m for m in draft.victims if trigger.start <= m.first]
        if draft.type == "body-found":
            clause = mentions
        held_rows(document, draft, clause)
        before = [d for d in self.told if d.first < draft.first and d.losses and d is not draft]
        if before and before[-1].losses[-1].who and any(m.head.sense.name in document.using.others for m in clause):
            shared = before[-1].losses[-1].who
            draft.losses = [entry if entry.who else entry.model_copy(update={"who": shared}) for entry in draft.losses]
        if draft.type == "torture":
            draft.losses = [
                entry.model_copy(update={"who": "detainees"}) if entry.who in (None, "civilians") else entry
                for entry in draft.losses
            ]
            draft.targets = ["detainees" if t == "civilians" else t for t in draft.targets]
        if draft.type in ("armed-clash", "agreement"):
            add(draft.participants, [*draft.initiators, *draft.targets])
            draft.initiators, draft.targets = [], []
            return
        if not draft.initiators and draft.type not in ("displacement", "body-found", "disappearance", "ied"):
            self._shared_doer(draft)
        if draft.type == "displacement" and not draft.initiators:
            self._driven_out(draft)
        if not draft.targets and draft.type not in ("weapons-seized", "deployment", "sweep", "protest", "body-found"):
            for loss in draft.losses:
                if (
                    loss.who
                    and loss.who not in draft.initiators
                    and loss.outcome in ("killed", "wounded", "captured", "detained", "missing", "displaced")
                ):
                    add(draft.targets, [loss.who])
        if draft.type == "body-found":
            for loss in draft.losses:
                add(draft.targets, [loss.who or ""])
            draft.initiators = []
        if not draft.targets and draft.type in _DEFAULT_TARGETS:
            draft.targets = [_DEFAULT_TARGETS[draft.type]]
        if not draft.targets and draft.type in _CIVIL_TARGETS and self._strikes_homes(draft):
            draft.targets = ["civilians"]
        if not draft.targets and draft.type in ("confiscation", "looting-destruction"):
            before = [
                d for d in self.told if d is not draft and d.targets and d.first < draft.first and d.initiators == draft.initiators
            ]
            if before:
                draft.targets = list(before[-1].targets)
        if draft.type == "release":
            draft.targets = ["detainees" if t == "civilians" else t for t in draft.targets]
            draft.losses = []
        if not draft.initiators and draft.type in _DEFAULT_INITIATORS:
            draft.initiators = [_DEFAULT_INITIATORS[draft.type]]
        if (
            draft.type in ("territory-taken", "attack", "looting-destruction")
            and draft.initiators
            and set(draft.initiators) <= {"detainees", "protesters"}
        ):
            draft.type = "riot"
        if draft.type == "arrest" and draft.initiators and set(draft.initiators) <= set(_NO_HOLDERS):
            draft.type = "abduction"
            draft.losses = [e.model_copy(update={"outcome": "captured"}) if e.outcome == "detained" else e for e in draft.losses]
        if draft.type == "deployment":
            draft.targets = []
        if draft.type in ("protest", "riot"):
            draft.initiators = ["protesters" if n == "civilians" else n for n in draft.initiators]
            draft.losses = [entry for entry in draft.losses if entry.who != "protesters" or entry.status != "unquantified"]
        if (
            draft.type == "suicide-bombing"
            and len(draft.initiators) == 1
            and any(t.item.sense.name in self.document.using.own_death for t in draft.triggers)
        ):
            if not any(entry.who == draft.initiators[0] and entry.outcome == "killed" for entry in draft.losses):
                draft.losses.append(Loss(who=draft.initiators[0], outcome="killed", min=1, max=1))
        draft.targets = [t for t in draft.targets if t not in draft.initiators or draft.type == "ied"]
        if len(draft.targets) == 1:
            draft.losses = [
                entry.model_copy(update={"who": draft.targets[0]}) if entry.who is None and entry.status == "unknown" else entry
                for entry in draft.losses
            ]
        self._single_victim(draft)

    def _strikes_homes(self, draft: Draft) -> bool:
        """Say whether what was struck is a town or village itself: its object, or what stands after "on"."""
        items = draft.sentence.items
        for trigger in draft.triggers:
            if any(
                i.category == "light" and i.sense.data.get("frame") == "undergo" and i.last <= j.first < trigger.item.first
                for i in items
                for j in items
                if j.category in ("place_town", "place_quarter")
            ):
                return True  # "the village was exposed to shelling"
            for item in items:
                if item.category not in ("place", "place_town", "place_quarter") or not trigger.item.last <= item.first < min(
                    trigger.end, trigger.item.last + 9
                ):
                    continue
                if item.category == "place" and item.sense.data["level"] not in ("town", "point"):
                    continue
                before = [
                    i
                    for i in items
                    if i.last == item.first
                    and i.category in ("prep_in", "prep_at", "place_in", "near", "place_to", "place_countryside", "place_desert")
                ]
                if not (before and before[0].sense.name not in self.document.using.edges) and item.prefix[-1:] != self.document.using.joins[1]:
                    return True
        return False

    def _single_victim(self, draft: Draft) -> None:
        """One person singled out and shot is an assassination."""
        if draft.type != "attack" or len(draft.losses) == 0:
            return
        killed = [entry for entry in draft.losses if entry.outcome == "killed"]
        if not killed or any(entry.min != 1 or entry.max != 1 for entry in killed) or len(killed) > 1:
            return
        shot = any(i.category == "weapon" and i.sense.data.get("type") == "attack" for i in draft.sentence.items) or any(
            i.category in ("event", "by") and i.sense.name in self.document.using.shooting for i in draft.sentence.items
        )
        unarmed_doer = all(n == "unknown-gunmen" for n in draft.initiators)
        if shot and unarmed_doer and not draft.sentence.has("with"):
            draft.type = "assassination"

    def _shared_doer(self, draft: Draft) -> None:
        """Let a clause without a subject take the doer of the clause before it in the same sentence."""
        first = draft.triggers[0]
        number = draft.sentence.number
        near = [
            d
            for d in [*self.drafts[-4:], *self.told]
            if d is not draft and d.kind is Kind.EVENT and d.sentence.number >= number - 2 and d.first < draft.first
        ]
        if not near and draft.type in _CONTROL:
            near = [d for d in self.told if d is not draft and d.type in _CONTROL and d.initiators]
        if draft.type in _CONTROL:
            for other in reversed(near):
                doers = [n for n in other.initiators if not n.startswith("unknown")]
                if other.type in _CONTROL and doers:
                    add(draft.initiators, doers)
                    if draft.type == "weapons-seized" and not draft.targets and other.targets != ["civilians"]:
                        draft.targets = list(other.targets)
                    return
                struck = [n for n in other.targets if n in _HOLDERS]
                if FAMILY_OF[other.type] in ("fight", "remote") and struck and draft.type != "weapons-seized":
                    # After a bomb hit a patrol, it is the patrol's force that closes the area and arrests.
                    add(draft.initiators, struck)
                    return
        if draft.type == "release":
            held = [d for d in near if d.type in ("arrest", "abduction") and d.initiators]
            if held:
                add(draft.initiators, held[-1].initiators)
            return
        if (
            first.passive
            or first.frame in ("die", "explode", "vanish", "flee", "hurt", "clash")
            or (first.category == "loss" and not first.verb)
        ):
            return
        before = [d for d in self.drafts[-3:] if d.sentence is draft.sentence or d.sentence.number == draft.sentence.number - 1]
        same = [d for d in before if d.kind is Kind.EVENT and d.initiators and d.sentence.paragraph == draft.sentence.paragraph]
        siblings = self._siblings(draft)
        source = siblings or same
        if source and (first.verb or draft.type in ("arrest", "confiscation", "raid", "weapons-seized", "looting-destruction")):
            add(draft.initiators, source[-1].initiators)

    def _driven_out(self, draft: Draft) -> None:
        """Displacement told right with the fire that caused it has that fire's doers."""
        for other in reversed([*self.drafts[-2:], *self.told]):
            if other is draft or other.kind is not Kind.EVENT or FAMILY_OF[other.type] not in ("fight", "remote"):
                continue
            if other.sentence.number >= draft.sentence.number - 1 and other.sentence.paragraph == draft.sentence.paragraph:
                add(draft.initiators, [*other.initiators, *other.participants])
                return

    def _siblings(self, draft: Draft) -> list[Draft]:
        return [d for d in self.told if d is not draft and d.initiators and d.first < draft.first]

    def _claimed(self, sentence: Sentence, mentions: list[Mention]) -> None:
        """A claim of responsibility names the doer of what was told before."""
        for item in sentence.of("claim"):
            if negated(self.document, sentence, item.first):
                continue
            near = [m for m in mentions if item.last <= m.first <= item.last + 4 or item.first - 4 <= m.first < item.first]
            named = [m for m in near if m.head.category in ("actor", "epithet", "anaphor") and m.actors]
            pool = [
                d for d in self.drafts[-4:] if d.kind is Kind.EVENT and d.type not in ("deployment", "arrest", "raid", "cordon")
            ]
            if named and pool:
                draft = pool[-1]
                draft.initiators = [n for n in draft.initiators if n != "unknown-gunmen"]
                add(draft.initiators, named[0].actors)

    def _place(self, draft: Draft, sentence: Sentence, places: list[PlaceMention]) -> None:
        if draft.place is not None and (
            not places or (draft.account and not any(draft.first <= p.first < draft.last for p in places))
        ):
            return
        inside = [t for t in draft.triggers if sentence.first <= t.item.first < sentence.last]
        start = min([draft.first, *(t.start for t in inside)])
        end = max([draft.last, *(t.end for t in inside)])
        if draft.kind in (Kind.ASSESSMENT, Kind.RELATION):
            places = [p for p in places if any(first <= p.first < last for first, last in draft.spans)]
        mention = pick_place(draft, places, sentence, max(start, sentence.first), min(end, sentence.last))
        if mention is not None:
            draft.place, draft.own_place = mention.place, True
            if not sentence.headline:
                self.carried = mention.place
        elif draft.place is None and draft.kind in (Kind.EVENT, Kind.TALLY):
            draft.place = self.carried

    def _time(self, draft: Draft, sentence: Sentence) -> None:
        if draft.kind in (Kind.ASSESSMENT, Kind.RELATION):
            if draft.type == "forecast":
                future = [t for t in sentence.times if t.future or t.span]
                draft.time = future[0] if future else None
            return
        if draft.kind is Kind.TALLY and draft.time is not None:
            return
        if draft.account and not any(draft.first <= t.first < draft.last for t in sentence.times):
            return
        trigger = draft.triggers[0]
        relative = next((t for t in sentence.times if t.relation and 0 <= trigger.item.first - t.last <= 2), None)
        if (
            relative is not None
            and relative.days
            and self.last_time is not None
            and self.last_time.time is not None
            and self.last_time.time.start
        ):
            base = self.last_time.time.start
            day = base - timedelta(days=relative.days)
            draft.time = TimeMention(relative.first, relative.last, day, day)
            return
        found = pick_time(sentence, trigger.start, max(trigger.end, draft.last), trigger.item.first)
        if found is not None:
            draft.time = found
            self.last_time = draft
        elif self.last_time is not None:
            draft.time = self.last_time.time
            draft.time_from = self.last_time

    def _stance(self, draft: Draft, sentence: Sentence, scopes: list[Scope], mentions: list[Mention]) -> None:
        anchor = draft.triggers[0].item.first if draft.triggers else draft.first
        source, modality = govern(scopes, anchor)
        if draft.kind is Kind.TALLY and modality is Modality.HYPOTHETICAL:
            modality = Modality.ASSERTED
        if source is None and self.flow is not None and self.flow[0] == sentence.paragraph and not sentence.has("turn"):
            source = self.flow[1]
        if source is None and draft.kind in (Kind.ASSESSMENT, Kind.RELATION):
            source = govern(scopes, draft.last - 1)[0]
        if source is not None:
            draft.source = source
            self._speaker_acts(draft, sentence, source, mentions)
        if draft.kind is Kind.ASSESSMENT or draft.kind is Kind.RELATION:
            if (
                draft.modality is Modality.ASSERTED
                and modality in (Modality.HEDGED, Modality.DISTANCED, Modality.DENIED)
                and draft.type != "forecast"
            ):
                draft.modality = modality
            return
        if modality is Modality.FORECAST:
            modality = Modality.HYPOTHETICAL
        draft.modality = modality
        if modality is Modality.HYPOTHETICAL and not draft.initiators and draft.triggers and draft.kind is Kind.EVENT:
            self._planner(draft, sentence, mentions, source)
        if modality in (Modality.DENIED, Modality.HYPOTHETICAL) and draft.time_from is not None and not draft.account:
            # What is denied or threatened does not take the day of what was told before.
            draft.time, draft.time_from = None, None
        for trigger in draft.triggers[:1]:
            carried = [
                i
                for i in sentence.items
                if (i.category in ("light", "aspect") or i.sense.data.get("frame") == "count") and i.finite and trigger.start <= i.first < trigger.item.first
            ]
            if (
                not trigger.verb
                and carried
                and modality is Modality.ASSERTED
                and negated(self.document, sentence, carried[-1].first)
            ):
                draft.modality = Modality.DENIED
            if trigger.verb and modality is Modality.ASSERTED and negated(self.document, sentence, trigger.item.first):
                draft.modality = Modality.DENIED
            if trigger.verb and trigger.item.prefix[-1:] == self.document.using.future_mark and modality is Modality.ASSERTED:
                draft.modality = Modality.HYPOTHETICAL

    def _planner(self, draft: Draft, sentence: Sentence, mentions: list[Mention], source: Source | None) -> None:
        """Let who threatens or plans an act be its doer: "the cell was planning to strike"."""
        anchor = draft.triggers[0].item.first
        verb = next(
            (i for i in reversed(sentence.items) if i.category in ("plan", "threat", "try") and i.first < anchor and i.finite), None
        )
        if verb is None:
            return
        doers = [m for m in mentions if m.armed and m.actors and m.role == "" and m.last <= verb.first and m.first >= verb.first - 9]
        doers = doers[-1:] or [m for m in mentions if m.armed and m.actors and m.role == "" and 0 <= m.first - verb.last <= 1]
        if doers:
            add(draft.initiators, doers[0].actors)
        elif verb.category == "threat" and source is not None and source.actor:
            add(draft.initiators, (source.actor,))
        draft.targets = [t for t in draft.targets if t not in draft.initiators]

    def _speaker_acts(self, draft: Draft, sentence: Sentence, source: Source, mentions: list[Mention]) -> None:
        """Let "that they" after a party's verb of saying mean the party: أعلنت الجبهة أنها استهدفت."""
        trigger = draft.triggers[0] if draft.triggers else None
        accuse = next((i for i in reversed(sentence.of("accuse")) if trigger is not None and i.first < trigger.item.first), None)
        if accuse is not None and trigger is not None and not draft.initiators:
            named = [
                m
                for m in mentions
                if accuse.last <= m.first < trigger.item.first
                and m.role in ("", "on")
                and (m.armed or m.armed_owner)
                and m.actors != (source.actor,)
            ]
            draft.initiators = list(named[-1].actors) if named else []
            if draft.initiators:
                draft.targets = [t for t in draft.targets if t not in draft.initiators]
                return
        if (
            trigger is None
            or draft.initiators
            or source.actor is None
            or trigger.passive
            or not trigger.verb
            or draft.kind is not Kind.EVENT
        ):
            return
        if draft.type == "armed-clash" or draft.frame_suffers:
            return
        pronouns = self.document.using.pronouns
        for item in sentence.of("that"):
            word = self.document.words[item.last - 1]
            if item.last <= trigger.item.first <= item.last + 3 and any(
                word.endswith(p) and len(word) > len(p) + 1 for p in pronouns
            ):
                draft.initiators = [source.actor]

    def _worth(self, draft: Draft, sentence: Sentence) -> bool:
        """Say whether a draft says enough to be a claim: an actor, a loss, a place or a time of its own."""
        if draft.kind in (Kind.ASSESSMENT, Kind.RELATION, Kind.TALLY):
            return True
        if not told(draft, sentence):
            return False
        if (
            draft.type in ("weapons-seized", "cordon", "release", "body-found", "raid", "sweep", "agreement")
            and self.drafts
            and not sentence.headline
        ):
            return True
        if draft.modality is not Modality.ASSERTED and draft.source.type is not SourceType.OUTLET and draft.triggers:
            return True
        people = bool(draft.initiators or draft.targets or draft.participants or draft.losses)
        own_time = draft.time is not None and draft.time_from is None
        return people or (draft.own_place and (own_time or sentence.headline is False)) or own_time


def _opens_with_place(sentence: Sentence, places: list[PlaceMention]) -> bool:
    return bool(places) and places[0].first - sentence.first <= 3


def _within(views: list[Draft], token: int) -> bool:
    """Say whether a token is the content of a view; what a group joined is an occurrence as well."""
    return any(start <= token < end for d in views if d.type != "joins" for start, end in d.spans)


def _claim(document: Document, draft: Draft, number: int) -> Claim:
    """Write a draft down as a claim, tokens turned into spans of the report's text."""
    evidence = tuple(sorted(document.span(first, last) for first, last in draft.spans))
    time = None
    if draft.time is not None:
        mention = None
        if draft.time_from is None:
            first, last = document.span(draft.time.first, draft.time.last)
            mention = document.report.text[first:last]
        start = draft.time.start.isoformat() if draft.time.start else None
        end = draft.time.end.isoformat() if draft.time.end else None
        time = Time(start=start, end=end, mention=mention)
    return Claim(
        id=f"{document.report.report}.{number}",
        kind=draft.kind,
        type=draft.type,
        evidence=evidence,
        initiators=tuple(draft.initiators),
        targets=tuple(draft.targets),
        participants=tuple(draft.participants),
        place=draft.place,
        time=time or Time(),
        losses=tuple(draft.losses),
        attribution=_attribution(document, draft.source),
        modality=draft.modality,
        count=draft.count,
    )


def _attribution(document: Document, source: Source) -> Attribution:
    words = source.words
    if source.first is not None and source.last is not None and source.last > source.first:
        first, last = document.span(source.first, source.last)
        words = document.report.text[first:last]
    return Attribution(type=source.type, mention=words)

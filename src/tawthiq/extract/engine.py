"""Extract the claims of a report: `extract_claims(report)` returns them in the order of their evidence.

The work goes sentence by sentence: mentions, views, occurrences, counts; then each claim gets its place, time, source and
modality, carried on from what was said before where the text goes on, and what is said twice becomes one claim.
"""

from __future__ import annotations

from datetime import timedelta

from tawthiq.extract.confidence import confidence
from tawthiq.extract.context import Context
from tawthiq.extract.coreference import Antecedents
from tawthiq.extract.doers import own_act
from tawthiq.extract.domain import quiet_sentences
from tawthiq.extract.drafts import Draft, Source, add
from tawthiq.extract.foreground import told
from tawthiq.extract.held import carried_off, told_losses, unknown_or_none
from tawthiq.extract.items import Document, Sentence, reader
from tawthiq.extract.mentions import Mention, find_mentions
from tawthiq.extract.merge import merge_repeats
from tawthiq.extract.outcomes import Builder
from tawthiq.extract.people import People
from tawthiq.extract.picks import pick_place, pick_time
from tawthiq.extract.predicates import find_triggers
from tawthiq.extract.setting import PlaceMention, find_places, ground_of
from tawthiq.extract.stance import Scope, Stances, govern, negated
from tawthiq.extract.tallies import Tallies
from tawthiq.extract.traces import Traces
from tawthiq.extract.views import find_views
from tawthiq.model import Attribution, Claim, Kind, Modality, Place, Report, SourceType, Time, Trace
from tawthiq.resolve.calendar_words import TimeMention
from tawthiq.resolve.dates import DEFAULT_ZONE, precision
from tawthiq.resolve.places import rank

# Categories one of which a sentence must hold to tell anything, and those that name what later sentences speak of.
_TELLING = (
    "event", "loss", "operation", "campaign", "crime", "body", "find", "weapon", "fall", "hit", "light", "claim", "deny", "accuse",
    "threat", "want", "intent", "plan", "able", "capable", "unable", "incapable", "possess", "expect", "warn", "hedge", "grow",
    "join", "support", "belong", "first", "behind", "loss_none", "loss_unknown", "loss_word",
)  # fmt: skip
_HEADING = 12  # tokens of a line that only says when
_NAMING = ("actor", "epithet", "anaphor", "person", "object", "adjective", "place")


def extract_claims(report: Report, zone: str = DEFAULT_ZONE) -> list[Claim]:
    """Extract the claims of a report.

    `zone` is the IANA name of the zone in which `published`, if an instant, has its local date. The result depends on the
    report's text, title, source, language and date alone; time is linear in the length of the text. A text in which nothing
    is told gives [].
    """
    document, drafts, traces = read_drafts(report, zone)
    return [_claim(document, draft, number, traces.of(draft)) for number, draft in enumerate(drafts, 1)]


def read_drafts(report: Report, zone: str = DEFAULT_ZONE) -> tuple[Document, list[Draft], Traces]:
    """Read a report as far as the drafts of its claims, in the order of their evidence; see `extract_claims`."""
    document = Document(report, reader(), zone)
    run = _Run(document)
    for sentence in document.sentences:
        run.read(sentence)
    return document, merge_repeats(document, run.drafts), run.traces


class _Run:
    """The state of one report: what was told, and what goes on from sentence to sentence."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.ground = ground_of(document)
        self.quiet = quiet_sentences(document)
        self.stances = Stances(document)
        self.tallies = Tallies(document)
        self.antecedents = Antecedents(document)
        self.traces = Traces(document)
        self.drafts: list[Draft] = []
        self.place: PlaceMention | None = None
        self.carried: Place | None = None
        self.headline: Place | None = None
        self.placed = False  # whether the text itself has told where something happened
        self.last_time: Draft | None = None
        self.paragraph = -1
        self.flow: tuple[int, Source] | None = None

    def read(self, sentence: Sentence) -> None:
        document = self.document
        scopes = self.stances.read(sentence)
        if sentence.number in self.quiet:
            return
        telling = sentence.has(*_TELLING) or self.tallies.header is not None
        if not telling and not sentence.has(*_NAMING):
            self._pass(sentence, scopes)
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
        if not telling and not sentence.has("place"):
            self.traces.note(sentence, mentions, [])
            self.antecedents.note(sentence, mentions, [])
            self._pass(sentence, scopes)
            return
        places = find_places(document, sentence, self.ground)
        self.traces.note(sentence, mentions, places)
        turn = sentence.has("turn") or (sentence.paragraph != self.paragraph and _opens_with_place(sentence, places))
        views = find_views(Context(document, sentence, mentions, scopes, latest))
        triggers = [t for t in find_triggers(document, sentence) if not _within(views, t.item.first)]
        for order, trigger in enumerate(triggers):
            trigger.order = order
        events = self.tallies.line(sentence, mentions)
        if events is None:
            builder = Builder(document, sentence, mentions, self.drafts, scopes, views)
            events = builder.build(triggers)
            people = People(document, self.drafts, events)
            for draft in events:
                people.complete(draft, mentions)
            unknown_or_none(document, sentence, events or [d for d in self.drafts[-1:] if d.kind is Kind.EVENT])
            carried_off(document, sentence, events, mentions)
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
        self._flows(sentence, scopes)
        for part in parts:
            self._stance(part, sentence, scopes, mentions)
        kept = [d for d in drafts if self._worth(d, sentence)] + parts
        self.drafts += kept
        self.antecedents.note(sentence, mentions, kept)
        self.paragraph = sentence.paragraph
        if not kept:
            self._dated(sentence)
        if places and not kept and not sentence.headline:
            if _opens_with_place(sentence, places):
                self.carried = min(reversed(places), key=lambda p: rank(p.place.level)).place

    def _flows(self, sentence: Sentence, scopes: list[Scope]) -> None:
        """Remember who speaks where a sentence ends."""
        ends = govern(scopes, sentence.last - 1)[0]
        if ends is not None and ends.type is not SourceType.OUTLET:
            self.flow = (sentence.paragraph, ends)

    def _pass(self, sentence: Sentence, scopes: list[Scope]) -> None:
        """Go by a sentence that holds no word for an act, a loss or a view; a turn of the text ends what was carried on."""
        self._flows(sentence, scopes)
        if sentence.has("turn"):
            self.last_time = None
            self.carried = None
        self._dated(sentence)
        self.paragraph = sentence.paragraph

    def _dated(self, sentence: Sentence) -> None:
        """Remember the day that a line opens with, for what is told under it: "Wednesday 14 February, a black day ..."."""
        opening = next((t for t in sentence.times if t.first - sentence.first <= 1 and t.start is not None), None)
        if opening is not None and not opening.relation and not opening.future and sentence.last - sentence.first <= _HEADING:
            self.last_time = Draft(Kind.EVENT, "attack", sentence, [], [(opening.first, opening.last)], time=opening)

    # --- slots -------------------------------------------------------------------------------------------------------

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
            if sentence.headline:
                self.headline = self.headline or mention.place
            else:
                self.carried = mention.place
        elif draft.place is None and draft.kind in (Kind.EVENT, Kind.TALLY):
            draft.place = self.carried or (self.headline if not self.placed else None)
        self.placed = self.placed or (mention is not None and not sentence.headline)

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
        self._accused(draft, sentence, mentions, source)
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
                if (i.category in ("light", "aspect") or i.sense.data.get("frame") == "count")
                and i.finite
                and trigger.start <= i.first < trigger.item.first
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
        doers = [
            m for m in mentions if m.armed and m.actors and m.role == "" and m.last <= verb.first and m.first >= verb.first - 9
        ]
        doers = doers[-1:] or [m for m in mentions if m.armed and m.actors and m.role == "" and 0 <= m.first - verb.last <= 1]
        if doers:
            add(draft.initiators, doers[0].actors)
        elif verb.category == "threat" and source is not None and source.actor:
            add(draft.initiators, (source.actor,))
        draft.targets = [t for t in draft.targets if t not in draft.initiators]

    def _accused(self, draft: Draft, sentence: Sentence, mentions: list[Mention], source: Source | None) -> None:
        """Let whom an accusation names be the doer of the act that it names: "blame the faction for the killing"."""
        trigger = draft.triggers[0] if draft.triggers else None
        verb = next((i for i in reversed(sentence.of("accuse")) if trigger is not None and i.first < trigger.item.first), None)
        if verb is None or trigger is None or draft.initiators:
            return
        speaker = source.actor if source is not None else None
        named = [
            m
            for m in mentions
            if verb.last <= m.first < trigger.item.first
            and m.role in ("", "on")
            and (m.armed or m.armed_owner)
            and m.actors != (speaker,)
        ]
        if named:
            draft.initiators = list(named[-1].actors)
            draft.targets = [t for t in draft.targets if t not in draft.initiators]

    def _speaker_acts(self, draft: Draft, sentence: Sentence, source: Source, mentions: list[Mention]) -> None:
        """Let "that they" after a party's verb of saying mean the party: أعلنت الجبهة أنها استهدفت."""
        trigger = draft.triggers[0] if draft.triggers else None
        if (
            trigger is not None
            and not draft.initiators
            and source.actor
            and source.type is SourceType.PARTY
            and trigger.item.sense.data.get("root") in self.document.using.neutralising
            and source.actor not in draft.targets
        ):
            draft.initiators = [source.actor]
        if trigger is not None and not draft.initiators and source.actor and own_act(draft, trigger, source):
            draft.initiators = [source.actor]
        if (
            trigger is not None
            and draft.type == "cordon"
            and not trigger.verb
            and not draft.initiators
            and source.actor
            and any(i.category == "say" and i.finite and 0 < trigger.item.first - i.last <= 6 for i in sentence.items)
        ):
            draft.initiators = [source.actor]  # who declares a curfew imposes it
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
        if not told(self.document, draft, sentence):
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
        named = any(
            i.category == "place_town" and draft.first <= i.first < draft.last and i.last < sentence.last for i in sentence.items
        )
        return people or named or (draft.own_place and (own_time or sentence.headline is False)) or own_time


def _opens_with_place(sentence: Sentence, places: list[PlaceMention]) -> bool:
    return bool(places) and places[0].first - sentence.first <= 3


def _within(views: list[Draft], token: int) -> bool:
    """Say whether a token is the content of a view; what a group joined is an occurrence as well."""
    return any(start <= token < end for d in views if d.type != "joins" for start, end in d.spans)


def _claim(document: Document, draft: Draft, number: int, spans: tuple[Trace, ...]) -> Claim:
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
        acled, ucdp = precision(draft.time.start, draft.time.end)
        time = Time(start=start, end=end, mention=mention, acled_precision=acled, ucdp_precision=ucdp)
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
        confidence=confidence(draft),
        spans=spans,
    )


def _attribution(document: Document, source: Source) -> Attribution:
    words = source.words
    if source.first is not None and source.last is not None and source.last > source.first:
        first, last = document.span(source.first, source.last)
        words = document.report.text[first:last]
    return Attribution(type=source.type, mention=words)

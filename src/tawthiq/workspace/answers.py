"""What analysis answers, kept for the pages: actors, places, sources, hypotheses, forecasts, tallies, and names that nobody knows.

Answers are computed of the whole record at once, in the background, and looked up by key; each page says of when they are. A small
record is answered anew whenever something changed.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from tawthiq.analyse.appearances import appearances, silences, ties
from tawthiq.analyse.losses import attrition, loss_sums
from tawthiq.analyse.sources import sources
from tawthiq.analyse.tables import Tables, record
from tawthiq.analyse.tallies import tallies
from tawthiq.analyse.undocumented import undocumented
from tawthiq.analyse.views import forecasts, hypotheses, scores
from tawthiq.extract.candidates import count_candidates
from tawthiq.lexicon.compile import version as vocabulary_version
from tawthiq.linking import Progress, ignore
from tawthiq.model import Incident, Report
from tawthiq.resolve.actors import find
from tawthiq.workspace import jobs
from tawthiq.workspace.models import Answer, ClaimRow, DecisionRow, Job, Mark, ReportRow
from tawthiq.workspace.store import DjangoStore

_MARK, _NAMES = "answers", "candidates"
# A record of so many claims is answered while a page waits for it.
SMALL = 2_000
# A large record is not computed anew before so many times the time that it took last.
_PAUSE = 8
_LISTED = 400
_PART = 2_000


def state() -> str:
    """Return a mark of all that answers are made of: it changes with every claim, decision, report and linking."""
    last = [table.objects.aggregate(last=Max("id"))["last"] or 0 for table in (ReportRow, ClaimRow, DecisionRow)]
    waiting = ClaimRow.objects.filter(linking__lt=ClaimRow.DONE, report__current=True).exists()
    return f"{last} {waiting} {Mark.objects.filter(name__in=('weights', 'grades')).order_by('name').values_list('value')!r}"


def fresh() -> bool:
    """Say whether the answers are those of the record as it is."""
    return Mark.objects.filter(name=_MARK, value=state()).exists()


def when() -> Any:
    """Return of when the answers are, None where there are none yet."""
    return Job.objects.filter(kind="answers", state="done").aggregate(last=Max("began"))["last"]


def keep_fresh(by: str = "") -> bool:
    """Answer anew where something changed: at once for a small record, else soon, by the worker. Says whether answers are fresh."""
    if fresh():
        return True
    small = ClaimRow.objects.count() <= SMALL and ReportRow.objects.count() <= SMALL
    if small and not Job.objects.filter(state="running").exists():
        job = Job.objects.create(kind="answers", by=by, state="failed", began=timezone.now(), ended=timezone.now())
        renew(job, ignore)
        Job.objects.filter(pk=job.pk).update(state="done", ended=timezone.now())
        return True
    ask(by)
    return False


def ask(by: str = "") -> None:
    """Have the answers computed anew by the worker, no sooner than the last time took, several times over."""
    if fresh() or Job.objects.filter(kind="answers", state="waiting").exists():
        return
    last = Job.objects.filter(kind="answers", state="done", ended__isnull=False).order_by("-id").first()
    after = None
    if last is not None and last.began is not None and last.ended is not None and last.ended - last.began > timedelta(seconds=2):
        after = last.ended + _PAUSE * (last.ended - last.began)
    jobs.start("answers", by, after=after)


def of(kind: str, key: str | None = None) -> list[dict[str, Any]]:
    """Return the answers of a kind, or those about one thing, in their order."""
    rows = Answer.objects.filter(kind=kind)
    return list((rows if key is None else rows.filter(key=key)).order_by("number").values_list("data", flat=True))


def renew(job: Job, progress: Progress) -> dict[str, Any]:
    """Compute every answer of the record; what alerts wait for is looked up after it."""
    from tawthiq.workspace import alerts

    made_of = state()
    store = DjangoStore()
    began = time.monotonic()
    progress("answers", 0, None)
    incidents = list(store.incidents())
    tables = record(store.told(), incidents)
    ruling = store.ruling()
    foreseen = forecasts(tables, ruling.forecasts)
    kinds: dict[str, Iterable[tuple[str, Mapping[str, Any]]]] = {
        "actor": _actors(tables, incidents),
        "place": _places(incidents),
        "source": ((s.name, s.model_dump(mode="json")) for s in sources(tables)),
        "hypothesis": (("", h.model_dump(mode="json")) for h in hypotheses(tables)),
        "forecast": ((f.voice, f.model_dump(mode="json")) for f in foreseen),
        "score": ((s.voice, s.model_dump(mode="json")) for s in scores(foreseen)),
        "tally": ((t.source, t.model_dump(mode="json")) for t in tallies(tables)),
        "silence": ((s.actor, s.model_dump(mode="json")) for s in silences(tables.incidents)),
        "appearance": ((a.actor, a.model_dump(mode="json")) for a in appearances(tables.incidents)),
        "undocumented": [("", undocumented(tables).model_dump(mode="json"))],
    }
    for kind, rows in kinds.items():
        _put(kind, rows)
        progress("answers", len(incidents), None)
    _candidates(store, progress)
    Mark.objects.update_or_create(name=_MARK, defaults={"value": made_of})
    alerts.look(job, progress)
    return {"incidents": len(incidents), "seconds": round(time.monotonic() - began, 1)}


@transaction.atomic
def _put(kind: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    # Two pages that answer at once do it one after the other, so that nothing is there twice.
    DjangoStore().in_turn()
    Answer.objects.filter(kind=kind).delete()
    made = (Answer(kind=kind, key=key, number=number, data=dict(data)) for number, (key, data) in enumerate(rows))
    Answer.objects.bulk_create(made, batch_size=_PART)


def _actors(tables: Tables, incidents: Sequence[Incident]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each actor that an incident names, those of most incidents first: roles, days, areas, companions, losses."""
    told: dict[str, Counter[str]] = {}
    areas: dict[str, Counter[str]] = {}
    days: dict[str, list[str]] = {}
    for incident in incidents:
        if incident.review == "rejected":
            continue
        for role in ("initiators", "targets", "participants"):
            for actor in {s.value for s in getattr(incident, role)}:
                told.setdefault(actor, Counter())[role] += 1
                if incident.place is not None and incident.place.admin1:
                    areas.setdefault(actor, Counter())[incident.place.admin1] += 1
                if incident.start:
                    days.setdefault(actor, []).append(incident.start)
    companions: dict[str, list[dict[str, Any]]] = {}
    for tie in ties(tables.incidents):
        for one, other in ((tie.first_actor, tie.second_actor), (tie.second_actor, tie.first_actor)):
            companions.setdefault(one, []).append({"actor": other, "tie": tie.tie, "incidents": len(tie.incidents)})
    losses: dict[str, list[dict[str, Any]]] = {}
    for row in loss_sums(tables.losses):
        if row.who is not None:
            losses.setdefault(row.who, []).append(row.model_dump(mode="json"))
    for actor in sorted(told.keys() | losses.keys(), key=lambda a: (-sum(told.get(a, Counter()).values()), a)):
        seen = sorted(days.get(actor, []))
        yield (
            actor,
            {
                "actor": actor,
                "incidents": sum(told.get(actor, Counter()).values()),
                "roles": dict(told.get(actor, {})),
                "first": seen[0] if seen else None,
                "last": seen[-1] if seen else None,
                "areas": areas.get(actor, Counter()).most_common(),
                "companions": companions.get(actor, [])[:20],
                "losses": losses.get(actor, []),
                "trend": attrition(tables.losses, actor).model_dump(mode="json") if actor in losses else None,
            },
        )


def _places(incidents: Sequence[Incident]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each place of an incident, those of most incidents first; places that no table knows have no code."""
    found: dict[str, dict[str, Any]] = {}
    for incident in incidents:
        place = incident.place
        if incident.review == "rejected" or place is None:
            continue
        row = found.setdefault(
            place.code or place.name,
            {
                "place": place.code or place.name, "code": place.code, "name": place.name, "level": place.level,
                "admin1": place.admin1, "lat": place.lat, "lon": place.lon, "incidents": 0, "types": Counter(), "first": None,
                "last": None,
            },
        )  # fmt: skip
        row["incidents"] += 1
        row["types"][incident.type] += 1
        if incident.start:
            row["first"] = min(row["first"] or incident.start, incident.start)
            row["last"] = max(row["last"] or incident.start, incident.start)
    for key, row in sorted(found.items(), key=lambda pair: (-pair[1]["incidents"], pair[0])):
        yield key, {**row, "types": row["types"].most_common()}


def _candidates(store: DjangoStore, progress: Progress) -> None:
    """Look for names of groups that no table knows, where reports or the vocabulary changed."""
    mark = f"{vocabulary_version()} {ReportRow.objects.aggregate(last=Max('id'))['last']}"
    if Mark.objects.filter(name=_NAMES, value=mark).exists():
        return

    def told() -> Iterator[Report]:
        for number, (report, _) in enumerate(store.reports()):
            yield report
            progress("names", number, None)

    _put(
        "candidate",
        (
            (
                one.key,
                {
                    "name": one.name,
                    "count": one.times,
                    "where": [{"report": report, "words": words} for report, words in one.where],
                    "perhaps": [{"actor": m.actor, "score": round(m.score, 2)} for m in find(one.name, limit=3)],
                },
            )
            for one in count_candidates(told())[:_LISTED]
        ),
    )
    unplaced = Counter(
        name
        for place in ClaimRow.objects.filter(report__current=True, data__place__isnull=False).values_list("data__place", flat=True)
        if place and not place.get("level") and (name := place.get("name"))
    )
    _put("unplaced", ((name, {"name": name, "count": count}) for name, count in unplaced.most_common(_LISTED)))
    Mark.objects.update_or_create(name=_NAMES, defaults={"value": mark})

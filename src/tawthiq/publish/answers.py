"""The part of a brief that answers: totals beside the record, losses and trends, first appearances, who is said to want what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from tawthiq.analyse.appearances import SETTLED_DAYS, appearances, silences
from tawthiq.analyse.losses import Trend, loss_sums, trends
from tawthiq.analyse.tables import Tables, record
from tawthiq.analyse.tallies import Tally, tallies
from tawthiq.analyse.views import hypotheses
from tawthiq.link.told import Told
from tawthiq.model import Incident
from tawthiq.publish.words import Words

_MOST = 12


class Answer(NamedTuple):
    """A heading, what to keep in mind, and lines, each with the claims and incidents behind it."""

    title: str
    note: str
    rows: list[tuple[str, tuple[str, ...]]]


def answers(
    told: Iterable[Told],
    incidents: Sequence[Incident],
    shown: Sequence[Incident],
    totals: Iterable[str],
    start: date | None,
    end: date | None,
    words: Words,
) -> list[Answer]:
    """Return the answers that have something to say.

    Totals and trends are set against all `incidents`, losses are those of the `shown` ones; `totals` are the claims of totals
    that the brief tells, and first appearances are those of its period.
    """
    whole = record(told, incidents)
    within = record((), shown)
    wanted = set(totals)
    made = [
        Answer(
            words("claimed_documented"),
            words("claimed_documented_note"),
            [_tally(t, words) for t in tallies(whole) if t.claim in wanted],
        ),
        Answer(words("loss_sums"), words("loss_sums_note"), _losses(within, words)),
        Answer(words("trends"), words("trends_note"), [r for t in trends(whole.losses) if (r := _trend(t, words))]),
        Answer(words("appearances"), words("appearances_note"), _seen(whole, start, end, words)),
        Answer(words("hypotheses"), words("hypotheses_note"), _wants(whole, words)),
    ]
    return [answer for answer in made if answer.rows]


def _tally(tally: Tally, words: Words) -> tuple[str, tuple[str, ...]]:
    what = words.name("type", tally.type) + (f" – {words.name('outcome', tally.outcome)}" if tally.outcome else "")
    claimed = words.figure(tally.claimed_min, tally.claimed_max)
    missing = words("unknown") if tally.missing is None else str(tally.missing)
    line = words(
        "claimed_line",
        source=tally.source,
        what=what,
        period=words.days(tally.start, tally.end),
        claimed=claimed,
        documented=tally.documented,
        missing=missing,
    )
    if tally.unknown:
        line += words.semicolon + words("with_unknown", n=tally.unknown)
    return line, (tally.claim, *tally.incidents)


def _losses(tables: Tables, words: Words) -> list[tuple[str, tuple[str, ...]]]:
    out = []
    behind: dict[tuple[str | None, str], list[str]] = {}
    for row in tables.losses.to_pylist():
        behind.setdefault((row["who"], row["outcome"]), []).append(row["incident"])
    for total in sorted(loss_sums(tables.losses), key=lambda s: (-s.best, s.who or "~", s.outcome))[:_MOST]:
        who = words.actor(total.who) if total.who else words("of_whom_unsaid")
        line = f"{who}{words.comma}{words.name('outcome', total.outcome)}: "
        if total.unknown == total.incidents:
            line += words("unknown")
        else:
            line += words(
                "sum_line", low=total.lowest, best=total.best, high=words("open") if total.highest is None else total.highest
            )
        if total.unknown:
            line += words.semicolon + words("with_unknown", n=total.unknown)
        out.append((line, tuple(dict.fromkeys(behind[total.who, total.outcome]))))
    return out


def _trend(trend: Trend, words: Words) -> tuple[str, tuple[str, ...]] | None:
    if trend.verdict == "too-few":
        return None
    return (
        words(
            f"trend_{trend.verdict.replace('-', '_')}",
            who=words.actor(trend.who),
            weeks=words.plural("weeks", len(trend.weeks)),
            rate=trend.rate,
            low=trend.low,
            high=trend.high,
        ),
        (),
    )


def _seen(tables: Tables, start: date | None, end: date | None, words: Words) -> list[tuple[str, tuple[str, ...]]]:
    out: list[tuple[str, tuple[str, ...]]] = []
    for row in appearances(tables.incidents):
        inside = (start is None or row.day >= start.isoformat()) and (end is None or row.day <= end.isoformat())
        if not inside or row.days_of_record < SETTLED_DAYS or row.aspect == "activity":
            continue
        value = words.governorate(row.value) if row.aspect == "area" else words.actor(row.value)
        out.append((words(f"seen_{row.aspect}", who=words.actor(row.actor), value=value, day=words.day(row.day)), (row.incident,)))
    for gone in silences(tables.incidents):
        out.append((words("silent", who=words.actor(gone.actor), day=words.day(gone.last), n=gone.incidents), ()))
    return out[: 2 * _MOST]


def _wants(tables: Tables, words: Words) -> list[tuple[str, tuple[str, ...]]]:
    out = []
    for view in hypotheses(tables)[:_MOST]:
        who = words.actors(list(view.actors)) or words("nobody_named")
        line = f"{words.name('type', view.view)}: {who}"
        if view.toward:
            line += f" ← {words.actors(list(view.toward))}" if words.language == "ar" else f" → {words.actors(list(view.toward))}"
        line += f"{words.semicolon}{words('says')} {words.comma.join(view.voices) or words('nobody_named')}"
        if view.denied_by:
            line += f"{words.semicolon}{words('denied_by')} {words.comma.join(view.denied_by)}"
        line += words.semicolon + words("indicators", acts=len(view.acts), joint=len(view.joint), own=len(view.own))
        out.append((line, (*view.claims, *view.denied)))
    return out

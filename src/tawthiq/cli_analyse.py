"""The commands that answer questions of the record: analyse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tawthiq.cli_base import AsJson, BadInput, Project, day, open_project, period, print_json, write_file

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tawthiq.analyse.tables import Tables
    from tawthiq.workspace.store import DjangoStore

app = typer.Typer(
    no_args_is_help=True, help="Answer questions of the record; every figure names the incidents or claims behind it."
)

Start = Annotated[str | None, typer.Option("--from", help="First day.", metavar="YYYY-MM-DD")]
End = Annotated[str | None, typer.Option("--to", help="Last day.", metavar="YYYY-MM-DD")]
Out = Annotated[Path | None, typer.Option("--out", help="The file to write.", metavar="FILE")]


def _tables(project: Path, start: str | None = None, end: str | None = None) -> tuple[DjangoStore, Tables]:
    from tawthiq.analyse.tables import record, within

    first, last = period(None, day(start, "--from"), day(end, "--to"))
    store = open_project(project)
    return store, record(store.told(), [i for i in store.incidents() if within(i.start, i.end, first, last)])


def _show(rows: Sequence[BaseModel], as_json: bool, line: Any, nothing: str) -> None:
    if as_json:
        print_json([row.model_dump(mode="json") for row in rows])
        return
    for row in rows:
        print(line(row))
    if not rows:
        print(nothing)


def _figure(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return "unknown"
    if high is None:
        return f"at least {low}"
    return str(low) if low == high else f"{low}-{high}"


@app.command("tallies")
def tallies_command(project: Project, start: Start = None, end: End = None, as_json: AsJson = False) -> None:
    """Set what sources count beside what is documented: how many fit, and how many are missing from the record."""
    from tawthiq.analyse.tallies import Tally, tallies

    def line(t: Tally) -> str:
        what = f"{t.type} {t.outcome or ''}".rstrip()
        claimed = _figure(t.claimed_min, t.claimed_max)
        missing = "missing unknown" if t.missing is None else f"missing {t.missing}"
        unknown = f", {t.unknown} with unknown losses" if t.unknown else ""
        undated = f", {len(t.undated)} without a date would fit" if t.undated else ""
        days = f"{t.start or '?'} to {t.end or '?'}"
        return f"{t.claim}  {t.source}  {what}  {days}: claimed {claimed}, documented {t.documented}, {missing}{unknown}{undated}"

    _show(tallies(_tables(project, start, end)[1]), as_json, line, "no source counts anything")


@app.command("losses")
def losses_command(
    project: Project,
    by_week: Annotated[bool, typer.Option("--by-week", help="Part by week.")] = False,
    by_place: Annotated[bool, typer.Option("--by-place", help="Part by governorate.")] = False,
    start: Start = None,
    end: End = None,
    as_json: AsJson = False,
) -> None:
    """Sum losses by actor and outcome as lowest, best and highest; unknown losses are counted as unknown."""
    from tawthiq.analyse.losses import LossSum, loss_sums

    by: list[Any] = [name for name, wanted in (("week", by_week), ("admin1", by_place)) if wanted]

    def line(s: LossSum) -> str:
        where = "  ".join(x for x in (s.week if by_week else "", (s.admin1 or "no place") if by_place else "") if x)
        highest = "open" if s.highest is None else s.highest
        return (
            f"{s.who or 'not said'}  {s.outcome}  {where}".rstrip()
            + f": lowest {s.lowest}, best {s.best}, highest {highest} in {s.incidents} incidents"
            + (f", {s.unknown} of them unknown" if s.unknown else "")
            + (f", {s.contested} contested" if s.contested else "")
        )

    _show(loss_sums(_tables(project, start, end)[1].losses, by), as_json, line, "no losses are documented")


@app.command("attrition")
def attrition_command(
    project: Project,
    who: Annotated[str | None, typer.Argument(metavar="ACTOR", help="An actor's id; those with most losses when left out.")] = None,
    outcome: Annotated[str, typer.Option(help="killed, wounded, captured, missing, displaced or detained.")] = "killed",
    start: Start = None,
    end: End = None,
    as_json: AsJson = False,
) -> None:
    """Say whether documented losses rise from week to week, with the interval, and where their level changed."""
    from tawthiq.analyse.losses import Trend, attrition, trends
    from tawthiq.lexicon.registry import registry

    if who is not None and who not in registry():
        raise BadInput(f"no actor {who!r}: see `tawthiq actors find`")
    losses = _tables(project, start, end)[1].losses
    rows = [attrition(losses, who, outcome)] if who is not None else list(trends(losses, outcome))

    def line(t: Trend) -> str:
        total = sum(n for _, n in t.weeks)
        head = f"{t.who}  {t.outcome}: {total} in {len(t.weeks)} weeks" + (f", {t.unknown} incidents unknown" if t.unknown else "")
        if t.verdict == "too-few":
            return f"{head}; too few to say whether they rise"
        said = {"rising": "rising", "falling": "falling", "no-trend": "no trend shown"}[t.verdict]
        changes = "".join(f"; from {week} on {after} a week instead of {before}" for week, before, after in t.changes)
        return f"{head}; {said}: factor {t.rate} a week (95 % {t.low} to {t.high}, {t.model}){changes}"

    _show(rows, as_json, line, "no losses are documented")


@app.command("appearances")
def appearances_command(project: Project, start: Start = None, end: End = None, as_json: AsJson = False) -> None:
    """List who was seen for the first time in a governorate, an activity or beside another, and who fell silent."""
    from tawthiq.analyse.appearances import SETTLED_DAYS, appearances, silences

    incidents = _tables(project, start, end)[1].incidents
    seen, silent = appearances(incidents), silences(incidents)
    if as_json:
        print_json(
            {"appearances": [a.model_dump(mode="json") for a in seen], "silent": [s.model_dump(mode="json") for s in silent]}
        )
        return
    for row in seen:
        early = "  (the record had only begun)" if row.days_of_record < SETTLED_DAYS else ""
        print(f"{row.day}  {row.actor}  {row.aspect} {row.value}  {row.incident}{early}")
    for gone in silent:
        print(
            f"{gone.actor} not seen for {gone.days} days since {gone.last}, after {gone.incidents} incidents (chance {gone.chance})"
        )
    if not seen:
        print("no dated incident names who acted")


@app.command("network")
def network_command(
    project: Project,
    out: Annotated[Path | None, typer.Option("--out", help="Write a file: .graphml, .svg or .png.", metavar="FILE")] = None,
    language: Annotated[str, typer.Option(help="ar or en, for charts.")] = "en",
    start: Start = None,
    end: End = None,
    as_json: AsJson = False,
) -> None:
    """Show who stands beside whom and against whom, as a table, a chart or GraphML."""
    from tawthiq.analyse.appearances import Tie, graphml, ties

    if out is not None and out.suffix.lower() not in (".graphml", ".svg", ".png"):
        raise BadInput(f"--out ends in .graphml, .svg or .png, not {out.suffix or 'nothing'!r}")
    found = ties(_tables(project, start, end)[1].incidents)
    if out is not None and out.suffix.lower() == ".graphml":
        write_file(out, graphml(found))
    elif out is not None:
        from tawthiq.publish.chart import network_chart, write_chart
        from tawthiq.publish.words import Words

        write_chart(network_chart(found, Words("ar" if language == "ar" else "en")), out)

    def line(t: Tie) -> str:
        return f"{t.first_actor}  {t.tie}  {t.second_actor}: {len(t.incidents)} incidents, {t.first or '?'} to {t.last or '?'}"

    _show(found, as_json, line, "no two actors stand in one incident")


@app.command("hypotheses")
def hypotheses_command(project: Project, as_json: AsJson = False) -> None:
    """Group what sources say that actors want, can do or stand behind, with what the record shows beside it."""
    from tawthiq.analyse.views import Hypothesis, hypotheses

    def line(h: Hypothesis) -> str:
        aim = f" toward {', '.join(h.toward)}" if h.toward else ""
        denied = f"; denied by {', '.join(h.denied_by)}" if h.denied_by else ""
        trend = f"; losses of {h.toward[0]}: {h.losses.verdict}" if h.losses is not None else ""
        return (
            f"{h.view} of {', '.join(h.actors) or 'nobody named'}{aim}:"
            f" said by {', '.join(h.voices) or 'nobody'} ({', '.join(h.claims)}){denied}\n"
            f"  record: {len(h.acts)} acts against, {len(h.joint)} together, {len(h.own)} of its own{trend}"
        )

    _show(hypotheses(_tables(project)[1]), as_json, line, "no source says what anyone wants or can do")
    if not as_json:
        print("Counts show what was documented; they prove nothing of what anyone wants.")


@app.command("forecasts")
def forecasts_command(project: Project, as_json: AsJson = False) -> None:
    """Set forecasts beside what came, as people settled it or the record suggests, with Brier scores by source."""
    from tawthiq.analyse.views import Forecast, forecasts, scores

    store, tables = _tables(project)
    found = forecasts(tables, store.ruling().forecasts)
    rated = scores(found)
    if as_json:
        print_json({"forecasts": [f.model_dump(mode="json") for f in found], "scores": [s.model_dump(mode="json") for s in rated]})
        return

    def line(f: Forecast) -> str:
        horizon = f"until {f.until or '?'}" + ("" if f.horizon_given else " (taken)")
        settled = f.outcome or ("open" if not f.suggested else f"open, {len(f.suggested)} incidents suggest it came")
        base = "" if f.base_rate is None else f", base rate {f.base_rate}"
        return f"{f.claim}  {f.voice}  {', '.join(f.actors) or 'nobody named'} {horizon}: {settled}{base}"

    _show(found, False, line, "no source forecasts anything")
    for row in rated:
        if row.settled:
            print(f"{row.voice}: {row.settled} of {row.forecasts} settled, Brier {row.brier}, base rates {row.brier_of_base_rates}")


@app.command("undocumented")
def undocumented_command(project: Project, start: Start = None, end: End = None, as_json: AsJson = False) -> None:
    """Estimate how many incidents no source told, from how often independent origins tell the same.

    Refuse where data is too thin.
    """
    from tawthiq.analyse.undocumented import undocumented

    made = undocumented(_tables(project, start, end)[1])
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    print(f"{made.incidents} incidents are documented")
    for name, count in made.lists:
        print(f"  {name}: {count}")
    if made.at_least is not None:
        print(f"at least {made.at_least} in all (Chao's lower bound; lower 95 % limit {made.at_least_low})")
    if made.total is not None:
        print(f"{made.total} in all by a log-linear model (95 % {made.low} to {made.high})")
    if made.refused is not None:
        print(f"no more is estimated: {_REFUSED[made.refused]}")
    print("Outlets copy one another: such figures are for analysts, and too low where they do.")


_REFUSED = {
    "few-incidents": "fewer than 30 incidents are told by the sources compared",
    "one-list": "fewer than two sources tell ten incidents or more",
    "little-shared": "fewer than five incidents are told by exactly two sources",
    "two-lists": "a model of how sources depend on one another takes three of them",
    "lists-apart": "two of the sources share no incident",
    "no-fit": "the model does not fit, or says nearly nothing",
}


@app.command("sources")
def sources_command(project: Project, as_json: AsJson = False) -> None:
    """Count for each source how often it was alone, corroborated, contested, corrected and first, and how late it tells."""
    from tawthiq.analyse.sources import SourceCount, sources

    def line(s: SourceCount) -> str:
        delay = "unknown" if s.delay_days is None else f"{s.delay_days:g} days"
        return (
            f"{s.name}: {s.incidents} incidents, {s.alone} alone, {s.corroborated} corroborated, {s.contested} contested,"
            f" {s.corrected} corrected, {s.first} first, delay {delay}"
        )

    _show(sources(_tables(project)[1]), as_json, line, "no source")

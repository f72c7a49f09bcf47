"""Draw incidents by day and type as a bar chart in SVG."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import altair
import pyarrow as pa
import vl_convert
from markupsafe import escape

from tawthiq.analyse.appearances import Tie
from tawthiq.lexicon.registry import registry
from tawthiq.link.explain import Explanation
from tawthiq.publish.words import Words

# Eight hues that stay apart for colour-blind readers (Okabe and Ito, "Color Universal Design", 2008).
_COLOURS = {
    "fight": "#D55E00",
    "remote": "#0072B2",
    "hold": "#CC79A7",
    "control": "#56B4E9",
    "property": "#E69F00",
    "harm": "#4b4b4b",
    "people": "#009E73",
    "peace": "#b5a900",
}


def days_chart(counts: pa.Table, words: Words) -> str:
    """Return the chart as an SVG element, or "" when nothing has a date.

    `counts` has the columns day (ISO date or null), family and count.
    """
    rows = [row for row in counts.to_pylist() if row["day"]]
    if not rows:
        return ""
    families = [f for f in _COLOURS if any(r["family"] == f for r in rows)]
    values = [{"day": r["day"], "family": words.name("family", r["family"]), "count": r["count"]} for r in rows]
    days = sorted({r["day"] for r in rows})
    chart = (
        altair.Chart(altair.InlineData(values=values))
        .mark_bar()
        .encode(
            x=altair.X("day:O", sort=days, title=words("day"), axis=altair.Axis(labelAngle=-60, labelOverlap=True)),
            y=altair.Y("count:Q", title=words("number"), axis=altair.Axis(tickMinStep=1, format="d")),
            color=altair.Color(
                "family:N",
                title=None,
                scale=altair.Scale(domain=[words.name("family", f) for f in families], range=[_COLOURS[f] for f in families]),
                legend=altair.Legend(orient="top", columns=4),
            ),
        )
        .properties(width=640, height=220)
        .configure(font="Noto Sans Arabic, sans-serif", background="transparent")
        .configure_view(strokeWidth=0)
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
    return re.sub(r"<svg ", f'<svg role="img" class="chart" aria-label="{escape(words("chart"))}" ', svg, count=1)


def waterfall_chart(explanation: Explanation, words: Words) -> altair.LayerChart:
    """Return the weights of two claims as a waterfall, from the prior over each comparison to the sum, in bits."""
    rows: list[dict[str, Any]] = [{"step": words("prior"), "start": 0.0, "end": explanation.prior, "sign": "base"}]
    at = explanation.prior
    for step in explanation.steps:
        if step.level == "unknown":
            continue
        gain = step.weight + step.rarity
        label = f"{words.name('comparison', step.comparison)}: {words.name('level', step.level)}"
        rows.append({"step": label, "start": at, "end": at + gain, "sign": "for" if gain >= 0 else "against"})
        at += gain
    rows.append({"step": words("weight_sum"), "start": 0.0, "end": at, "sign": "base"})
    for row in rows:
        row["shown"] = f"{float(row['end']) - float(row['start']):+.1f}"
        row["right"] = max(row["start"], row["end"])
    # Room for the numbers that stand at the bars' ends.
    low, high = min(row["end"] for row in rows), max(row["right"] for row in rows)
    room = altair.Scale(domain=[min(low, 0.0) - 1, max(high, 0.0) + 0.12 * (high - low) + 1], nice=False)
    order = [str(row["step"]) for row in rows]
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        y=altair.Y(
            "step:N",
            sort=order,
            title=None,
            axis=altair.Axis(labelLimit=320, orient="right" if words.direction == "rtl" else "left"),
        )
    )
    bars = base.mark_bar(height=16).encode(
        x=altair.X("start:Q", title=words("bits"), scale=room),
        x2="end:Q",
        color=altair.Color(
            "sign:N", legend=None, scale=altair.Scale(domain=["base", "for", "against"], range=["#4b4b4b", "#0072B2", "#D55E00"])
        ),
    )
    numbers = base.mark_text(align="left", dx=4).encode(x="right:Q", text="shown:N")
    line = altair.Chart(altair.InlineData(values=[{"at": explanation.threshold}])).mark_rule(strokeDash=[4, 3]).encode(x="at:Q")
    made: altair.LayerChart = (bars + numbers + line).properties(width=460).configure(font="Noto Sans Arabic, sans-serif")
    return made


def write_chart(chart: altair.LayerChart, path: Path) -> None:
    """Write a chart as SVG or PNG, by the name of the file; raises ValueError for another."""
    made = chart.to_dict()
    if path.suffix.lower() == ".svg":
        path.write_text(vl_convert.vegalite_to_svg(made), encoding="utf-8")
    elif path.suffix.lower() == ".png":
        path.write_bytes(vl_convert.vegalite_to_png(made, scale=2))
    else:
        raise ValueError(f"a chart is written as .svg or .png, not {path.suffix or 'nothing'!r}")


def network_chart(found: Sequence[Tie], words: Words, most: int = 40) -> altair.LayerChart:
    """Return the most frequent ties between actors as a ring, ordered by side: blue beside one another, orange against."""
    shown = found[:most]
    known = registry()
    actors = sorted(
        {a for t in shown for a in (t.first_actor, t.second_actor)}, key=lambda a: (known[a].side if a in known else "~", a)
    )
    turn = 2 * math.pi / max(1, len(actors))
    at = {actor: (math.cos(turn * n + turn / 2), math.sin(turn * n + turn / 2)) for n, actor in enumerate(actors)}
    edges = [
        {
            "x": at[t.first_actor][0],
            "y": at[t.first_actor][1],
            "x2": at[t.second_actor][0],
            "y2": at[t.second_actor][1],
            "tie": words.name("tie", t.tie),
            "incidents": len(t.incidents),
        }
        for t in shown
    ]
    nodes = [{"x": x, "y": y, "tx": x * 1.05, "ty": y * 1.05, "name": words.actor(name)} for name, (x, y) in at.items()]
    across, along = altair.Scale(domain=[-2.1, 2.1], nice=False), altair.Scale(domain=[-1.2, 1.2], nice=False)
    bare = altair.Axis(labels=False, ticks=False, grid=False, domain=False, title=None)
    x, y = altair.X("x:Q", scale=across, axis=bare), altair.Y("y:Q", scale=along, axis=bare)
    kinds = [words.name("tie", "beside"), words.name("tie", "against")]
    layers: list[Any] = [
        altair.Chart(altair.InlineData(values=edges))
        .mark_rule(opacity=0.75)
        .encode(
            x=x,
            y=y,
            x2="x2:Q",
            y2="y2:Q",
            strokeWidth=altair.StrokeWidth("incidents:Q", scale=altair.Scale(range=[1, 6]), title=words("number")),
            color=altair.Color("tie:N", title=None, scale=altair.Scale(domain=kinds, range=["#0072B2", "#D55E00"])),
        ),
        altair.Chart(altair.InlineData(values=nodes)).mark_circle(size=70, color="#333", opacity=1).encode(x=x, y=y),
    ]
    sides: tuple[tuple[Literal["left", "right"], bool], ...] = (("left", True), ("right", False))
    for align, right in sides:
        half = [node for node in nodes if (float(str(node["x"])) >= 0) == right]
        layers.append(
            altair.Chart(altair.InlineData(values=half))
            .mark_text(align=align, fontSize=11)
            .encode(x=altair.X("tx:Q", scale=across, axis=bare), y=altair.Y("ty:Q", scale=along, axis=bare), text="name:N")
        )
    made: altair.LayerChart = (
        altair.LayerChart(layer=layers)
        .properties(width=760, height=440)
        .configure(font="Noto Sans Arabic, sans-serif")
        .configure_view(strokeWidth=0)
    )
    return made

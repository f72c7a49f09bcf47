"""Draw incidents by day and type as a bar chart in SVG."""

from __future__ import annotations

import re

import altair
import pyarrow as pa
import vl_convert

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
    return re.sub(r"<svg ", '<svg role="img" class="chart" ', svg, count=1)

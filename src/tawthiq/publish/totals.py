"""A brief of totals, for a record too large to be listed: by month, governorate, type and certainty, and the losses summed."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from tawthiq.analyse.totals import Totals
from tawthiq.publish.brief import environment, font
from tawthiq.publish.chart import days_chart
from tawthiq.publish.words import Language, Words

_MOST = 40


def render_totals(made: Totals, language: Language, period: tuple[str | None, str | None]) -> str:
    """Return the totals as one HTML file that needs nothing from outside."""
    words = Words(language)
    return (
        environment(html=True)
        .get_template("totals.html.j2")
        .render(
            fonts={name: font(f"{name}.woff2") for name in ("noto-sans-arabic-400", "noto-sans-arabic-700", "amiri-arabic-400")},
            words=words,
            language=language,
            period=words.days(*period) if any(period) else words("all_time"),
            basis=words.plural("incidents", made.incidents),
            chart=Markup(days_chart(made.by_month.rename_columns(["day", "family", "count"]), words)),  # noqa: S704
            tables=_tables(made, words),
        )
    )


def _tables(made: Totals, words: Words) -> list[dict[str, Any]]:
    losses = []
    for row in made.losses.slice(0, _MOST).to_pylist():
        known = row["best_count"] > 0
        losses.append(
            [
                words.actor(row["who"]) if row["who"] else words("of_whom_unsaid"),
                words.name("outcome", row["outcome"]),
                *(str(row[f"{f}_sum"]) if known else words("unknown") for f in ("lowest", "best")),
                words("open") if row["open_sum"] else str(row["highest_sum"]) if known else words("unknown"),
                str(row["unknown_sum"]),
            ]
        )
    return [
        {
            "title": words("parts_areas"),
            "head": [words("parts_areas"), words("number")],
            "rows": [[words.governorate(r["admin1"]), str(r["count"])] for r in made.by_place.to_pylist()],
        },
        {
            "title": words("types"),
            "head": [words("types"), words("number")],
            "rows": [[words.name("type", r["type"]), str(r["count"])] for r in made.by_type.to_pylist()],
        },
        {
            "title": words("certainty"),
            "head": [words("certainty"), words("review"), words("number")],
            "rows": [
                [words.name("corroboration", r["corroboration"]), words.name("review", r["review"]), str(r["count"])]
                for r in made.by_certainty.to_pylist()
            ],
        },
        {
            "title": words("loss_sums"),
            "head": [
                words("who"), words("losses"), words("lowest"), words("best_figure"), words("highest"), words("unknown_incidents"),
            ],
            "rows": losses,
        },
    ]  # fmt: skip

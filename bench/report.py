"""Put all results into bench/results.md, each beside what it was measured against, and the table of quality into README.md.

    python bench/report.py

Reads bench/results-*.json and nothing else; growth is the exponent of a power law fitted through the sizes measured (1 is linear).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "bench"
_MARK = re.compile(r"(<!-- quality: made by bench/report.py -->\n).*?(<!-- /quality -->)", re.DOTALL)
_ROWS = (
    ("claims found with their exact type (F1)", "detect"),
    ("claims found, type family right (F1)", "family"),
    ("actors and roles (F1)", "actors"),
    ("loss rows (F1)", "losses"),
    ("place right", "slot place"),
    ("time right", "slot time"),
    ("modality right", "slot modality"),
    ("attribution right", "slot attribution"),
    ("claims that need no edit at all (F1)", "ready"),
    ("pairs of claims put into one incident (F1)", "pairs"),
)


def results(name: str) -> dict[str, Any]:
    """Return the results of a script, {} where it was not run."""
    path = HERE / f"results-{name}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return loaded


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Return k of the power law y = c x^k fitted through points by least squares of the logarithms.

    >>> exponent([(1, 3), (10, 30), (100, 300)])
    1.0
    """
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    return round(above / sum((x - x_mean) ** 2 for x in xs), 2)


def growth(points: Sequence[tuple[float, float]]) -> str:
    """Return how a cost grows with size, in words."""
    return f"grows by size^{exponent(points)}" if len(points) > 1 else "one size measured"


def quality() -> str:
    """Return the table of quality: the reports read while rules were written, and those held back."""
    found = results("quality")
    read, held = found["dev read"], found["dev held back"]
    rows = [(label, f"{read[key]:.2f}", f"{held[key]:.2f}") for label, key in _ROWS]
    rows.append(("reports that tell nothing, kept empty", read["quiet kept"], held["quiet kept"]))
    return table(("what", "read while writing", "held back"), rows)


def speed() -> str:
    """Return what is measured against a floor or a peer that ran beside it, and how cost grows."""
    extract, archive, link, pages, analyse = (results(name) for name in ("extract", "archive", "link-scale", "pages", "analyse"))
    rows: list[Sequence[object]] = []
    for text in ("news sentences", "development reports"):
        one = extract[text]
        rows.append((f"extraction, {text}", f"{one['per_second']:,} sentences a second", f"{one['share_of_floor']} of the floor"))
    sizes_mb = [(float(p["megabytes"]), float(p["seconds"])) for p in extract["growth"]]
    rows.append(("extraction, one report of 0.1 to 10 MB", f"{sizes_mb[-1][1]} s at {sizes_mb[-1][0]:g} MB", growth(sizes_mb)))
    rows.append(("extraction, two processes on two cores", f"{extract['scaling']['speed_up']} times one", "2 at best"))
    bytes_ = archive["bytes"]
    rows.append(("archive, bytes", f"{bytes_['archive_mb_s']} MB a second", f"{bytes_['ratio']} of sha256sum, cp and sync"))
    rows.append(
        (
            "archive, Telegram export",
            f"{archive['telegram']['items_s']:,} posts a second",
            f"{archive['telegram']['peak_mb']} MB at its peak",
        )
    )
    for kind in ("even", "skewed"):
        sizes = [(int(name.split()[0]), found) for name, found in link.items() if name.endswith(f"claims, {kind}")]
        fit = growth([(n, found["seconds"]) for n, found in sizes])
        largest, found = max(sizes)
        against = f"{found['times a plain join']} times a plain join; {fit}"
        rows.append((f"linking {largest:,} claims, {kind}", f"{found['seconds']} s, {found['peak MB']:,} MB", against))
    for database, by_size in pages.items():
        sizes_ = sorted((int(size), found) for size, found in by_size.items())
        last = sizes_[-1][1]
        slowest, figures = max(last["pages"].items(), key=lambda item: item[1]["median_ms"])
        fit = growth([(n, found["pages"][slowest]["median_ms"]) for n, found in sizes_])
        rows.append(
            (
                f"pages at {last['incidents']:,} incidents, {database}",
                f"slowest median {figures['median_ms']} ms ({slowest})",
                f"300 ms aimed at; {fit}",
            )
        )
        if "answers_s" in last:
            fit = growth([(n, found["answers_s"]) for n, found in sizes_])
            rows.append(
                (
                    f"answers to all questions, {last['claims']:,} claims",
                    f"{last['answers_s']} s, {last['peak_mb']:,} MB",
                    fit,
                )
            )
    for name in ("tables of 9705 incidents, seconds", "brief of 9705 incidents, seconds"):
        rows.append((name.removesuffix(", seconds"), f"{analyse[name]} s", ""))
    return table(("what", "measured", "against"), rows)


def page() -> str:
    """Return bench/results.md."""
    return (
        "# Results\n\nMade by `bench/report.py` of the results beside it; what each script measures, on what, and how noisy it is: "
        "[README.md](README.md).\n\n## Quality\n\nOn the development reports.\n\n"
        f"{quality()}\n## Speed and growth\n\n{speed()}"
    )


def main() -> None:
    """Write bench/results.md and README's table."""
    (HERE / "results.md").write_text(page(), encoding="utf-8")
    readme = ROOT / "README.md"
    whole = readme.read_text(encoding="utf-8")
    changed, count = _MARK.subn(lambda found: found[1] + quality() + found[2], whole)
    if count != 1:
        raise SystemExit("README.md: the marks of the table are missing")
    readme.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()

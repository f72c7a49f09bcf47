"""Losses of an incident as the lowest, the best and the highest figure that its claims give, in UCDP's sense.

Figures are never averaged or added up over claims. A later figure of the same origin takes the place of its older one; what is not
known stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from tawthiq.link.told import Told, voice
from tawthiq.model import Loss, LossRange, Spread


def loss_ranges(told: Sequence[Told]) -> tuple[LossRange, ...]:
    """Return a range for each actor and outcome that claims speak of.

    Best is the exact figure of the most origins, among equals that of the latest report, then the lower one. "At least" gives a
    lowest figure and no highest; a stated absence is 0; rows that say "unknown" alone leave all three None.
    """
    rows: dict[tuple[str | None, str], list[tuple[Loss, Told]]] = {}
    for one in told:
        for loss in one.claim.losses:
            rows.setdefault((loss.who, loss.outcome), []).append((loss, one))
    return tuple(_range(who, found) for (who, _), found in sorted(rows.items(), key=lambda r: (r[0][0] or "~", r[0][1])))


def _range(who: str | None, found: list[tuple[Loss, Told]]) -> LossRange:
    current, corrected = _corrected(found)
    figures = [(loss, told) for loss, told in current if loss.min is not None or loss.max is not None]
    lows = [loss.min for loss, _ in figures if loss.min is not None]
    highs = [loss.max for loss, _ in figures if loss.max is not None]
    exact = [(loss, told) for loss, told in figures if loss.status in ("reported", "none") and loss.min == loss.max]
    values: dict[str, list[str]] = {}
    for loss, told in found:
        values.setdefault(_shown(loss), []).append(told.key)
    return LossRange(
        who=who,
        outcome=found[0][0].outcome,
        lowest=min(lows, default=None),
        best=_best(exact or [(loss, told) for loss, told in figures if loss.status == "reported" and loss.min is not None]),
        highest=max([*highs, *lows]) if highs else None,
        claims=tuple(dict.fromkeys(told.key for _, told in found)),
        values=tuple(Spread(value=v, claims=tuple(ks)) for v, ks in sorted(values.items(), key=lambda i: (-len(i[1]), i[0]))),
        corrected=tuple(sorted({told.key for _, told in corrected})),
    )


def _corrected(found: list[tuple[Loss, Told]]) -> tuple[list[tuple[Loss, Told]], list[tuple[Loss, Told]]]:
    """Part figures that stand from those that a later report of the same origin corrected; an "unknown" corrects nothing."""
    latest: dict[str, tuple[float, str]] = {}
    for loss, told in found:
        if loss.min is not None or loss.max is not None:
            key = voice(told).key
            latest[key] = max(latest.get(key, (float("-inf"), "")), _moment(told))
    current: list[tuple[Loss, Told]] = []
    corrected: list[tuple[Loss, Told]] = []
    for loss, told in found:
        newest = latest.get(voice(told).key)
        known = loss.min is not None or loss.max is not None
        older = known and newest is not None and _moment(told)[0] < newest[0] and told.report.report != newest[1]
        (corrected if older else current).append((loss, told))
    return current, corrected


def _moment(told: Told) -> tuple[float, str]:
    """Return when a claim was published, in seconds; what has no date is older than all."""
    published = told.report.published
    if not published:
        return float("-inf"), told.report.report
    try:
        at = datetime.fromisoformat(published)
    except ValueError:
        return float("-inf"), told.report.report
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp(), told.report.report


def _best(exact: list[tuple[Loss, Told]]) -> int | None:
    support: dict[int, set[str]] = {}
    latest: dict[int, float] = {}
    for loss, told in exact:
        assert loss.min is not None
        support.setdefault(loss.min, set()).add(voice(told).key)
        latest[loss.min] = max(latest.get(loss.min, float("-inf")), _moment(told)[0])
    return max(support, key=lambda n: (len(support[n]), latest[n], -n), default=None)


def _shown(loss: Loss) -> str:
    """Return a figure as text: "11", "7-9", "3+", "up to 5", "unknown"."""
    if loss.min is None:
        return "unknown" if loss.max is None else f"up to {loss.max}"
    if loss.max is None:
        return f"{loss.min}+"
    return str(loss.min) if loss.min == loss.max else f"{loss.min}-{loss.max}"

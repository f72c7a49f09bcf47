"""The linking stage of the pipeline over a Store: what is new is compared with what is near it, what changed is made again."""

from __future__ import annotations

import json
from collections.abc import Callable

from tawthiq.link.decisions import Ruling, mark_of, replay
from tawthiq.link.incidents import group, merge, ruled
from tawthiq.link.pairs import score_pairs
from tawthiq.link.table import claims_table
from tawthiq.link.weights import Weights, weights
from tawthiq.store import Store

_LINKED = 20_000
Progress = Callable[[str, int, int | None], None]


def ignore(stage: str, done: int, total: int | None) -> None:
    """Show no progress."""


def link_pending(store: Store, model: Weights | None = None, progress: Progress = ignore) -> Ruling:
    """Compare claims that are new or edited with those near them, and put what changed into incidents; return what people ruled.

    What is compared and put together is that alone to which something happened, so that a report costs no more in a large project.
    Two who link at once do it one after the other.
    """
    with store.alone():
        return _link(store, model or weights(), progress)


def _link(store: Store, model: Weights, progress: Progress) -> Ruling:
    ruling = replay(store.decisions(), store.extracted)
    for name, value, anew in (
        ("weights", model.mark, True),
        ("grades", json.dumps(ruling.reliability, sort_keys=True), False),
    ):
        if store.made_with(name) != value:
            store.relink(name, value, anew=anew)
    known = store.marks()
    changed = [(key, known.get(key, ""), mark_of(ruling, key)) for key in sorted({*known, *ruling.about})]
    store.touch([(key, new, old.partition("|")[0] != new.partition("|")[0]) for key, old, new in changed if old != new])
    done = 0
    while batch := store.to_link(_LINKED):
        told = list(ruled(batch, ruling))
        store.unlink([(key, mark_of(ruling, key)) for key in sorted({t.key for t in batch} - {t.key for t in told})])
        table = claims_table(((t.report, t.claim) for t in told), model)
        keys = dict(zip(table.column("claim").to_pylist(), table.column("keys").to_pylist(), strict=True))
        near = ruled(store.near(key for found in keys.values() for key in found), ruling)
        pairs = score_pairs(table, model, claims_table(((t.report, t.claim) for t in near if t.key not in keys), model))
        store.link([(key, found, mark_of(ruling, key)) for key, found in keys.items()], pairs)
        done += len(batch)
        progress("link", done, None)
    for waiting, pairs in store.waiting(ruling.together):
        told = list(ruled(waiting, ruling))
        rows = {row["claim"]: row for row in claims_table(((t.report, t.claim) for t in told), model).to_pylist()}
        by_key = {t.key: t for t in told}
        left = [p for p in pairs if p.first in rows and p.second in rows]
        store.put_incidents(waiting, [merge([by_key[k] for k in keys_], ruling) for keys_ in group(rows, left, ruling)])
    return ruling

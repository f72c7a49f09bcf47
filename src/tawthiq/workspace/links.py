"""The tables of linking: what each claim is compared by, which pairs may be one occurrence, and the incidents that came of it.

All of it is derived: it can be dropped and made again from claims and the ledger. Only where an incident went that is no longer
there is history, and stays.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from tawthiq.link.pairs import Pair
from tawthiq.link.told import Told
from tawthiq.model import Claim, Incident, Kind, Report
from tawthiq.workspace import derived, locks
from tawthiq.workspace.models import ClaimRow, Edge, IncidentRow, IncidentTag, LinkKey, Mark, Redirect, ReportRow

_T = TypeVar("_T")
CHUNK = 500
# So many claims are read and put into incidents at a time.
_PART = 20_000
_ARRIVAL = 100_000
_KEYS = f"insert into {LinkKey._meta.db_table} (key, claim_id) values (%s, %s)"  # noqa: S608
_EDGES = f"insert into {Edge._meta.db_table} (first_id, second_id, weight) values (%s, %s, %s)"  # noqa: S608


def chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield values in parts that a database takes in one query."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


class LinkTables:
    """The part of the Store that links claims."""

    def alone(self) -> AbstractContextManager[None]:
        """Wait until nobody else links or compares, and keep others from it meanwhile."""
        return locks.alone("linking")

    def in_turn(self) -> None:
        """Let nobody else store or claim until the end of the transaction."""
        locks.in_turn("storing")

    def made_with(self, name: str) -> str:
        """Return what the derived tables were made with, "" when that is not known."""
        row = Mark.objects.filter(name=name).first()
        return row.value if row is not None else ""

    @transaction.atomic
    def relink(self, name: str, value: str, *, anew: bool) -> None:
        """Note what the derived tables are made with from now on.

        `anew` compares every claim again, else only incidents are made again.
        """
        if anew:
            Edge.objects.all().delete()
            LinkKey.objects.all().delete()
            ClaimRow.objects.filter(kind=str(Kind.EVENT)).update(linking=ClaimRow.NEW, ruling="")
        else:
            ClaimRow.objects.filter(linking=ClaimRow.DONE).update(linking=ClaimRow.STALE)
        Mark.objects.update_or_create(name=name, defaults={"value": value})

    def to_link(self, limit: int) -> list[Told]:
        """Return event claims of current reports that were not compared with others yet, the earliest first."""
        rows = (
            ClaimRow.objects.filter(linking=ClaimRow.NEW, kind=str(Kind.EVENT), report__current=True)
            .select_related("report")
            .order_by("id")[:limit]
        )
        return self._told(rows)

    def near(self, keys: Iterable[str]) -> list[Told]:
        """Return the claims that were compared before and share a blocking key."""
        if not LinkKey.objects.exists():
            return []
        found: set[int] = set()
        for some in chunks(sorted({_hashed(key) for key in keys})):
            found.update(LinkKey.objects.filter(key__in=some).values_list("claim_id", flat=True))
        return self._by_id(sorted(found))

    @transaction.atomic
    def link(self, compared: Sequence[tuple[str, Sequence[str], str]], pairs: Sequence[Pair]) -> None:
        """Keep (claim, blocking keys, mark of its ruling) of claims that were compared, and the pairs found.

        The claims wait for incidents.
        """
        keys = [key for key, _, _ in compared]
        ids = self._ids({*keys, *(p.first for p in pairs), *(p.second for p in pairs)})
        fresh = [ids[key] for key in keys if key in ids]
        self._forget(fresh)
        with connection.cursor() as cursor:
            cursor.executemany(_KEYS, [(_hashed(one), ids[key]) for key, found, _ in compared if key in ids for one in found])
            cursor.executemany(_EDGES, [(ids[p.first], ids[p.second], p.weight) for p in pairs])
        rows = [ClaimRow(id=ids[key], ruling=mark, linking=ClaimRow.STALE) for key, _, mark in compared if key in ids]
        ClaimRow.objects.bulk_update(rows, ["ruling", "linking"], batch_size=CHUNK)

    @transaction.atomic
    def unlink(self, rejected: Sequence[tuple[str, str]]) -> None:
        """Take (claim, mark of its ruling) out of all incidents: they were rejected."""
        ids = self._ids({key for key, _ in rejected})
        self.retire([ids[key] for key, _ in rejected if key in ids])
        for key, mark in rejected:
            if key in ids:
                ClaimRow.objects.filter(id=ids[key]).update(ruling=mark, linking=ClaimRow.DONE)

    @transaction.atomic
    def touch(self, marks: Sequence[tuple[str, str, bool]]) -> None:
        """Take up (claim, mark of its ruling, whether it must be compared again) of claims about which people decided."""
        ids = self._ids({key for key, _, _ in marks})
        for key, mark, anew in marks:
            if key in ids:
                state = ClaimRow.NEW if anew else ClaimRow.STALE
                ClaimRow.objects.filter(id=ids[key]).update(ruling=mark, linking=state)
        again = [ids[key] for key, _, anew in marks if anew and key in ids]
        self._wake(again)
        self._forget(again)

    def marks(self) -> dict[str, str]:
        """Return the mark of the ruling of each current claim about which people decided."""
        rows = ClaimRow.objects.exclude(ruling="").filter(report__current=True)
        return dict(rows.values_list("key", "ruling").iterator())

    def waiting(self, together: Iterable[tuple[str, str]]) -> Iterator[tuple[list[Told], list[Pair]]]:
        """Yield the claims that wait for incidents with all that pairs lead to from them, and those pairs, heaviest first.

        A part holds whole components, so that it can be clustered for itself; `together` are pairs that people joined.
        """
        named = self._ids({key for pair in together for key in pair})
        joined = [(named[a], named[b]) for a, b in together if a in named and b in named]
        beside: dict[int, set[int]] = {}
        for first, second in joined:
            beside.setdefault(first, set()).add(second)
            beside.setdefault(second, set()).add(first)
        # What is yielded is put into incidents before the next part is asked for, so that this ends.
        while True:
            seeds = list(
                ClaimRow.objects.filter(linking=ClaimRow.STALE, report__current=True)
                .order_by("id")
                .values_list("id", flat=True)[:_PART]
            )
            if not seeds:
                return
            members, edges = self._reached(seeds, beside)
            told = dict(zip(members, self._by_id(members), strict=True))
            pairs = [Pair(weight, *sorted((told[a].key, told[b].key))) for a, b, weight in edges]
            yield list(told.values()), sorted(pairs, key=lambda p: (-p.weight, p.first, p.second))

    def _reached(self, seeds: list[int], beside: dict[int, set[int]]) -> tuple[list[int], list[tuple[int, int, float]]]:
        """Return all claims that edges lead to from some, and those edges."""
        members = set(seeds)
        edges: dict[int, tuple[int, int, float]] = {}
        frontier = seeds
        while frontier:
            reached: set[int] = set()
            for some in chunks(frontier):
                for column in ("first_id__in", "second_id__in"):
                    for key, first, second, weight in Edge.objects.filter(**{column: some}).values_list(
                        "id", "first_id", "second_id", "weight"
                    ):
                        edges[key] = (first, second, weight)
                        reached |= {first, second}
                for one in some:
                    reached |= beside.get(one, set())
            frontier = sorted(reached - members)
            members |= reached
        return sorted(members), list(edges.values())

    @transaction.atomic
    def put_incidents(self, told: Sequence[Told], incidents: Sequence[Incident]) -> None:
        """Put the incidents of some claims in place of those that they were in; an id that goes leads to what took its claims."""
        ids = self._ids({one.key for one in told})
        before: dict[int, str] = {}
        for some in chunks(sorted(ids.values())):
            before.update(ClaimRow.objects.filter(id__in=some).values_list("id", "incident"))
        now = {ids[key]: incident.id for incident in incidents for key in incident.claims}
        rows = [ClaimRow(id=row, incident=now.get(row, ""), linking=ClaimRow.DONE) for row in ids.values()]
        ClaimRow.objects.bulk_update(rows, ["incident", "linking"], batch_size=CHUNK)
        went: dict[str, Counter[str]] = {}
        for row, old in before.items():
            if old:
                went.setdefault(old, Counter())[now.get(row, "")] += 1
        live = {incident.id for incident in incidents}
        self._drop(live | set(went))
        IncidentRow.objects.bulk_create(map(derived.incident_row, incidents), batch_size=CHUNK)
        IncidentTag.objects.bulk_create((tag for i in incidents for tag in derived.tags_of(i)), batch_size=CHUNK)
        for old in sorted(set(went) - live):
            new = min(went[old].items(), key=lambda i: (i[0] == "", -i[1], i[0]))[0]
            self._redirect(old, new)
        for some_names in chunks(sorted(live)):
            Redirect.objects.filter(old__in=some_names).delete()

    def _drop(self, names: set[str]) -> None:
        for some in chunks(sorted(names)):
            IncidentTag.objects.filter(incident__in=some)._raw_delete("default")
            IncidentRow.objects.filter(id__in=some)._raw_delete("default")

    def _redirect(self, old: str, new: str) -> None:
        Redirect.objects.update_or_create(old=old, defaults={"new": new, "at": timezone.now()})
        if new:
            Redirect.objects.filter(new=old).update(new=new)

    def retire(self, claims: Sequence[int]) -> None:
        """Take claims out of incidents, for good or until they are linked again: what was beside them is put together anew."""
        incidents: set[str] = set()
        for some in chunks(claims):
            incidents.update(ClaimRow.objects.filter(id__in=some).exclude(incident="").values_list("incident", flat=True))
        self._wake(claims)
        self._forget(claims)
        for some in chunks(claims):
            ClaimRow.objects.filter(id__in=some).update(incident="")
        for name in sorted(incidents):
            if not ClaimRow.objects.filter(incident=name).exists():
                IncidentRow.objects.filter(id=name).delete()
                self._redirect(name, "")

    def _wake(self, claims: Sequence[int]) -> None:
        """Let the claims that pairs or an incident tie to some wait for incidents anew."""
        beside: set[int] = set()
        incidents: set[str] = set()
        for some in chunks(claims):
            beside.update(Edge.objects.filter(first_id__in=some).values_list("second_id", flat=True))
            beside.update(Edge.objects.filter(second_id__in=some).values_list("first_id", flat=True))
            incidents.update(ClaimRow.objects.filter(id__in=some).exclude(incident="").values_list("incident", flat=True))
        for some in chunks(sorted(beside - set(claims))):
            ClaimRow.objects.filter(id__in=some, linking=ClaimRow.DONE).update(linking=ClaimRow.STALE)
        for some_names in chunks(sorted(incidents)):
            tied = ClaimRow.objects.filter(incident__in=some_names, linking=ClaimRow.DONE)
            tied.exclude(id__in=list(claims) if len(claims) < CHUNK else []).update(linking=ClaimRow.STALE)

    def _forget(self, claims: Sequence[int]) -> None:
        for some in chunks(claims):
            Edge.objects.filter(Q(first_id__in=some) | Q(second_id__in=some)).delete()
            LinkKey.objects.filter(claim_id__in=some).delete()

    def incidents(self) -> list[Incident]:
        """Return all incidents, ordered by id."""
        return [Incident.model_validate(row.data) for row in IncidentRow.objects.order_by("id").iterator()]

    def incident_rows(self) -> Iterator[dict[str, Any]]:
        """Yield all incidents as they are stored, without making objects of them."""
        yield from IncidentRow.objects.order_by("id").values_list("data", flat=True).iterator(chunk_size=5000)

    def incident(self, name: str) -> Incident | None:
        """Return one incident, or None; an id that is no longer in use leads to the incident that took its claims."""
        row = IncidentRow.objects.filter(id=name).first()
        if row is None and (went := self.went(name)):
            row = IncidentRow.objects.filter(id=went).first()
        return Incident.model_validate(row.data) if row is not None else None

    def went(self, name: str) -> str | None:
        """Return the id that an incident's old id leads to, "" when none of its claims is left, None for an id that never was."""
        redirect = Redirect.objects.filter(old=name).first()
        if redirect is not None:
            return redirect.new
        # An id of another copy of the project: incidents are called after a claim.
        claim = (
            ClaimRow.objects.filter(name=name[1:], report__current=True).exclude(incident="").first() if len(name) == 11 else None
        )
        return claim.incident if claim is not None and claim.incident != name else None

    def incident_count(self) -> int:
        """Return how many incidents there are."""
        return IncidentRow.objects.count()

    def _ids(self, keys: Iterable[str]) -> dict[str, int]:
        out: dict[str, int] = {}
        for some in chunks(sorted(keys)):
            rows = ClaimRow.objects.filter(key__in=some, report__current=True)
            out.update(rows.values_list("key", "id"))
        return out

    def _by_id(self, ids: Sequence[int]) -> list[Told]:
        out: list[Told] = []
        for some in chunks(ids):
            out += self._told(ClaimRow.objects.filter(id__in=some).select_related("report").order_by("id"))
        return out

    def _told(self, rows: Iterable[ClaimRow]) -> list[Told]:
        rows = list(rows)
        copied = sorted({row.report.copy_of_id for row in rows if row.report.copy_of_id})
        roots: dict[int, str] = {}
        for some in chunks(copied):
            roots.update(ReportRow.objects.filter(id__in=some).values_list("id", "source"))
        reports: dict[int, Report] = {}
        out = []
        for row in rows:
            report = reports.get(row.report.pk)
            if report is None:
                # Linking asks who told it, not what the words were.
                data = {k: v for k, v in row.report.data.items() if k not in ("text", "media", "title")}
                report = reports[row.report.pk] = Report.model_validate({**data, "text": ""})
            original = roots.get(row.report.copy_of_id) if row.report.copy_of_id else None
            out.append(Told(report, Claim.model_validate(row.data), original, row.report.pk * _ARRIVAL + row.number, row.name))
        return out


def _hashed(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1

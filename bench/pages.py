"""Measure the workspace's pages on a large record: server time and number of queries of each, and what a decision takes.

    python bench/pages.py [--database URL] [SIZE ...]

For each size (1,000, 10,000 and 100,000 incidents when none is named) and database (SQLite, and PostgreSQL where `--database`
names an empty one), in a process of its own: a project is filled through the Store with generated reports, then each page is asked
for by Django's own client as a logged-in editor, cold once and then fifteen times with other values each time. Writes
bench/results-pages.json.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 15
_BATCH = 2_000
_FIRST = date(2015, 1, 1)
_WORDS = {
    "shelling": "قصف مدفعي",
    "armed-clash": "اشتباكات",
    "ied": "انفجار عبوة ناسفة",
    "attack": "هجوم مسلح",
    "arrest": "حملة اعتقالات",
    "abduction": "خطف",
    "air-drone-strike": "غارة جوية",
    "protest": "مظاهرة",
}
_ACTORS = ("syrian-army", "isis", "sdf", "ndf", "turkey", "russia", "hts", "unknown-gunmen")


def generated(size: int, seed: int = 7) -> Iterator[list[tuple[Any, Any]]]:
    """Yield the (report, claim) that tell each of so many occurrences: one to three, by other outlets."""
    from tawthiq.lexicon.registry import registry
    from tawthiq.lexicon.sources import place_rows
    from tawthiq.model import Attribution, Claim, Loss, Modality, Place, Report, SourceType, Time

    random_ = random.Random(seed)
    towns = [cells for _, _, cells in place_rows() if cells[4] == "town" and cells[6] and cells[7]]
    known = registry()
    for number in range(size):
        cells = random_.choice(towns if random_.random() < 0.6 else towns[:60])
        day = (_FIRST + timedelta(days=number * 3650 // size)).isoformat()
        type_ = random_.choice(tuple(_WORDS))
        doer, victim = random_.sample(_ACTORS, 2)
        told = []
        for telling in range(random_.choice((1, 1, 1, 1, 2, 2, 3))):
            name = f"g{number}-{telling}"
            killed = random_.choice((None, 1, 2, 3, 7))
            sentence = f"{_WORDS[type_]} في {cells[1]} نفذته {known[doer].ar} واستهدف {known[victim].ar}"
            text = f"نص مُختلَق رقم {number}\n\nقالت مصادر محلية إن {sentence}، وفق ما نقلته الشبكة. ولم ترد معلومات أخرى."
            start = text.index(sentence)
            report = Report(report=name, source=f"شبكة {(number + telling) % 40}", language="ar", published=day, text=text)
            lat, lon = float(cells[6]), float(cells[7])
            claim = Claim(
                id=f"{name}.1", kind="event", type=type_, evidence=((start, start + len(sentence)),),
                initiators=(doer,), targets=(victim,), confidence=random_.random(),
                place=Place(name=cells[1], level="town", admin1=cells[5][:4], lat=lat, lon=lon, code=cells[0]),
                time=Time(start=day, end=day, acled_precision=1, ucdp_precision=1),
                losses=(Loss(who=victim, outcome="killed", min=killed, max=killed),) if killed else (),
                attribution=Attribution(type=SourceType.UNNAMED, mention="مصادر محلية"),
                modality=Modality.DENIED if telling and random_.random() < 0.3 else Modality.ASSERTED,
            )  # fmt: skip
            told.append((report, claim))
        yield told


def fill(size: int) -> None:
    """Put generated reports with their claims and incidents into the open project, through the Store."""
    from django.utils import timezone

    from tawthiq.archive.readers.base import Item
    from tawthiq.link.incidents import merge
    from tawthiq.model import text_hash
    from tawthiq.store import Archived, Pending
    from tawthiq.workspace.models import Acquisition, ClaimRow, ReportRow
    from tawthiq.workspace.store import DjangoStore

    store = DjangoStore()
    number = 0
    batch: list[list[tuple[Any, Any]]] = []

    def put() -> None:
        nonlocal number
        number += 1
        acquired = timezone.now() - timedelta(days=number)
        Acquisition.objects.create(
            number=number, sha256=f"{number:064x}", name="generated", method="file", size=1, acquired_at=acquired, tool="bench",
            read_by="bench", reports=_BATCH,
        )  # fmt: skip
        archived = Archived(number, None, "generated")  # type: ignore[arg-type]
        items = [Item("", report, text_hash(report.text), True) for told in batch for report, _ in told]
        store.put(archived, items, "bench")
        keys = dict(ReportRow.objects.filter(acquisition__number=number).values_list("report", "id"))
        found = [(Pending(keys[report.report], report, ""), [claim]) for told in batch for report, claim in told]
        store.claim(found, "bench")
        rows = {
            row.report.report: row for row in ClaimRow.objects.filter(report__acquisition__number=number).select_related("report")
        }
        told_ = dict(zip(rows, store._told(rows.values()), strict=True))
        groups = [[told_[report.report] for report, _ in told] for told in batch]
        store.put_incidents([one for group in groups for one in group], [merge(group) for group in groups])
        ReportRow.objects.filter(acquisition__number=number).update(compared=True)
        batch.clear()

    for told in generated(size):
        batch.append(told)
        if len(batch) == _BATCH:
            put()
    if batch:
        put()


def pages(size: int) -> dict[str, Callable[[int], str]]:
    """Return for each page its address in a round."""
    from tawthiq.workspace.models import ClaimRow, IncidentRow, ReportRow

    random_ = random.Random(3)
    incidents = list(IncidentRow.objects.order_by("id").values_list("id", flat=True))
    reports = list(ReportRow.objects.order_by("id").values_list("report", flat=True))
    claims = list(ClaimRow.objects.order_by("id").values_list("key", flat=True))
    places = list(IncidentRow.objects.exclude(place="").order_by("place").values_list("place", flat=True).distinct())
    days = [(_FIRST + timedelta(days=random_.randrange(3600))).isoformat() for _ in range(ROUNDS + 1)]
    words = ["اشتباكات", "عبوة ناسفة", "الشدادي", "غارة", "مظاهرة إدلب", '"قصف مدفعي"', "خطف -قسد", "السخنة"]
    types = list(_WORDS)
    return {
        "overview": lambda n: f"/?week={days[n]}",
        "queue": lambda n: "/queue/",
        "search, nothing asked": lambda n: f"/search/?page={n + 1}",
        "search, words": lambda n: f"/search/?q={words[n % len(words)]}&page={1 + n // len(words)}",
        "search, a facet": lambda n: f"/search/?type={types[n % len(types)]}&page={1 + n // len(types)}",
        "search, facets and words": lambda n: (
            f"/search/?type={types[n % len(types)]}&actor=isis&q={words[n % len(words)]}&start={days[n]}"
        ),
        "search, map": lambda n: f"/search/?view=map&type={types[n % len(types)]}",
        "search, over time": lambda n: f"/search/?view=timeline&type={types[n % len(types)]}",
        "claims to check": lambda n: f"/claims/?state=waiting&page={n + 1}",
        "reports": lambda n: f"/reports/?page={n + 1}",
        "reports, words": lambda n: f"/reports/?q={words[n % len(words)]}",
        "report": lambda n: f"/reports/{reports[(n * 7919) % len(reports)]}/",
        "claim": lambda n: f"/claims/{claims[(n * 7919) % len(claims)]}/",
        "incident": lambda n: f"/incidents/{incidents[(n * 7919) % len(incidents)]}/",
        "actors": lambda n: f"/actors/?page={n % 2 + 1}",
        "actor": lambda n: f"/actors/{_ACTORS[n % len(_ACTORS)]}/",
        "places": lambda n: f"/places/?page={n + 1}",
        "place": lambda n: f"/places/{places[(n * 31) % len(places)]}/",
        "sources": lambda n: "/sources/",
        "source": lambda n: f"/sources/شبكة {n}/",
        "tallies": lambda n: "/tallies/",
        "saved searches": lambda n: "/searches/",
        "publish": lambda n: "/publish/",
        "import": lambda n: "/import/",
    }


def one(size: int, folder: Path) -> dict[str, Any]:
    """Measure a size in this process."""
    from tawthiq.workspace import start

    start(folder)
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tawthiq.workspace.models import ClaimRow, IncidentRow, Person

    began = time.perf_counter()
    fill(size)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("analyze")
    filled = time.perf_counter() - began
    person = Person.objects.create(login="bench", role="editor")
    browser = Client(HTTP_HOST="localhost")
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    from tawthiq.workspace import answers, jobs
    from tawthiq.workspace.models import Job

    began = time.perf_counter()
    answers.ask("bench")
    jobs.run.func(Job.objects.get(kind="answers").pk)
    assert Job.objects.get(kind="answers").state == "done", Job.objects.get(kind="answers").error
    answered = time.perf_counter() - began
    out: dict[str, Any] = {
        "answers_s": round(answered, 1), "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "incidents": IncidentRow.objects.count(), "claims": ClaimRow.objects.count(), "fill_s": round(filled, 1), "pages": {},
    }  # fmt: skip
    for name, address in pages(size).items():
        taken: list[float] = []
        for number in range(ROUNDS + 1):
            began = time.perf_counter()
            answer = browser.get(address(number))
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise RuntimeError(f"{address(number)}: {answer.status_code}")
        with CaptureQueriesContext(connection) as asked:
            browser.get(address(1))
        rest = taken[1:]
        out["pages"][name] = {
            "first_ms": round(taken[0]), "median_ms": round(statistics.median(rest)), "worst_ms": round(max(rest)),
            "queries": len(asked),
        }  # fmt: skip
    from tawthiq.workspace.deciding import next_claim

    taken = []
    for number in range(ROUNDS):
        row = next_claim(person)
        assert row is not None
        began = time.perf_counter()
        browser.post(f"/claims/{row.key}/decide/", {"kind": "reject" if number % 4 == 0 else "accept", "in_queue": "1"})
        browser.get("/queue/")
        taken.append((time.perf_counter() - began) * 1000)
    out["a decision and the next claim"] = {"median_ms": round(statistics.median(taken)), "worst_ms": round(max(taken))}
    return out


def main() -> None:
    """Measure every size on every database, each in a process of its own, and write the results."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        print(json.dumps(one(int(arguments[1]), Path(arguments[2]))))
        return
    url = ""
    if "--database" in arguments:
        at = arguments.index("--database")
        url = arguments[at + 1]
        del arguments[at : at + 2]
    results: dict[str, Any] = {}
    for database in ("sqlite", *(("postgresql",) if url else ())):
        for size in [int(a) for a in arguments] or SIZES:
            environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "TAWTHIQ_PROJECT")}
            with tempfile.TemporaryDirectory() as folder:
                if database == "postgresql":
                    environment["DATABASE_URL"] = _emptied(url)
                done = subprocess.run(
                    [sys.executable, __file__, "--one", str(size), folder],
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                )
            if done.returncode:
                sys.exit(done.stderr[-3000:])
            made = json.loads(done.stdout.splitlines()[-1])
            results.setdefault(database, {})[str(size)] = made
            print(database, size, json.dumps(made, ensure_ascii=False), flush=True)
    (ROOT / "bench" / "results-pages.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _emptied(url: str) -> str:
    """Return the address of a database with nothing in it: what is in its public schema is dropped."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute("drop schema public cascade")
        server.execute("create schema public")
    return url


if __name__ == "__main__":
    main()

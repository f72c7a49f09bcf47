"""What a project owes to a court: proofs that nothing changed, bundles to hand out, and erasing what must be erased."""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bagit
from django.db import transaction

from tawthiq import __version__
from tawthiq.archive.originals import Originals
from tawthiq.archive.verify import Progress, Proof, receipt, verify
from tawthiq.lexicon.compile import version as vocabulary_version
from tawthiq.link.told import Told
from tawthiq.model import Claim, Report, text_hash
from tawthiq.publish.brief import quote
from tawthiq.publish.cover import render_cover
from tawthiq.workspace import coding, fulltext
from tawthiq.workspace.backup import Write, whole_lines
from tawthiq.workspace.models import Acquisition, ClaimRow, IncidentRow, Observation, ReportRow
from tawthiq.workspace.store import DjangoStore


def verify_project(project: Path, progress: Progress) -> Proof:
    """Prove the archive, and that the database speaks of nothing that is not in it and holds each text as it was read."""
    originals = Originals(project / "archive")
    proof = verify(originals, progress)
    rows = _rows(originals)
    for acquisition in Acquisition.objects.order_by("number"):
        row = rows.get(acquisition.number)
        if row is None or row.get("original") != acquisition.sha256:
            proof.problems.append(("changed", f"database, acquisition {acquisition.number}", "the manifest says otherwise"))
    for row_ in ReportRow.objects.only("report", "version", "digest", "data").iterator(chunk_size=1000):
        if text_hash(str(row_.data.get("text", ""))) != row_.digest:
            proof.problems.append(("changed", f"database, report {row_.report}, version {row_.version}", "its text"))
    return proof


def _rows(originals: Originals) -> dict[int, dict[str, Any]]:
    if not originals.manifest.exists():
        return {}
    rows = [json.loads(line) for line in originals.manifest.read_text("utf-8", "surrogatepass").splitlines()]
    return {row["number"]: row for row in rows}


@transaction.atomic
def erase(project: Path, digest: str, by: str, reason: str) -> tuple[int, int]:
    """Erase an original, the media that came with it, and all reports and claims read from it; a tombstone stays in the log.

    Returns how many files and reports went. Raises FileNotFoundError for what is not kept.
    """
    originals = Originals(project / "archive")
    beside = {
        str(row["original"]) for row in _rows(originals).values() if row.get("of") == digest and row.get("original") != digest
    }
    acquisitions = Acquisition.objects.filter(sha256=digest)
    reports = ReportRow.objects.filter(acquisition__in=acquisitions)
    names = set(reports.values_list("report", flat=True))
    count = reports.count()
    originals.erase(digest, by, reason)
    shared = {
        media["sha256"]
        for data in ReportRow.objects.exclude(acquisition__in=acquisitions).values_list("data", flat=True)
        for media in data.get("media", ())
        if media.get("sha256") in beside
    }
    for other in sorted(beside - shared):
        originals.erase(other, by, reason)
    # Incidents hold what the claims said: those that hold any of it go at once and are made anew of what is left.
    erased = ClaimRow.objects.filter(report__in=reports)
    incidents = set(erased.exclude(incident="").values_list("incident", flat=True))
    gone = list(erased.values_list("id", flat=True))
    DjangoStore().retire(gone)
    coding.forget(set(erased.values_list("key", flat=True)), set(reports.values_list("data__text", flat=True)))
    fulltext.forget(fulltext.CLAIMS, gone)
    fulltext.forget(fulltext.REPORTS, list(reports.values_list("id", flat=True)))
    IncidentRow.objects.filter(id__in=incidents).delete()
    reports.delete()
    Observation.objects.filter(acquisition__in=acquisitions).delete()
    Observation.objects.filter(what__in=names).delete()
    acquisitions.delete()
    for name in names:
        left = ReportRow.objects.filter(report=name).order_by("-version").first()
        if left is not None and not ReportRow.objects.filter(report=name, current=True).exists():
            ReportRow.objects.filter(pk=left.pk).update(current=True)
            ClaimRow.objects.filter(report=left).update(linking=ClaimRow.NEW)
    return 1 + len(beside - shared), count


def bundle(project: Path, names: Iterable[str], target: Path, by: str, write: Write) -> tuple[int, int]:
    """Write a BagIt bag of claims, reports or incidents with their originals, custody, method and a cover in Arabic and English.

    Returns how many claims and originals are in it; raises ValueError for an id that the project does not know.
    """
    incidents, rows = _wanted(list(names))
    originals = Originals(project / "archive")
    held = _rows(originals)
    numbers = sorted({row.acquisition.number for row, _ in rows})
    digests = {row.acquisition.sha256 for row, _ in rows}
    media = {m["sha256"] for row, _ in rows for m in row.data.get("media", ()) if m.get("sha256")}
    custody = [row for row in held.values() if row.get("original") in digests | media]
    made = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": by,
        "versions": {"tawthiq": __version__, "vocabulary": vocabulary_version(), "linking": DjangoStore().made_with("weights")},
        "receipt": receipt(originals),
        "originals": [{"url": None, "by": "", "tool": "", **row} for row in custody],
        "claims": [_quoted(row, claim) for row, claims in rows for claim in claims],
        "decisions": _decisions(rows),
    }
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".bundle-") as folder:
        bag = Path(folder) / "bag"
        (bag / "originals").mkdir(parents=True)
        for digest in sorted(digests | media):
            shutil.copyfile(originals.find(digest), bag / "originals" / digest)
        _json(bag / "claims.json", [{"report": r.report, "claim": c.data} for r, claims in rows for c in claims])
        _json(bag / "reports.json", [r.data for r, _ in rows])
        _json(bag / "incidents.json", [i.data for i in incidents])
        _json(bag / "decisions.json", made["decisions"])
        _json(bag / "versions.json", made["versions"])
        _json(bag / "receipt.json", made["receipt"])
        wanted = {row["number"] for row in custody}
        lines = originals.manifest.read_bytes().splitlines(keepends=True)
        (bag / "manifest.jsonl").write_bytes(b"".join(line for line in lines if json.loads(line)["number"] in wanted))
        # The log entire: a chain with entries left out proves nothing. It names no file.
        (bag / "log.jsonl").write_bytes(whole_lines(originals.log))
        for language in ("ar", "en"):
            (bag / f"cover-{language}.html").write_text(render_cover(made, "ar" if language == "ar" else "en"), encoding="utf-8")
        bagit.make_bag(
            str(bag),
            {"Source-Organization": by, "Bagging-Software": f"Tawthiq {__version__}", "External-Description": "Evidence bundle"},
            checksums=["sha256"],
        )
        plain = Path(folder) / "bundle.zip"
        with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(bag.rglob("*")):
                if file.is_file():
                    packed.write(file, str(Path("bundle") / file.relative_to(bag)))
        write(plain, target)
    return len(made["claims"]), len(numbers)


def _decisions(rows: list[tuple[ReportRow, list[ClaimRow]]]) -> list[dict[str, Any]]:
    """Return what people decided about claims, in the order of the ledger."""
    store = DjangoStore()
    about = store.ruling().about
    wanted = {decision for _, claims in rows for claim in claims for decision in about.get(claim.key, ())}
    return [d.model_dump(mode="json") for d in store.decisions() if d.id in wanted]


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _wanted(names: list[str]) -> tuple[list[IncidentRow], list[tuple[ReportRow, list[ClaimRow]]]]:
    """Return the incidents asked for, and reports with the claims wanted of each."""
    incidents = []
    found: dict[int, tuple[ReportRow, dict[int, ClaimRow]]] = {}
    for name in names:
        incident = IncidentRow.objects.filter(id=DjangoStore().went(name) or name).first()
        if incident is not None:
            incidents.append(incident)
        keys = incident.data["claims"] if incident is not None else [name]
        claims = list(ClaimRow.objects.filter(key__in=keys, report__current=True).select_related("report__acquisition"))
        reports = list(ReportRow.objects.filter(report=name, current=True).select_related("acquisition"))
        if not claims and not reports:
            raise ValueError(f"no claim, report or incident {name!r} in this project")
        for claim in claims:
            found.setdefault(claim.report.pk, (claim.report, {}))[1][claim.pk] = claim
        for report in reports:
            entry = found.setdefault(report.pk, (report, {}))
            entry[1].update({c.pk: c for c in report.claims.all()})
    return incidents, [(report, sorted(claims.values(), key=lambda c: c.number)) for _, (report, claims) in sorted(found.items())]


def _quoted(row: ReportRow, claim: ClaimRow) -> dict[str, Any]:
    told = Told(Report.model_validate(row.data), Claim.model_validate(claim.data))
    return {
        "id": claim.key,
        "report": row.report,
        "type": claim.type,
        "source": row.source,
        "published": row.published,
        "quote": list(quote(told)),
        "original": row.acquisition.sha256,
        "locator": row.locator,
    }

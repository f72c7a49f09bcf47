"""Try an addition to the vocabulary on the stored reports before it is kept: which statements would come, go or say something else.

Reports are read twice in memory, with and without the addition; nothing that is stored changes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from tawthiq.extract.engine import extract_claims
from tawthiq.lexicon.additions import added_files, additions, use_additions
from tawthiq.lexicon.compile import compile_tables, spelled
from tawthiq.lexicon.registry import registry
from tawthiq.linking import Progress
from tawthiq.model import Claim, Report
from tawthiq.text.normalise import normalise
from tawthiq.workspace import NAMES_FOLDER, jobs, names, project
from tawthiq.workspace.deciding import Gone
from tawthiq.workspace.models import Job, Person, ReportRow

# So many reports that would change are shown; all are counted.
_SHOWN = 60
_BATCH = 200
_LEFT_OUT = ("id", "confidence", "spans", "incident")


def folder() -> Path:
    """Return the project's folder of names."""
    return project() / NAMES_FOLDER


def ask(person: Person, said: Mapping[str, Any]) -> Job:
    """Ask that an addition be tried; raises ValueError with one line for what cannot be one."""
    return jobs.start("trial", person.login, row=names.check(said))


def keep(person: Person, job: Job) -> None:
    """Keep an addition that was tried; reports are read with it by the next import, or at once by `apply`.

    Raises Gone for a job that is no trial, or was kept already, and ValueError for an addition that is no longer one.
    """
    if job.kind != "trial" or job.state != "done" or job.result.get("kept"):
        raise Gone(str(job.pk))
    names.write(names.check(job.given["row"]), folder(), person.login)
    Job.objects.filter(pk=job.pk).update(result={**job.result, "kept": person.login})


def add(person: Person, said: Mapping[str, Any]) -> None:
    """Keep an addition at once, as the command line does."""
    names.write(names.check(said), folder(), person.login)


def run_trial(job: Job, progress: Progress) -> dict[str, Any]:
    """Read the reports in which the addition can matter with and without it, and return what would change."""
    row = job.given["row"]
    now = additions()
    seen = changed = 0
    gained = lost = other = 0
    shown: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="trial-") as temporary:
        tried = Path(temporary) / NAMES_FOLDER
        tried.mkdir()
        use_additions(folder())
        before_forms = _forms()
        for file in added_files():
            shutil.copy(file, tried / file.name)
        names.write(row, tried, job.by)
        try:
            use_additions(tried)
            forms = (_forms() - before_forms) | _named(row)
            for batch in _batches(forms, progress):
                seen += len(batch)
                # The vocabulary is changed once a batch: making it ready takes longer than a report.
                use_additions(tried)
                after = [extract_claims(report) for report in batch]
                use_additions(folder())
                before = [extract_claims(report) for report in batch]
                for report, old, new in zip(batch, before, after, strict=True):
                    came, went, else_ = compare(old, new)
                    gained, lost, other = gained + len(came), lost + len(went), other + len(else_)
                    changed += bool(came or went or else_)
                    if (came or went or else_) and len(shown) < _SHOWN:
                        shown.append(_told(report, came, went, else_))
        finally:
            use_additions(now)
    return {"reports": seen, "changed": changed, "gained": gained, "lost": lost, "other": other, "shown": shown}


def _forms() -> set[str]:
    """Return the written forms of the vocabulary in use, as they stand in a normalised text."""
    tables = compile_tables()
    return set(tables["words"]) | {phrase for phrase, _ in tables["phrases"]}


def _named(row: Mapping[str, Any]) -> set[str]:
    """Return the names that an addition speaks of: one that is known already means something else with it."""
    said = [str(row[key]) for key in ("name", "ar", "en") if row.get(key)]
    said += [part for key in ("more", "english") for part in str(row.get(key) or "").split("|") if part]
    if row["do"] == "merge":
        said += [name for actor in (row["id"], row["into"]) if actor in registry() for name in registry()[actor].all_names()]
    return {form for form in map(spelled, said) if form}


def _batches(forms: Set[str], progress: Progress) -> Iterator[list[Report]]:
    """Yield the current reports in which one of some forms stands, the latest first, in batches."""
    rows = ReportRow.objects.filter(current=True)
    total = rows.count()
    batch: list[Report] = []
    for number, data in enumerate(rows.order_by("-id").values_list("data", flat=True).iterator(chunk_size=500)):
        progress("trial", number, total)
        report = Report.model_validate(data)
        text = normalise(report.text).text
        if any(form in text for form in forms):
            batch.append(report)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _plain(claim: Claim) -> dict[str, Any]:
    return {key: value for key, value in claim.model_dump(mode="json").items() if key not in _LEFT_OUT}


def compare(
    before: Sequence[Claim], after: Sequence[Claim]
) -> tuple[list[Claim], list[Claim], list[tuple[Claim, Claim, list[str]]]]:
    """Return the claims that come, those that go, and those of the same words, kind and type that say something else, and where."""
    old = {(c.kind, c.type, c.evidence): c for c in before}
    new = {(c.kind, c.type, c.evidence): c for c in after}
    came = [claim for key, claim in new.items() if key not in old]
    went = [claim for key, claim in old.items() if key not in new]
    else_ = []
    for key in new.keys() & old.keys():
        one, two = _plain(old[key]), _plain(new[key])
        slots = sorted(slot for slot in one if one[slot] != two[slot])
        if slots:
            else_.append((old[key], new[key], slots))
    return came, went, sorted(else_, key=lambda e: e[1].evidence)


def _told(
    report: Report, came: Sequence[Claim], went: Sequence[Claim], else_: Sequence[tuple[Claim, Claim, list[str]]]
) -> dict[str, Any]:
    def one(claim: Claim) -> dict[str, Any]:
        words = " … ".join(report.text[a:b] for a, b in claim.evidence)
        return {"kind": str(claim.kind), "type": claim.type, "words": words[:300]}

    return {
        "report": report.report,
        "source": report.source,
        "came": [one(c) for c in came],
        "went": [one(c) for c in went],
        "else": [{**one(new), "slots": slots} for _, new, slots in else_],
    }


def reread(person: Person) -> Job:
    """Ask that the stored reports be read with the vocabulary as it is now."""
    return jobs.start_once("reread", person.login)


def run_reread(job: Job, progress: Progress) -> dict[str, Any]:
    """Read every stored report that was read with another vocabulary, and link again; what people decided stays."""
    from tawthiq.workspace.bringing import go_on_with

    return go_on_with(job, progress)

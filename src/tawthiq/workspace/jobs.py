"""Long work in the background: imports, answers, releases, backups, trials. A worker does one after another.

Work is kept as rows, and each kind can be done again from its beginning without doubling anything, so that what a killed worker
left is taken up by the next. A job that ended its worker three times is given up, with its reason.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from tawthiq.linking import Progress
from tawthiq.workspace.models import Job

_log = logging.getLogger("tawthiq")
TRIES = 3
# So many lines of what could not be read are kept with a job; all are counted.
PROBLEMS = 1000
_EVERY = 0.5
# Work that is given a passphrase: it goes when the work has ended, however it did.
SECRET = ("backup", "restore")
Work = Callable[[Job, Progress], dict[str, Any]]


class Stopped(Exception):  # noqa: N818
    """A person asked for the job to stop."""


class Unusable(Exception):  # noqa: N818
    """What the job was given cannot be used; the text says why, and trying again does not help."""


def kinds() -> dict[str, Work]:
    """Return what does each kind of work."""
    from tawthiq.workspace import alerts, answers, bringing, keeping, publishing, trials

    return {
        "import": bringing.bring,
        "collect": bringing.collect,
        "answers": answers.renew,
        "publish": publishing.release,
        "preview": publishing.preview,
        "backup": keeping.back_up,
        "restore": keeping.bring_back,
        "trial": trials.run_trial,
        "reread": trials.run_reread,
        "alerts": alerts.run_sending,
    }


@transaction.atomic
def start(kind: str, by: str, *, after: datetime | None = None, **given: Any) -> Job:
    """Ask for work; it begins when the worker is free, and not before an instant, if one is given."""
    job = Job.objects.create(kind=kind, by=by, given=given)
    enqueue(job, after)
    return job


def start_once(kind: str, by: str, **given: Any) -> Job:
    """Ask for work unless the same kind waits already."""
    return Job.objects.filter(kind=kind, state="waiting").first() or start(kind, by, **given)


def _forget(job: Job) -> None:
    from tawthiq.workspace import keeping

    keeping.forget(job)


def enqueue(job: Job, after: datetime | None = None) -> None:
    """Hand a job to the worker."""
    Job.objects.filter(pk=job.pk).update(state="waiting")
    (run.using(run_after=after) if after is not None and after > timezone.now() else run).enqueue(job.pk)


def stop(job: Job) -> None:
    """Ask a job to end: at once when it waits, after its present step when it runs."""
    if Job.objects.filter(pk=job.pk, state__in=("waiting", "asked")).update(state="stopped", ended=timezone.now()):
        if job.kind in SECRET:
            _forget(job)
    else:
        Job.objects.filter(pk=job.pk, state="running").update(stopping=True)


@task()
def run(key: int) -> None:
    """Do a job that waits."""
    if not Job.objects.filter(pk=key, state="waiting").update(state="running", began=timezone.now()):
        return
    job = Job.objects.get(pk=key)
    if job.tries >= TRIES:
        _end(job, "failed", error="gave_up")
        return
    Job.objects.filter(pk=key).update(tries=job.tries + 1)
    try:
        result = kinds()[job.kind](job, _progress(job))
    except Stopped:
        _end(job, "stopped")
    except Unusable as error:
        _end(job, "failed", error=str(error))
    except Exception as error:  # noqa: BLE001 - the job failed, the worker goes on
        _log.exception("job %s (%s) failed", job.pk, job.kind)
        _end(job, "failed", error=f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")
    else:
        _end(job, "done", result=result)


def _end(job: Job, state: str, **said: Any) -> None:
    if job.kind in SECRET:
        _forget(job)
    Job.objects.filter(pk=job.pk).update(state=state, ended=timezone.now(), **said)


def _progress(job: Job) -> Progress:
    """Return what notes how far a job is, twice a second at most, and stops it where somebody asked for that."""
    last = 0.0

    def step(stage: str, done: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _EVERY and done:
            return
        last = now
        Job.objects.filter(pk=job.pk).update(stage=stage[:20], done=done, total=total)
        if Job.objects.filter(pk=job.pk, stopping=True).exists():
            raise Stopped

    return step


def note_problems(job: Job, problems: list[tuple[str, str]]) -> None:
    """Keep what could not be read, as (where, why)."""
    Job.objects.filter(pk=job.pk).update(problems=[list(p) for p in problems[:PROBLEMS]], troubles=len(problems))


@transaction.atomic
def recover() -> int:
    """Take up what a worker left that is no more; only the one worker of a project may ask. Returns how many jobs."""
    from tawthiq.workspace import keeping

    keeping.clear()
    DBTaskResult.objects.running().update(status="READY")
    found = list(Job.objects.filter(state="running"))
    Job.objects.filter(state="running").update(state="waiting")
    kept = {args["args"][0] for args in DBTaskResult.objects.filter(status="READY").values_list("args_kwargs", flat=True)}
    for job in Job.objects.filter(state="waiting").exclude(pk__in=kept):
        run.enqueue(job.pk)
    return len(found)

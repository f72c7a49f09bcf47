"""The worker of a project: one process that does long work, so that pages stay quick. It ends with the server that started it."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import close_old_connections, connection
from django.utils import timezone

from tawthiq.workspace import jobs
from tawthiq.workspace.locks import number
from tawthiq.workspace.models import Job, Mark

_log = logging.getLogger("tawthiq")
_TICK = 20.0
EVERY = "collect-hours"


@contextmanager
def only_one(project: Path) -> Iterator[bool]:
    """Yield True while no other worker of the project runs, else False; a worker that is killed lets go by itself."""
    if connection.vendor == "postgresql":
        from django.db import connections

        # A connection of its own: the worker's own ones are closed between jobs.
        held = connections.create_connection("default")
        with held.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", [number("worker")])
            got = bool(cursor.fetchone()[0])
        try:
            yield got
        finally:
            held.close()
        return
    with (project / "worker.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def work(project: Path, *, once: bool = False, with_parent: bool = False, wait: bool = True) -> bool:
    """Do the work of a project until stopped, or until nothing waits (`once`); `with_parent` ends it with standard input.

    Returns False where another worker is there and one does not `wait` for its end.
    """
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        with only_one(project) as alone:
            if alone:
                left = jobs.recover()
                if left:
                    _log.info("%d jobs that were left are taken up", left)
                if not once:
                    threading.Thread(target=_tick, daemon=True).start()
                _run(once)
                return True
        if not wait:
            return False
        time.sleep(1)


def _run(once: bool) -> None:
    from django_tasks_db.management.commands.db_worker import Worker

    worker = Worker(
        queue_names=["default"], interval=0.5, batch=once, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id=f"{os.getpid()}-{time.time_ns()}", excluded_queue_names=[],
    )  # fmt: skip
    if threading.current_thread() is threading.main_thread():
        worker.configure_signals()
    worker.run()


def _end_with_parent() -> None:
    """End when the process that started this one is gone: its end of standard input closes with it."""
    while os.read(0, 1024):
        pass
    os._exit(0)


def _tick() -> None:
    """Ask for what is due by the clock."""
    while True:
        try:
            due()
        except Exception:  # noqa: BLE001 - the clock goes on
            _log.exception("what is due could not be asked for")
        finally:
            close_old_connections()
        time.sleep(_TICK)


def due() -> Job | None:
    """Ask for collection where its hours have gone by since it was last asked for; returns the job."""
    mark = Mark.objects.filter(name=EVERY).first()
    hours = int(mark.value) if mark is not None and mark.value.isdecimal() else 0
    if not hours or Job.objects.filter(kind="collect", made__gt=timezone.now() - timedelta(hours=hours)).exists():
        return None
    return jobs.start_once("collect", "")


class Keeper(threading.Thread):
    """Starts the worker as a process of its own, and again when it ends before it was told to."""

    def __init__(self, project: Path) -> None:
        super().__init__(name="worker", daemon=True)
        self._project = project
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Start the worker, wait for its end, and start again."""
        command = [sys.executable, "-m", "tawthiq.cli", "work", "--project", str(self._project), "--with-parent"]
        while not self._stopped.is_set():
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - this program itself
            self._process.wait()
            self._stopped.wait(2)

    def stop(self) -> None:
        """End the worker; what it was doing is taken up by the next."""
        self._stopped.set()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

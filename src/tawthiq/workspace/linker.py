"""Link again what people decided while the workspace runs: in the background, or at once where a page waits for it."""

from __future__ import annotations

import logging
import threading

from django.db import close_old_connections

from tawthiq.link.weights import project_weights
from tawthiq.linking import link_pending
from tawthiq.workspace import LINKING_FOLDER, answers, project

_log = logging.getLogger("tawthiq")
_PAUSE = 0.5


def link_now() -> None:
    """Put into incidents what changed, and come back when it is done."""
    from tawthiq.workspace.store import DjangoStore

    link_pending(DjangoStore(), project_weights(project() / LINKING_FOLDER))


def link_soon() -> None:
    """Put into incidents what was decided before the answer; what fails is logged and tried again: the decision stands."""
    try:
        link_now()
    except Exception:  # noqa: BLE001 - the decision is in the ledger, and its page is shown
        _log.exception("linking failed; it is tried again after the next decision")
        wake()


class Linker(threading.Thread):
    """Links in the background soon after `wake`; what goes wrong is logged, and tried again at the next wake."""

    def __init__(self) -> None:
        super().__init__(name="linker", daemon=True)
        self._woken = threading.Event()
        self._stopped = threading.Event()

    def wake(self) -> None:
        """Ask for linking."""
        self._woken.set()

    def stop(self) -> None:
        """End after what is being linked."""
        self._stopped.set()
        self._woken.set()
        self.join()

    def run(self) -> None:
        """Wait to be woken, link, and wait again."""
        while not self._stopped.is_set():
            self._woken.wait()
            # Decisions that come close after one another are linked together.
            self._stopped.wait(_PAUSE)
            self._woken.clear()
            if self._stopped.is_set():
                return
            close_old_connections()
            try:
                link_now()
                answers.ask()
            except Exception:  # noqa: BLE001 - the thread goes on
                _log.exception("linking failed; it is tried again after the next decision")
            finally:
                close_old_connections()


_linker: Linker | None = None


def start_linker() -> Linker:
    """Link in the background from now on."""
    global _linker
    _linker = Linker()
    _linker.start()
    _linker.wake()
    return _linker


def wake() -> None:
    """Ask for linking: in the background where a linker runs, else at the next `link`."""
    if _linker is not None:
        _linker.wake()

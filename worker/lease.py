"""Keeps an attempt's lease alive while its exam runs, and says when the exam has lost its point."""

from __future__ import annotations

import contextvars
import threading
from functools import partial
from types import TracebackType

import structlog

from core import submissions
from core.deps import Deps
from core.errors import LeaseLost
from core.queue import Worker
from core.submissions import Claim

log = structlog.get_logger(__name__)


class WorkerStopped(Exception):
    """Someone asked this worker to stop: the exam is given up and the submission goes back to the queue."""


class KeptLease:
    """A heartbeat in a thread of its own. A database that does not answer is asked again at the next beat."""

    def __init__(self, deps: Deps, claim: Claim, worker: Worker) -> None:
        self._deps = deps
        self._claim = claim
        self._worker = worker
        self._lost: LeaseLost | None = None
        self._ended = threading.Event()
        # its log lines carry the names that this thread's do
        beat = partial(contextvars.copy_context().run, self._beat)
        self._thread = threading.Thread(target=beat, name=f"lease-{claim.submission_id}", daemon=True)

    def check(self) -> None:
        """Raises LeaseLost or WorkerStopped where there is no point in going on."""
        if self._lost:
            raise self._lost
        if self._worker.stopping.is_set():
            raise WorkerStopped

    def __enter__(self) -> KeptLease:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(self._deps.settings.heartbeat_s):
            try:
                submissions.heartbeat(self._deps, self._claim)
            except LeaseLost as error:
                self._lost = error
                return
            except Exception as error:
                log.warning("lease.not_renewed", error=str(error))

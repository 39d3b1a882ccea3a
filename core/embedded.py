"""A worker inside the server's process, for an installation without a broker.

It owns the data directory through a lock. So whoever holds the lock knows that every lease of an earlier owner is dead,
and that no message has survived: after ``kill -9`` and a restart, grading goes on at once.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import structlog
from celery.concurrency.thread import TaskPool
from celery.worker import WorkController

from core.deps import Deps
from core.errors import OurError, texts
from core.queue import GRADE_QUEUE, App, CeleryQueue, Worker, worker_name
from core.storage import make_private_folder
from core.submissions import Reconciler, expire_leases

DATA_DIR_IN_USE = texts(
    "data_dir.in_use",
    en=(
        "The data directory {path} is in use by another process.",
        "Stop that server, or choose another ABGABE_DATA_DIR.",
    ),
    de=(
        "Das Datenverzeichnis {path} wird von einem anderen Prozess benutzt.",
        "Bitte jenen Server beenden oder ein anderes ABGABE_DATA_DIR wählen.",
    ),
)

log = structlog.get_logger(__name__)


class DataDirLock:
    """Ownership of a data directory, until ``release`` or the death of the process. ``id`` names the directory."""

    def __init__(self, data_dir: Path) -> None:
        make_private_folder(data_dir)
        self._file = (data_dir / "owner.lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise OurError(DATA_DIR_IN_USE, path=str(data_dir)) from error
        self.id = self._read_or_make_id()

    def _read_or_make_id(self) -> str:
        self._file.seek(0)
        if known := self._file.read():
            return known
        fresh = secrets.token_hex(8)
        self._file.write(fresh)
        self._file.flush()
        os.fsync(self._file)
        return fresh

    def release(self) -> None:
        self._file.close()


class _Threads(TaskPool):  # type: ignore[misc]  # celery has no types
    """Celery's pool of threads, each of which knows its app: Celery looks for *the* app of the process otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.executor = ThreadPoolExecutor(self.limit, "exam", initializer=self.app.set_current)


class EmbeddedWorker:
    """Grades with ``settings.workers`` threads until ``stop``, and looks for lost work."""

    def __init__(self, deps: Deps, app: App, lock: DataDirLock) -> None:
        self._app = app
        self._lock = lock
        self._ready = threading.Event()
        self._controller = WorkController(
            app=app,
            pool=_Threads,
            queues=[GRADE_QUEUE],
            ready_callback=lambda consumer: self._ready.set(),
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self._thread = threading.Thread(target=self._controller.start, name="embedded-worker", daemon=True)
        self._reconciler = Reconciler(deps, queue_is_empty=app.board is not None)

    def start(self) -> None:
        self._thread.start()
        while not self._ready.wait(timeout=1):
            if not self._thread.is_alive():
                raise RuntimeError("the embedded worker did not start; its log says why")
        self._reconciler.start()

    def stop(self) -> None:
        """Give running attempts back and end; an exam hears of it within about a second."""
        self._reconciler.stop()
        self._app.worker.stopping.set()
        self._controller.signal_consumer_close()
        if self._app.board:
            self._app.board.ring()
        self._controller.stop()
        self._thread.join()
        self._lock.release()


def start_embedded_worker(deps: Deps, make_grade_deps: Callable[[Worker], Any] | None = None) -> EmbeddedWorker:
    """Begin to grade in this process. ``deps`` come from ``core.queue.open_deps``.

    ``make_grade_deps`` makes the ``worker.tasks.GradeDeps``; without it they are made from the settings.
    Raises OurError where another process owns the data directory.
    """
    if not isinstance(deps.queue, CeleryQueue):
        raise TypeError(f"a worker needs a Celery queue, not {deps.queue!r}")
    with ExitStack() as on_failure:
        lock = DataDirLock(deps.settings.data_dir)
        on_failure.callback(lock.release)
        worker = _start(deps, deps.queue.app, lock, make_grade_deps)
        on_failure.pop_all()
    return worker


def _start(deps: Deps, app: App, lock: DataDirLock, make_grade_deps: Callable[[Worker], Any] | None) -> EmbeddedWorker:
    prefix = f"embedded-{lock.id}:"
    app.worker = Worker(worker_name(prefix))
    app.worker.deps = make_grade_deps(app.worker) if make_grade_deps else None
    expire_leases(deps, prefix)
    embedded = EmbeddedWorker(deps, app, lock)
    embedded.start()
    log.info("worker.started", worker=app.worker.name, workers=deps.settings.workers)
    return embedded

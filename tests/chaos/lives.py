"""Processes that are made to be killed: a server with its own worker, a server beside a broker, a worker of Celery's.

They are forked from a process that has imported everything, so that many lives fit into a short test; each is a process
of its own and dies by SIGKILL. The parent sends hand-ins and hears which were accepted.
"""

from __future__ import annotations

import io
import multiprocessing
import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from core import submissions
from core.deps import Deps
from core.embedded import start_embedded_worker
from core.errors import AbgabeError
from core.queue import App, Worker, make_app, open_deps
from core.settings import Settings
from core.submissions import Reconciler
from exam.report import Verdict
from tests.core.state_makers import FakeIntake
from tests.worker.exam_fakes import FakeExaminer, make_grade_deps
from worker.tasks import GradeDeps

VERDICTS = (Verdict.PASSED, Verdict.FAILED, Verdict.PASSED, Verdict.RAISED)


@dataclass(frozen=True)
class Town:
    """What all processes of one test share."""

    settings: Settings
    suites_dir: Path
    user_id: int
    exercise_id: int
    archive: bytes
    case_s: tuple[float, float] = (0.001, 0.01)
    """How long a case takes, at least and at most."""

    def grade_deps(self, state: Deps, worker: Worker) -> GradeDeps:
        # cases that take a while: a kill may hit any moment of an exam
        examiner = FakeExaminer(VERDICTS, during=lambda position: time.sleep(random.uniform(*self.case_s)))
        return make_grade_deps(state, self.suites_dir, examiner, worker)

    def receive(self, deps: Deps, key: str) -> str:
        return submissions.receive(
            deps,
            user_id=self.user_id,
            exercise_id=self.exercise_id,
            archive=io.BytesIO(self.archive),
            intake=FakeIntake(),  # type: ignore[arg-type]
            filename=f"{key}.zip",
            idempotency_key=key,
        ).id


def serve_embedded(town: Town, hand_ins: Connection) -> None:
    """Receives and grades in one process."""
    deps = open_deps(town.settings)
    start_embedded_worker(deps, lambda worker: town.grade_deps(deps, worker))
    _receive_all(town, deps, hand_ins)


def serve_beside_broker(town: Town, hand_ins: Connection) -> None:
    """Receives; somebody else grades."""
    deps = open_deps(town.settings)
    Reconciler(deps).start()
    _receive_all(town, deps, hand_ins)


def _receive_all(town: Town, deps: Deps, hand_ins: Connection) -> None:
    while True:
        key = hand_ins.recv()
        try:
            hand_ins.send((key, town.receive(deps, key)))
        except (SQLAlchemyError, AbgabeError):  # database away, disk full: the student sees an error page
            hand_ins.send((key, None))


def make_worker_app(town: Town) -> App:
    app = make_app(town.settings)
    app.worker.deps = town.grade_deps(open_deps(town.settings, app), app.worker)
    return app


def work(town: Town, _: Connection) -> None:
    """``celery worker -Q grade``."""
    app = make_worker_app(town)
    app.set_default()
    app.worker_main(["worker", "-Q", "grade", "--loglevel", "error", "--without-mingle", "--without-gossip"])


class Life:
    """One life of a process."""

    def __init__(self, town: Town, body: Callable[[Town, Connection], None]) -> None:
        forks: Any = multiprocessing.get_context("forkserver")
        forks.set_forkserver_preload([__name__])
        self.wire, theirs = multiprocessing.Pipe()
        self._process = forks.Process(target=body, args=(town, theirs), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def kill(self) -> None:
        """SIGKILL; twice is as good as once."""
        self._process.kill()
        self._process.join()
        self.wire.close()

    def stop(self, patience_s: float) -> int | None:
        """SIGTERM, as at an upgrade; the exit code, or None where it has not ended."""
        self._process.terminate()
        self._process.join(patience_s)
        return self._process.exitcode

    def hand_in(self, key: str, timeout_s: float) -> str | None:
        """The submission's id if it was accepted in time."""
        deadline = time.monotonic() + timeout_s
        try:
            self.wire.send(key)
            while self.wire.poll(max(0.0, deadline - time.monotonic())):
                answered, submission_id = self.wire.recv()
                if answered == key:  # not a late answer to an earlier hand-in
                    return None if submission_id is None else str(submission_id)
        except (EOFError, OSError):
            pass  # it has been killed
        return None


def live(stack: ExitStack, town: Town, body: Callable[[Town, Connection], None]) -> Life:
    """A life that ends with ``stack`` at the latest."""
    life = Life(town, body)
    stack.callback(life.kill)
    return life

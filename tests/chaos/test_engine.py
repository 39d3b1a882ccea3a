"""An engine that is killed, restarted or hangs under running exams costs nobody anything: no try, no verdict, and
nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.models import Attempt, AttemptState, CaseRow, Submission
from core.queue import open_deps
from exam.report import Verdict
from tests.chaos.engine import Engine, running_engine
from tests.chaos.test_boxes import DATA, RIGHT
from tests.core.state_makers import State, make_exercise, make_state, receive
from tests.real_parts import RedisServer, wait_until
from tests.worker.conftest import make_sandbox
from tests.worker.exam_fakes import pack_files

HAND_INS = 4
NETWORKS = {"none", "host"}
END_S = 240.0
SLOW = {
    **RIGHT,
    "Layers/Double.py": b"""
import time
class Double:
    def forward(self, x):
        time.sleep(1)
        return 2 * x
""",
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    make_sandbox("docker")
    with running_engine() as made:
        yield made


@dataclass
class Course:
    """A worker process on ``engine``, and what students hand in to it. No attempt may fail: one is all there is."""

    engine: Engine
    state: State

    @property
    def attempts(self) -> list[Attempt]:
        with self.state.database.read() as session:
            return list(session.scalars(select(Attempt)))

    def all_have_ended(self) -> bool:
        with self.state.database.read() as session:
            return all(state.is_final for state in session.scalars(select(Submission.state)))

    def an_exam_runs(self) -> bool:
        return any(attempt.state is AttemptState.RUNNING and attempt.plan for attempt in self.attempts)

    def an_attempt_failed(self) -> bool:
        return any(attempt.state is AttemptState.FAILED for attempt in self.attempts)

    def check_each_graded_once(self) -> None:
        finished = {one.id: one.submission_id for one in self.attempts if one.state is AttemptState.FINISHED}
        with self.state.database.read() as session:
            submissions = list(session.scalars(select(Submission)))
            results = [row.result for row in session.scalars(select(CaseRow)) if row.attempt_id in finished]
        assert [result for result in results if result["verdict"] != Verdict.PASSED] == []
        assert sorted(finished.values()) == sorted(one.id for one in submissions)
        assert {(one.tries, one.points) for one in submissions} == {(0, 10.0)}
        ended = {attempt.state for attempt in self.attempts} - {AttemptState.FINISHED}
        assert ended <= {AttemptState.FAILED}
        assert {attempt.error["code"] for attempt in self.attempts if attempt.error} <= {"sandbox.missing"}

    def nothing_dead_lies_about(self) -> bool:
        return all(box["State"] == "running" for box in self.engine.boxes())


@contextmanager
def course(engine: Engine, postgres_url: str, redis: RedisServer, folder: Path) -> Iterator[Course]:
    given: dict[str, Any] = {
        "broker_url": redis.url,
        "suites_dir": DATA,
        "sandbox": "docker",
        "max_attempts": 1,
        "retry_backoff_s": 0.2,
        "reconcile_s": 0.2,
        "heartbeat_s": 1,
        "workers": 2,
    }
    state = make_state(postgres_url, folder / "data", **given)
    given |= {"database_url": postgres_url, "data_dir": folder / "data"}
    chosen = {f"ABGABE_{name.upper()}": str(value) for name, value in given.items()}
    places = {"PYTHONPATH": os.pathsep.join(sys.path), "DOCKER_HOST": engine.address}
    command = [sys.executable, "-m", "celery", "-A", "core.queue", "worker", "-Q", "grade"]
    with (folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(command, env={**os.environ, **chosen, **places}, cwd=folder, stdout=log, stderr=log)
        try:
            yield Course(engine, state)
            worker.send_signal(signal.SIGTERM)
            worker.wait(60)
        finally:
            worker.kill()
            worker.wait()
            print((folder / "worker.log").read_text())  # for a test that failed
    assert engine.boxes() == []
    assert engine.keepers() == []
    with engine.client() as client:
        assert {network["Name"] for network in client.networks()} == NETWORKS


def both_are_killed(engine: Engine, course: Course) -> None:
    engine.kill()
    wait_until("notice of it", course.an_attempt_failed)
    engine.start()


def both_are_killed_and_are_back_at_once(engine: Engine, course: Course) -> None:
    engine.kill()
    engine.start()


def containerd_is_killed(engine: Engine, course: Course) -> None:
    engine.kill("containerd")
    wait_until("notice of it", course.an_attempt_failed, END_S)
    engine.start_containerd()


def it_is_restarted(engine: Engine, course: Course) -> None:
    engine.stop()
    engine.start()


def it_hangs(engine: Engine, course: Course) -> None:
    """Running exams do not need it; the next one does."""
    engine.freeze()
    wait_until("notice of it", course.an_attempt_failed, END_S)
    engine.thaw()


MISFORTUNES = [
    both_are_killed,
    both_are_killed_and_are_back_at_once,
    it_is_restarted,
    containerd_is_killed,
    it_hangs,
]


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("misfortune", MISFORTUNES)
def test_an_engine_that_goes_away_costs_no_try(
    misfortune: Callable[[Engine, Course], None],
    engine: Engine,
    postgres_url: str,
    redis_server: RedisServer,
    tmp_path: Path,
) -> None:
    with course(engine, postgres_url, redis_server, tmp_path) as running:
        deps = open_deps(running.state.deps.settings)
        exercise = make_exercise(running.state.database, slug="mini")
        for _ in range(HAND_INS):
            receive(deps, running.state.user, exercise, pack_files(SLOW))
        wait_until("an exam", running.an_exam_runs, END_S)
        misfortune(engine, running)
        wait_until("the end of all exams", running.all_have_ended, END_S)
        running.check_each_graded_once()
        wait_until("the removal of what is dead", running.nothing_dead_lies_about)

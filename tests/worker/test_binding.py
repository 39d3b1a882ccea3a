"""Worker processes as an administrator starts them: with Celery's own command and settings from the environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from core.models import Attempt, AttemptState, SubmissionState
from core.queue import open_deps
from tests.core.state_makers import State, make_state, receive
from tests.real_parts import RedisServer, wait_until
from tests.worker.exam_fakes import make_archive, make_tiny_suite

PROJECT = Path(__file__).parent.parent.parent


def celery(*args: str) -> list[str]:
    return [sys.executable, "-m", "celery", *args]


def environment(**settings: object) -> dict[str, str]:
    chosen = {f"ABGABE_{name.upper()}": str(value) for name, value in settings.items()}
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path]), **chosen}


def test_celerys_command_finds_the_app_and_its_settings(tmp_path: Path) -> None:
    chosen = environment(data_dir=tmp_path, broker_url="redis://nowhere.example:7777/3", workers=5)
    command = celery("-A", "core.queue", "report")
    done = subprocess.run(command, env=chosen, cwd=tmp_path, capture_output=True, text=True, check=True)
    for expected in (
        "nowhere.example:7777/3",
        "worker_concurrency: 5",
        "worker.binding",
        "task_acks_late: True",
    ):
        assert expected in done.stdout


@contextmanager
def worker_process(state: State, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Grades with a fake examiner until it is told to end; says what it does in ``log``."""
    settings = state.deps.settings
    given = ("data_dir", "database_url", "broker_url", "suites_dir", "workers")
    chosen = environment(**{name: getattr(settings, name) for name in given})
    command = celery("-A", "tests.worker.celery_app", "worker", "-Q", "grade")
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=chosen, cwd=log.parent, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_a_worker_process_grades_what_waits_and_ends_when_told(
    postgres_url: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    suites_dir = tmp_path / "suites"
    state = make_state(postgres_url, tmp_path / "data", broker_url=redis_server.url, suites_dir=suites_dir)
    make_tiny_suite(suites_dir)
    submission = receive(open_deps(state.deps.settings), state.user, state.exercise, make_archive())
    log = tmp_path / "log"
    with worker_process(state, log):
        wait_until("the end of the exam", lambda: state.load(submission).state is SubmissionState.DONE)
    assert "(thread)" in log.read_text()  # not one process per exam


def test_a_worker_process_that_loses_redis_during_an_exam_ends_it_and_takes_up_the_next(
    postgres_url: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    suites_dir, hold, log = tmp_path / "suites", tmp_path / "data" / "hold", tmp_path / "log"
    state = make_state(postgres_url, tmp_path / "data", broker_url=redis_server.url, suites_dir=suites_dir, workers=2)
    make_tiny_suite(suites_dir)
    deps = open_deps(state.deps.settings)

    def attempts() -> list[AttemptState]:
        with state.database.read() as session:
            return list(session.scalars(select(Attempt.state)))

    receive(deps, state.user, state.exercise, make_archive())
    hold.touch()
    with worker_process(state, log):
        wait_until("an exam", lambda: attempts() == [AttemptState.RUNNING])
        redis_server.kill()
        wait_until("notice of it", lambda: "Cannot connect to redis" in log.read_text())
        redis_server.start()
        receive(deps, state.user, state.exercise, make_archive("x = 2\n"))
        wait_until("the next exam", lambda: attempts() == [AttemptState.RUNNING] * 2)
        hold.unlink()
        wait_until("the end of both", lambda: attempts() == [AttemptState.FINISHED] * 2)


def test_a_worker_process_does_not_start_on_an_outdated_database(redis_server: RedisServer, tmp_path: Path) -> None:
    chosen = environment(data_dir=tmp_path, broker_url=redis_server.url)
    command = celery("-A", "core.queue", "worker", "-Q", "grade")
    done = subprocess.run(command, env=chosen, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "abgabe migrate" in done.stderr

"""Worker processes as an administrator starts them: with Celery's own command and settings from the environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from core.models import SubmissionState
from core.queue import open_deps
from tests.core.state_makers import make_state, receive
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


def test_a_worker_process_grades_what_waits_and_ends_when_told(
    postgres_url: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    suites_dir = tmp_path / "suites"
    state = make_state(postgres_url, tmp_path / "data", broker_url=redis_server.url)
    make_tiny_suite(suites_dir)
    submission = receive(open_deps(state.deps.settings), state.user, state.exercise, make_archive())
    chosen = environment(
        data_dir=tmp_path / "data", database_url=postgres_url, broker_url=redis_server.url, suites_dir=suites_dir
    )
    command = celery("-A", "tests.worker.celery_app", "worker", "-Q", "grade")
    process = subprocess.Popen(command, env=chosen, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_until("the end of the exam", lambda: state.load(submission).state is SubmissionState.DONE)
    finally:
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 0
    assert "(thread)" in output  # not one process per exam


def test_a_worker_process_does_not_start_on_an_outdated_database(redis_server: RedisServer, tmp_path: Path) -> None:
    chosen = environment(data_dir=tmp_path, broker_url=redis_server.url)
    command = celery("-A", "core.queue", "worker", "-Q", "grade")
    done = subprocess.run(command, env=chosen, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "abgabe migrate" in done.stderr

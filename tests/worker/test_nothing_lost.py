"""kill -9 at any moment, and after a restart every accepted submission is graded exactly once."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.database import Database
from core.models import Attempt, AttemptState, CaseRow, Submission, SubmissionState
from tests.core.state_makers import make_state
from tests.real_parts import PostgresServer, RedisServer, wait_until
from tests.worker import chaos
from tests.worker.chaos import VERDICTS, Life, Town
from tests.worker.exam_fakes import make_archive, make_tiny_suite

PROJECT = Path(__file__).parent.parent.parent
KILLS = 15
SEED = 20261124
START_S = 30.0
"""A busy machine may need so long to start a process."""
Body = Callable[[Town, Connection], None]


@pytest.fixture(autouse=True)
def _forks_find_our_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PROJECT), prepend=os.pathsep)


def make_town(database_url: str, data_dir: Path, **settings: Any) -> tuple[Town, Database]:
    given = {
        "workers": 2,
        "heartbeat_s": 0.1,
        # a submission may be hit by many of the kills; that poison gets stuck after three is tested elsewhere
        "max_attempts": 1000,
        **settings,
    }
    state = make_state(database_url, data_dir, **given)
    make_tiny_suite(data_dir / "suites")
    town = Town(state.deps.settings, data_dir / "suites", state.user.id, state.exercise.id, make_archive())
    return town, state.database


class Crowd:
    """Students who hand in until they are told that it was accepted, whatever happens to the server."""

    def __init__(self, dice: random.Random) -> None:
        self.accepted: dict[str, str] = {}
        self._dice = dice
        self._key = "hand-in 0"

    def hand_in(self, server: Life, seconds: float) -> None:
        """As much as fits into ``seconds``; what is unanswered then will be sent again."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._hand_in_once(server, left):
                time.sleep(min(left, self._dice.uniform(0, 0.03)))

    def hand_in_from_first_answer(self, server: Life, seconds: float) -> None:
        """The same, but however long the server takes to start."""
        wait_until("the first answer", lambda: self._hand_in_once(server, START_S), START_S)
        self.hand_in(server, seconds)

    def _hand_in_once(self, server: Life, timeout_s: float) -> bool:
        submission_id = server.hand_in(self._key, timeout_s)
        if submission_id is None:
            return False
        assert self.accepted.setdefault(self._key, submission_id) == submission_id
        self._key = f"hand-in {len(self.accepted)}"
        return True


@pytest.fixture
def lives() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def live(stack: ExitStack, town: Town, body: Body) -> Life:
    life = Life(town, body)
    stack.callback(life.kill)
    return life


def wait_for_all_done(database: Database) -> None:
    def all_done() -> bool:
        with database.read() as session:
            waiting = select(func.count()).where(Submission.state != SubmissionState.DONE)
            return session.scalar(waiting) == 0

    wait_until("the end of all exams", all_done, 60)


def check_each_graded_once(database: Database, accepted: dict[str, str]) -> None:
    with database.read() as session:
        submissions = {one.id: one for one in session.scalars(select(Submission))}
        finished = session.scalars(select(Attempt).where(Attempt.state == AttemptState.FINISHED)).all()
        cases = Counter(session.scalars(select(CaseRow.attempt_id)))
        open_attempts = session.scalar(select(func.count()).where(Attempt.state == AttemptState.RUNNING))
    assert set(accepted.values()) <= set(submissions)  # none lost
    assert len(set(accepted.values())) == len(accepted)
    assert len(submissions) <= len(accepted) + 1  # none twice; the last one may not have been answered
    assert {one.state for one in submissions.values()} == {SubmissionState.DONE}
    assert sorted(attempt.submission_id for attempt in finished) == sorted(submissions)  # one final result each
    assert {cases[attempt.id] for attempt in finished} == {len(VERDICTS)}  # complete
    assert all(submissions[attempt.submission_id].fence == attempt.number for attempt in finished)
    assert all(one.points == 0.0 and one.finished_at for one in submissions.values())
    assert open_attempts == 0


def check_some_kill_hit_an_exam(database: Database) -> None:
    with database.read() as session:
        assert session.scalars(select(Attempt).where(Attempt.state == AttemptState.ABANDONED)).first()


def test_the_embedded_server_is_killed(database_url: str, tmp_path: Path, lives: ExitStack) -> None:
    # if the leases of the dead held up their successors, this would not end in time
    town, database = make_town(database_url, tmp_path, lease_s=600, requeue_s=600, reconcile_s=0.5)
    dice = random.Random(SEED)
    crowd = Crowd(dice)
    for number in range(KILLS):
        server = live(lives, town, chaos.serve_embedded)
        if number % 5 == 4:
            crowd.hand_in(server, dice.uniform(0, 0.3))  # perhaps before it has even started
        else:
            crowd.hand_in_from_first_answer(server, dice.uniform(0, 0.4))
        server.kill()
    live(lives, town, chaos.serve_embedded)
    wait_for_all_done(database)
    check_each_graded_once(database, crowd.accepted)
    check_some_kill_hit_an_exam(database)


def test_servers_workers_the_broker_and_the_database_are_killed(
    postgres: PostgresServer, postgres_url: str, redis_server: RedisServer, tmp_path: Path, lives: ExitStack
) -> None:
    town, database = make_town(
        postgres_url, tmp_path, broker_url=redis_server.url, lease_s=0.5, requeue_s=0.5, reconcile_s=0.1
    )
    dice = random.Random(SEED)
    crowd = Crowd(dice)
    workers = [live(lives, town, chaos.work) for _ in range(2)]
    server = live(lives, town, chaos.serve_beside_broker)
    for number in range(KILLS):
        crowd.hand_in_from_first_answer(server, dice.uniform(0.1, 0.6))
        if number % 3 == 0:
            server.kill()
            server = live(lives, town, chaos.serve_beside_broker)
        elif number % 3 == 1:
            workers.pop(0).kill()
            workers.append(live(lives, town, chaos.work))
        elif number % 2 == 0:
            redis_server.kill()  # with every message it had
            crowd.hand_in(server, 0.3)
            redis_server.start()
        else:
            postgres.kill()
            crowd.hand_in(server, 0.3)
            postgres.start()
    wait_for_all_done(database)
    check_each_graded_once(database, crowd.accepted)

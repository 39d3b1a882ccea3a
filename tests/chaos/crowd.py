"""A town in which students hand in whatever happens, and what must be true of it in the end."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from core.database import Database
from core.models import Attempt, AttemptState, CaseRow, Submission, SubmissionState
from tests.chaos.lives import VERDICTS, Life, Town
from tests.core.state_makers import make_state
from tests.real_parts import wait_until
from tests.worker.exam_fakes import make_archive, make_tiny_suite

START_S = 30.0
"""A busy machine may need so long to start a process."""
END_S = 60.0


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


def wait_for_all_done(database: Database) -> None:
    def all_done() -> bool:
        with database.read() as session:
            waiting = select(func.count()).where(Submission.state != SubmissionState.DONE)
            return session.scalar(waiting) == 0

    wait_until("the end of all exams", all_done, END_S)


def check_each_graded_once(database: Database, accepted: dict[str, str]) -> None:
    with database.read() as session:
        submissions = {one.id: one for one in session.scalars(select(Submission))}
        attempts = session.scalars(select(Attempt).order_by(Attempt.number)).all()
        cases = Counter(session.scalars(select(CaseRow.attempt_id)))
    finished = [attempt for attempt in attempts if attempt.state == AttemptState.FINISHED]
    assert set(accepted.values()) <= set(submissions)  # none lost
    assert len(set(accepted.values())) == len(accepted)
    assert len(submissions) <= len(accepted) + 1  # none twice; the last one may not have been answered
    assert {one.state for one in submissions.values()} == {SubmissionState.DONE}
    assert sorted(attempt.submission_id for attempt in finished) == sorted(submissions)  # one final result each
    assert {cases[attempt.id] for attempt in finished} == {len(VERDICTS)}  # complete
    assert all(submissions[attempt.submission_id].fence == attempt.number for attempt in finished)
    assert all(one.points == 0.0 and one.finished_at for one in submissions.values())
    assert all(attempt.finished_at for attempt in attempts)  # none is left running
    numbers: dict[str, list[int]] = {}
    for attempt in attempts:
        numbers.setdefault(attempt.submission_id, []).append(attempt.number)
    assert all(given == list(range(1, submissions[key].fence + 1)) for key, given in numbers.items())


def check_some_kill_hit_an_exam(database: Database) -> None:
    with database.read() as session:
        assert session.scalars(select(Attempt).where(Attempt.state == AttemptState.ABANDONED)).first()

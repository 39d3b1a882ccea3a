"""How often and how much one may hand in, and what does not count."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core import submissions
from core.errors import AbgabeError, Conflict, KeyReused, SandboxFailed, TooOften
from core.models import Exercise, Role, Submission, SubmissionState
from core.submissions import Allowance, Claim
from tests.core.state_makers import (
    START,
    State,
    make_exercise,
    make_result,
    make_state,
    make_user,
    receive,
    right_after,
    together,
)

BROKEN = SandboxFailed("exam.failed", reason="the engine is gone")
DAY_S = 24 * 3600.0


def limit(state: State, **changes: Any) -> None:
    with state.database.write() as session:
        exercise = session.get_one(Exercise, state.exercise.id)
        for name, value in changes.items():
            setattr(exercise, name, value)


def allowance(state: State) -> Allowance:
    with state.database.read() as session:
        exercise = session.get_one(Exercise, state.exercise.id)
        return submissions.allowance(session, state.deps.settings, state.user.id, exercise, state.clock())


def blobs(state: State) -> int:
    return len([path for path in state.deps.settings.blobs_dir.rglob("*") if path.is_file()])


class TestPerDay:
    def test_after_the_last_of_a_day_the_next_is_possible_from_midnight(self, state: State) -> None:
        limit(state, per_day=2)  # START is 13:00 in Berlin
        assert allowance(state).left == 2
        state.receive(b"one"), state.receive(b"two")
        with pytest.raises(TooOften) as refused:
            state.receive(b"three")
        assert "2026-11-25 00:00 CET" in refused.value.hint("de")
        assert refused.value.retry_after_s == 11 * 3600
        assert (allowance(state).left, allowance(state).next_at) == (0, START + dt.timedelta(hours=11))
        assert blobs(state) == 2
        state.clock.forward(11 * 3600)
        state.receive(b"three")
        assert allowance(state).left == 1

    def test_two_at_once_do_not_both_take_the_last_place(self, state: State) -> None:
        limit(state, per_day=3)
        received = together(*[lambda n=n: state.receive(str(n).encode()) for n in range(8)])
        assert sum(isinstance(one, Submission) for one in received) == 3
        assert sum(isinstance(one, TooOften) for one in received) == 5

    def test_it_holds_for_this_student_and_exercise_alone(self, state: State) -> None:
        limit(state, per_day=1)
        state.receive()
        receive(state.deps, make_user(state.database), state.exercise)
        receive(state.deps, state.user, make_exercise(state.database))

    def test_staff_are_not_limited(self, state: State) -> None:
        limit(state, per_day=1, cool_down_minutes=10)
        tutor = make_user(state.database, Role.TUTOR)
        assert [receive(state.deps, tutor, state.exercise).number for _ in range(3)] == [1, 2, 3]

    def test_the_same_request_again_is_answered_and_not_counted(self, state: State) -> None:
        limit(state, per_day=1)
        first = state.receive(idempotency_key="k")
        assert state.receive(idempotency_key="k").id == first.id
        with pytest.raises(KeyReused):
            state.receive(b"other", idempotency_key="k")

    def test_also_when_it_is_sent_twice_at_once(self, state: State) -> None:
        limit(state, per_day=1)
        accepted = together(*[lambda: state.receive(idempotency_key="k")] * 4)
        assert len({one.id for one in accepted}) == 1


class TestWhatDoesNotCount:
    def test_our_failures(self, state: State) -> None:
        limit(state, per_day=1, cool_down_minutes=60)
        submission = state.receive()
        for _ in range(state.deps.settings.max_attempts):
            submissions.fail(state.deps, state.claim(submission), BROKEN)
            state.clock.forward(60)
        assert state.load(submission).state is SubmissionState.STUCK
        assert allowance(state) == Allowance(1, 0, 60, None)
        state.receive(b"again")

    def test_what_is_cancelled_while_it_waits(self, state: State) -> None:
        limit(state, per_day=1, cool_down_minutes=60)
        submissions.cancel(state.deps, state.receive().id, state.user.id)
        state.receive(b"again")

    def test_what_is_replaced_while_it_waits(self, state: State) -> None:
        limit(state, per_day=1, cool_down_minutes=60, supersedes=True)
        first = state.receive(b"one")
        second = state.receive(b"two")
        assert state.load(first).state is SubmissionState.SUPERSEDED
        state.claim(second)
        with pytest.raises(TooOften):
            state.receive(b"three")


def test_a_pause_after_each_hand_in(state: State) -> None:
    limit(state, cool_down_minutes=10)
    state.receive()
    state.clock.forward(9 * 60)
    with pytest.raises(TooOften) as refused:
        state.receive(b"two")
    assert refused.value.retry_after_s == 60
    assert "13:10" in str(refused.value)
    state.clock.forward(60)
    state.receive(b"two")


def test_the_time_that_is_shown_is_late_enough(state: State) -> None:
    limit(state, cool_down_minutes=10)
    state.clock.forward(45)
    state.receive()
    shown_at = START + dt.timedelta(minutes=11)
    assert allowance(state).next_at == shown_at - dt.timedelta(seconds=15)
    assert allowance(state).shown_next_at == shown_at
    with pytest.raises(TooOften, match="13:11"):
        state.receive(b"two")


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"max_waiting": 2}, TooOften),
        ({"max_hand_ins": 2}, Conflict),
        ({"max_stored_mib": 1}, Conflict),
    ],
)
def test_nobody_fills_the_queue_or_the_disk(
    sqlite_url: str, tmp_path: Path, settings: dict[str, int], error: type[AbgabeError]
) -> None:
    state = make_state(sqlite_url, tmp_path / "data", **settings)
    content = b"x" * 500_000
    state.receive(content)
    state.receive(content + b"y")
    before = blobs(state)
    with pytest.raises(error):
        state.receive(content + b"zz")
    assert blobs(state) == before
    receive(state.deps, make_user(state.database), state.exercise)
    state.database.close()


class TestReplacing:
    def test_the_newer_one_takes_the_place_in_the_queue(self, state: State) -> None:
        limit(state, supersedes=True)
        first = state.receive()
        receive(state.deps, make_user(state.database), state.exercise)
        second = state.receive(b"better")
        old = state.load(first)
        assert (old.state, old.superseded_by, old.finished_at) == (SubmissionState.SUPERSEDED, 2, START)
        claim = submissions.claim(state.deps, "w")
        assert claim is not None
        assert claim.submission_id in {second.id}

    def test_what_is_being_graded_is_left_alone(self, state: State) -> None:
        limit(state, supersedes=True)
        first = state.receive()
        state.claim(first)
        state.receive(b"better")
        assert state.load(first).state is SubmissionState.RUNNING

    def test_what_has_shown_a_verdict_counts_although_it_waits_again(self, state: State) -> None:
        limit(state, per_day=2, supersedes=True)
        first = state.receive()
        claim = state.claim(first)
        submissions.record(state.deps, claim, 0, make_result())
        submissions.release(state.deps, claim)
        assert allowance(state).left == 1
        state.receive(b"better")
        replaced = state.load(first)
        assert (replaced.state, replaced.costs) == (SubmissionState.SUPERSEDED, True)

    def test_what_a_worker_takes_at_the_same_time_is_either_replaced_or_counts(
        self, postgres_url: str, tmp_path: Path
    ) -> None:
        state = make_state(postgres_url, tmp_path / "data")
        limit(state, per_day=1, supersedes=True)
        state.receive()
        claims: list[Claim | None] = []
        counted = "max(submission.number)"  # asked after the limits, before anything is replaced
        with right_after(state.database, counted, lambda: claims.append(submissions.claim(state.deps, "w"))):
            state.receive(b"better")
        with state.database.read() as session:
            costing = session.scalars(select(Submission).where(Submission.costs)).all()
        assert [one.number for one in costing] == [2]
        assert claims == [None]
        state.database.close()

    def test_only_where_the_exercise_is_set_so(self, state: State) -> None:
        first = state.receive()
        state.receive(b"better")
        assert state.load(first).state is SubmissionState.QUEUED

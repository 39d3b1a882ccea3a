"""Accepting a submission: what is stored, numbered, refused, and told to the workers."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from sqlalchemy import select

from core.errors import KeyReused, NotAllowed, NotFound
from core.intake import Notice
from core.models import Exercise, Role, Submission, SubmissionState
from core.submissions import reconcile
from tests.core.state_makers import START, FakeIntake, State, make_exercise, make_user, receive, together


def change_exercise(state: State, **changes: dt.datetime) -> None:
    with state.database.write() as session:
        exercise = session.get_one(Exercise, state.exercise.id)
        for name, value in changes.items():
            setattr(exercise, name, value)


class TestAccepting:
    def test_it_is_stored_committed_and_enqueued(self, state: State) -> None:
        submission = state.load(state.receive(b"content"))
        with state.deps.blobs.open(submission.blob_sha256) as blob:
            assert blob.read() == b"content"
        assert (submission.state, submission.number, submission.size_bytes) == (SubmissionState.QUEUED, 1, 7)
        assert state.queue.ids == [submission.id]

    def test_the_archive_is_stored_from_its_beginning(self, state: State) -> None:
        archive = io.BytesIO(b"content")
        archive.read()  # as the intake has
        assert state.receive(archive=archive).size_bytes == 7

    def test_what_the_intake_found_is_kept(self, state: State) -> None:
        intake = FakeIntake(
            missing=("Layers/ReLU.py",), notices=(Notice("intake.missing", {"names": "Layers/ReLU.py"}),)
        )
        submission = state.load(state.receive(intake=intake))
        assert submission.missing == ["Layers/ReLU.py"]
        assert submission.notices == [{"code": "intake.missing", "params": {"names": "Layers/ReLU.py"}}]

    def test_it_is_accepted_although_the_broker_is_down_and_enqueued_later(self, state: State) -> None:
        state.queue.down = True
        submission = state.receive()
        state.queue.down = False
        assert state.load(submission).state is SubmissionState.QUEUED
        assert reconcile(state.deps) == [submission.id] == state.queue.ids

    def test_ids_sort_by_the_time_of_arrival(self, state: State) -> None:
        ids = [state.receive().id for _ in range(5)]
        assert ids == sorted(ids)

    def test_each_submission_has_its_own_seed_of_31_bits(self, state: State) -> None:
        first, second = state.receive(), state.receive()
        assert first.seed != second.seed
        assert 0 <= first.seed < 2**31

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("C:\\Users\\me\\submission.zip", "submission.zip"),
            ("../../etc/pass\0wd\n", "passwd"),
            ("x" * 500, "x" * 200),
            ("", "upload"),
        ],
    )
    def test_file_names_are_kept_only_as_far_as_they_can_be_shown(self, state: State, given: str, kept: str) -> None:
        assert state.load(state.receive(filename=given)).filename == kept


class TestNumbers:
    def test_they_count_per_user_and_exercise(self, state: State) -> None:
        other_exercise, other_user = make_exercise(state.database), make_user(state.database)
        numbers = [
            state.receive().number,
            state.receive().number,
            receive(state.deps, state.user, other_exercise).number,
            receive(state.deps, other_user, state.exercise).number,
            state.receive().number,
        ]
        assert numbers == [1, 2, 1, 1, 3]

    def test_hand_ins_at_the_same_time_get_different_numbers_without_gaps(self, state: State) -> None:
        received = together(*[state.receive] * 8)
        assert sorted(submission.number for submission in received) == list(range(1, 9))


class TestIdempotency:
    def test_the_same_key_and_content_is_the_same_submission(self, state: State) -> None:
        first, second = (state.receive(b"same", idempotency_key="k") for _ in range(2))
        assert first.id == second.id
        with state.database.read() as session:
            assert len(session.scalars(select(Submission)).all()) == 1

    def test_also_when_both_arrive_at_once(self, state: State) -> None:
        received = together(*[lambda: state.receive(b"same", idempotency_key="k")] * 6)
        assert len({submission.id for submission in received}) == 1

    def test_the_same_key_with_other_content_is_refused(self, state: State) -> None:
        first = state.receive(b"one", idempotency_key="k")
        with pytest.raises(KeyReused, match=first.id) as caught:
            state.receive(b"two", idempotency_key="k")
        assert caught.value.http_status == 422
        assert "schlüssel" in caught.value.text("de")

    def test_the_same_key_for_another_exercise_is_refused(self, state: State) -> None:
        state.receive(idempotency_key="k")
        with pytest.raises(KeyReused):
            receive(state.deps, state.user, make_exercise(state.database), idempotency_key="k")

    def test_another_user_may_use_the_same_key(self, state: State) -> None:
        first = state.receive(idempotency_key="k")
        second = receive(state.deps, make_user(state.database), state.exercise, idempotency_key="k")
        assert first.id != second.id

    def test_a_repeated_request_for_a_graded_submission_enqueues_nothing(self, state: State) -> None:
        submission = state.receive(idempotency_key="k")
        state.claim(submission)
        state.receive(idempotency_key="k")
        assert state.queue.ids == [submission.id]


class TestRefusing:
    def test_unknown_exercises_and_users(self, state: State) -> None:
        with pytest.raises(NotFound):
            state.receive(exercise_id=999)
        with pytest.raises(NotFound):
            state.receive(user_id=999)

    def test_before_it_opens(self, state: State) -> None:
        change_exercise(state, opens_at=START + dt.timedelta(seconds=1))
        with pytest.raises(NotAllowed, match="opens at 2026-11-24 13:00 CET"):
            state.receive()
        state.clock.forward(1)
        state.receive()

    def test_from_the_moment_it_closes(self, state: State) -> None:
        change_exercise(state, closes_at=START + dt.timedelta(seconds=1))
        state.receive()
        state.clock.forward(1)
        with pytest.raises(NotAllowed, match="closed at 2026-11-24 13:00 CET"):
            state.receive(b"too late")
        assert len(state.queue.ids) == 1

    def test_staff_may_hand_in_at_any_time(self, state: State) -> None:
        change_exercise(state, closes_at=START - dt.timedelta(days=1))
        assert receive(state.deps, make_user(state.database, Role.TUTOR), state.exercise).number == 1

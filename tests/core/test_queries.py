"""What pages show: one submission, a student's own, everybody's in pages, and the courses."""

from __future__ import annotations

import datetime as dt

import pytest

from core import queries, submissions
from core.models import Exercise, SubmissionState
from core.queries import HandInFilter
from tests.core.state_makers import State, make_exercise, make_report, make_score, make_user, receive


def ids(page: queries.HandInPage) -> list[str]:
    return [hand_in.submission.id for hand_in in page.hand_ins]


def test_an_unknown_submission_has_no_page(state: State) -> None:
    assert queries.submission_page(state.database, "unknown") is None


def test_the_page_of_a_waiting_submission(state: State) -> None:
    first, second = state.receive(), state.receive()
    page = queries.submission_page(state.database, second.id)
    assert page is not None
    assert (page.user.id, page.exercise.id) == (state.user.id, state.exercise.id)
    assert (page.attempt, page.cases, page.queue_position) == (None, (), 2)
    state.claim(first)
    page = queries.submission_page(state.database, second.id)
    assert page is not None
    assert page.queue_position == 1


def test_the_page_has_every_attempt_the_latest_first(state: State) -> None:
    submission = state.receive()
    submissions.release(state.deps, state.claim(submission, "a"))
    submissions.finish(state.deps, state.claim(submission, "b"), make_report(), make_score())
    page = queries.submission_page(state.database, submission.id)
    assert page is not None
    assert [(attempt.number, attempt.worker) for attempt in page.attempts] == [(2, "b"), (1, "a")]
    assert page.queue_position is None


def test_a_students_submissions_newest_first(state: State) -> None:
    mine = [state.receive().id for _ in range(3)]
    receive(state.deps, make_user(state.database), state.exercise)
    receive(state.deps, state.user, make_exercise(state.database))
    found = queries.submissions_of(state.database, state.user.id, state.exercise.id)
    assert [submission.id for submission in found] == mine[::-1]


def test_hand_ins_come_in_pages_without_gaps_or_repeats(state: State) -> None:
    everything = [state.receive().id for _ in range(5)][::-1]
    seen: list[str] = []
    before: str | None = None
    for _ in range(3):
        page = queries.hand_ins(state.database, before=before, limit=2)
        seen += ids(page)
        before = page.next_before
        state.receive()  # what arrives while one turns the pages does not shift them
    assert seen == everything
    assert before is None


@pytest.mark.parametrize("limit", [1, 2])
def test_a_full_last_page_is_the_last(state: State, limit: int) -> None:
    for _ in range(limit):
        state.receive()
    assert queries.hand_ins(state.database, limit=limit).next_before is None


def test_hand_ins_can_be_filtered(state: State) -> None:
    other_user, other_exercise = make_user(state.database), make_exercise(state.database)
    done = state.receive()
    submissions.finish(state.deps, state.claim(done), make_report(), make_score())
    theirs = receive(state.deps, other_user, state.exercise)
    other = receive(state.deps, state.user, other_exercise)

    def found(**which: object) -> list[str]:
        return ids(queries.hand_ins(state.database, HandInFilter(**which)))  # type: ignore[arg-type]

    assert found(user_id=other_user.id) == [theirs.id]
    assert found(exercise_id=other_exercise.id) == [other.id]
    assert found(state=SubmissionState.DONE) == [done.id]
    assert found(exercise_id=state.exercise.id, state=SubmissionState.QUEUED) == [theirs.id]


def test_courses_list_their_exercises_in_order(state: State) -> None:
    second = make_exercise(state.database, slug="ex2", position=2)
    make_exercise(state.database, slug="ex0", position=1, course_id=second.course_id)
    found = {course.id: [one.slug for one in exercises] for course, exercises in queries.courses(state.database)}
    assert found[second.course_id] == ["ex0", "ex2"]
    assert found[state.exercise.course_id] == ["ex1"]


def test_an_exercise_is_found_by_its_slug(state: State) -> None:
    again = make_exercise(state.database, slug="ex1")
    slug = {course.id: course.slug for course, _ in queries.courses(state.database)}[again.course_id]
    for exercise, course in ((state.exercise, None), (again, slug)):
        found = queries.find_exercise(state.database, "ex1", course)
        assert found is not None
        assert found.id == exercise.id
    assert queries.find_exercise(state.database, "ex9") is None


def test_exercises_in_use_are_the_open_ones_the_latest_handed_in_first(state: State) -> None:
    now = state.deps.clock()
    day = dt.timedelta(days=1)
    used, closed, future, fresh = (make_exercise(state.database, slug=f"ex{number}") for number in range(4, 8))
    with state.database.write() as session:
        session.get_one(Exercise, closed.id).closes_at = now - day
        session.get_one(Exercise, future.id).opens_at = now + day
    state.receive()
    receive(state.deps, state.user, used)
    in_use = queries.exercises_in_use(state.database, now, 9)
    assert in_use[0] == used.slug
    assert set(in_use) == {state.exercise.slug, used.slug, fresh.slug}
    assert queries.exercises_in_use(state.database, now, 1) == [used.slug]

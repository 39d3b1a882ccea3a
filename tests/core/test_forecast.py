"""When a waiting submission will have its result, as far as one can tell."""

from __future__ import annotations

import pytest

from core import submissions
from core.forecast import Forecast, Outlook, coarse
from core.models import Submission
from core.queries import submission_page
from tests.core.state_makers import State, make_exercise, make_report, make_score, make_user, receive


def forecast(state: State, submission: Submission) -> Forecast | None:
    """What a page says that is opened now; one that is open already says the same."""
    page = submission_page(state.database, submission.id, state.clock())
    assert page is not None
    with state.database.read() as session:
        assert Outlook(session, state.clock()).forecast(page.submission) == page.forecast
    return page.forecast


def hold_exams(state: State, seconds: float, count: int = 3) -> None:
    for _ in range(count):
        claim = state.claim(state.receive())
        state.clock.forward(seconds)
        submissions.finish(state.deps, claim, make_report(), make_score())


def queue(state: State, count: int) -> list[Submission]:
    return [receive(state.deps, make_user(state.database), state.exercise) for _ in range(count)]


def test_nobody_guesses_before_an_exam_has_ended(state: State) -> None:
    assert forecast(state, state.receive()) == Forecast(1, None)


def test_what_does_not_wait_has_none(state: State) -> None:
    submission = state.receive()
    state.claim(submission)
    assert forecast(state, submission) is None


def test_one_worker_takes_them_one_after_the_other(state: State) -> None:
    hold_exams(state, 20)
    waiting = queue(state, 3)
    assert [forecast(state, one) for one in waiting] == [Forecast(1, 20), Forecast(2, 40), Forecast(3, 60)]


def test_what_runs_already_has_a_part_behind_it(state: State) -> None:
    hold_exams(state, 20)
    running, waiting = queue(state, 2)
    state.claim(running)
    state.clock.forward(15)
    assert forecast(state, waiting) == Forecast(1, 25)


def test_two_workers_take_half_as_long(state: State) -> None:
    hold_exams(state, 20)
    first, second, *waiting = queue(state, 6)
    state.claim(first)
    state.claim(second)
    assert [forecast(state, one) for one in waiting] == [
        Forecast(1, 40), Forecast(2, 40), Forecast(3, 60), Forecast(4, 60)
    ]  # fmt: skip


def test_who_is_overtaken_waits_for_as_many_more_who_are_yet_to_come(state: State) -> None:
    hold_exams(state, 20)
    mine = [state.receive() for _ in range(2)][1]
    state.clock.forward(10)
    queue(state, 1)  # before my second, and one more may come so
    assert forecast(state, mine) == Forecast(3, 80)


def test_each_exercise_takes_its_own_time(state: State) -> None:
    hold_exams(state, 20)
    short, state.exercise = state.exercise, make_exercise(state.database)
    hold_exams(state, 100)
    before = receive(state.deps, make_user(state.database), short)
    mine = state.receive()
    assert forecast(state, before) == Forecast(1, 20)
    assert forecast(state, mine) == Forecast(2, 120)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, 5), (1, 5), (11, 10), (58, 60), (95, 120), (700, 600), (3700, 3600)]
)
def test_nobody_says_more_than_is_known(seconds: float, shown: int) -> None:
    assert coarse(seconds) == shown


def test_an_outlook_has_nothing_to_say_of_a_submission_that_was_tried_since(state: State) -> None:
    submission = state.receive()
    with state.database.read() as session:
        outlook = Outlook(session, state.clock())
    submissions.release(state.deps, state.claim(submission))
    assert outlook.forecast(submission) is not None
    assert outlook.forecast(state.load(submission)) is None

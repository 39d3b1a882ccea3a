"""Whose turn it is: students and exercises take turns, live work goes before regrades, and nobody waits for ever."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import event, insert, text

from core import submissions
from core.database import Database
from core.errors import SandboxFailed
from core.models import Exercise, Submission, SubmissionState, User, new_id
from core.queries import submission_page
from core.submissions.ordering import next_in_line
from tests.core.state_makers import (
    START,
    State,
    make_exercise,
    make_report,
    make_score,
    make_user,
    receive,
    together,
)


def grade_next(state: State) -> str:
    claim = submissions.claim(state.deps, "w")
    assert claim is not None
    submissions.finish(state.deps, claim, make_report(), make_score())
    return claim.submission_id


def hand_in(state: State, user: User, exercise: Exercise | None = None) -> str:
    return receive(state.deps, user, exercise or state.exercise).id


def position(state: State, submission_id: str) -> int | None:
    page = submission_page(state.database, submission_id, state.clock())
    assert page is not None
    return page.queue_position


class TestStudents:
    def test_one_hand_in_does_not_wait_behind_fifty_of_another_student(self, state: State) -> None:
        flood = [hand_in(state, state.user) for _ in range(50)]
        lone = hand_in(state, make_user(state.database))
        assert position(state, lone) == 2
        assert [grade_next(state) for _ in range(3)] == [flood[0], lone, flood[1]]

    def test_they_take_turns_and_each_keeps_the_order_of_its_own(self, state: State) -> None:
        students = [make_user(state.database) for _ in range(3)]
        ids = {student.id: [hand_in(state, student) for _ in range(2)] for student in students}
        order = [grade_next(state) for _ in range(6)]
        assert order == [ids[student.id][turn] for turn in range(2) for student in students]

    def test_who_comes_back_after_a_pause_has_saved_up_no_turns(self, state: State) -> None:
        rested, busy = make_user(state.database), make_user(state.database)
        for _ in range(5):
            hand_in(state, busy)
            grade_next(state)
        queued = [hand_in(state, student) for student in (busy, rested, busy, rested)]
        assert [grade_next(state) for _ in range(4)] == [queued[1], queued[0], queued[3], queued[2]]

    def test_fresh_arrivals_without_end_do_not_hold_up_what_waits(self, state: State) -> None:
        students = [make_user(state.database) for _ in range(4)]
        hand_in(state, state.user)
        second = hand_in(state, state.user)
        graded: list[str] = []
        for number in range(12):  # more comes in than is graded
            hand_in(state, students[number % 4])
            hand_in(state, students[(number + 1) % 4])
            graded.append(grade_next(state))
        assert second in graded


class TestExercises:
    def test_one_hand_in_does_not_wait_behind_a_rush_to_another_exercise(self, state: State) -> None:
        rush = [hand_in(state, make_user(state.database)) for _ in range(20)]
        other = hand_in(state, make_user(state.database), make_exercise(state.database))
        assert position(state, other) == 2
        assert [grade_next(state) for _ in range(3)] == [rush[0], other, rush[1]]

    def test_also_when_it_comes_in_the_middle_of_the_rush(self, state: State) -> None:
        for _ in range(20):
            hand_in(state, make_user(state.database))
        for _ in range(8):
            grade_next(state)
        exercise = make_exercise(state.database)
        others = [hand_in(state, make_user(state.database), exercise) for _ in range(2)]
        assert others[0] in [grade_next(state) for _ in range(2)]
        assert others[1] in [grade_next(state) for _ in range(2)]


class TestRegrades:
    def test_they_wait_for_all_live_work(self, state: State) -> None:
        old = hand_in(state, state.user)
        grade_next(state)
        assert submissions.regrade(state.deps, old)
        live = [hand_in(state, state.user) for _ in range(3)]
        assert position(state, old) == 4
        assert [grade_next(state) for _ in range(4)] == [*live, old]

    def test_they_cost_their_student_no_turn(self, state: State) -> None:
        old = [hand_in(state, state.user) for _ in range(3)]
        for _ in old:
            grade_next(state)
        for one in old:
            submissions.regrade(state.deps, one)
        rival = hand_in(state, make_user(state.database))
        mine = hand_in(state, state.user)
        assert [grade_next(state) for _ in range(2)] == [rival, mine]

    def test_nobody_overtakes_while_everything_is_to_be_graded_again(self, state: State) -> None:
        old = [hand_in(state, state.user) for _ in range(5)]
        for _ in old:
            grade_next(state)
        for one in old:
            submissions.regrade(state.deps, one)
        newcomer = make_user(state.database)
        queued = [hand_in(state, student) for student in (newcomer, state.user, newcomer, newcomer)]
        assert position(state, queued[1]) == 2


class TestClaiming:
    def test_of_many_workers_each_gets_another_submission(self, state: State) -> None:
        ids = {hand_in(state, make_user(state.database)) for _ in range(6)}
        claims = together(*[lambda: submissions.claim(state.deps, "w")] * 8)
        assert {claim.submission_id for claim in claims if claim} == ids

    def test_a_clock_that_lags_a_little_holds_nothing_up(self, state: State) -> None:
        lagging, wrong = (
            replace(state.deps, clock=lambda lag_s=lag_s: state.clock() - dt.timedelta(seconds=lag_s))
            for lag_s in (4, 60)
        )
        hand_in(state, state.user)
        assert submissions.claim(wrong, "w") is None
        claim = submissions.claim(lagging, "w")
        assert claim is not None
        submissions.fail(state.deps, claim, SandboxFailed("exam.failed", reason="no engine"))
        state.clock.forward(9)  # of a pause of 10 s
        assert submissions.claim(state.deps, "w") is None
        state.clock.forward(1)
        submissions.reconcile(state.deps)
        assert submissions.claim(lagging, "w") is not None

    def test_what_failed_through_our_fault_comes_first_when_it_is_due(self, state: State) -> None:
        failed = state.receive()
        submissions.fail(state.deps, state.claim(failed), SandboxFailed("exam.failed", reason="no engine"))
        others = [hand_in(state, make_user(state.database)) for _ in range(2)]
        assert grade_next(state) == others[0]
        state.clock.forward(60)
        assert grade_next(state) == failed.id


def fill(database: Database, user_id: int, exercise_id: int, count: int) -> None:
    """Graded submissions of old, and a few that wait."""
    chance = random.Random(1)
    rows: list[dict[str, object]] = []
    for number in range(count):
        state = SubmissionState.DONE if number % 200 else SubmissionState.QUEUED
        turn = chance.randrange(500) + (500 if state is SubmissionState.QUEUED else 0)
        rows.append({"id": new_id(), "number": number + 1, "state": state, "turn": turn, "lap": chance.randrange(20)})
    same = {"user_id": user_id, "exercise_id": exercise_id, "blob_sha256": "0", "size_bytes": 1, "filename": "f"}
    same |= {"notices": [], "missing": [], "seed": 1, "received_at": START, "due_at": START}
    with database.write() as session:
        session.execute(insert(Submission), [{**same, **row} for row in rows])


def plan_of(database: Database, run: Callable[[], object]) -> str:
    """The database's own words on how it finds what ``run`` asks of submissions."""
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT") and "FROM submission" in statement:
            asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    run()
    event.remove(database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if database.engine.dialect.name == "sqlite" else "EXPLAIN "
    with database.engine.connect() as connection:
        lines = [row for query, values in asked for row in connection.exec_driver_sql(explain + query, values)]  # type: ignore[arg-type]
    return "\n".join(str(line[-1]) for line in lines)


def test_claims_and_places_are_read_from_an_index_however_many_are_stored(state: State) -> None:
    fill(state.database, state.user.id, state.exercise.id, 4000)
    if state.database.engine.dialect.name == "postgresql":
        with state.database.write() as session:
            session.execute(text("ANALYZE submission"))

    def claim() -> None:
        with state.database.write() as session:
            session.scalars(next_in_line(state.clock() + dt.timedelta(days=1))).one()

    plan = plan_of(state.database, claim)
    assert "ix_submission_state_is_regrade_turn_lap_id" in plan
    assert "SORT" not in plan.upper().replace("ORDER", "")
    assert "TEMP B-TREE" not in plan

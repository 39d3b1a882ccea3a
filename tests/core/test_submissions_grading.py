"""The life of an attempt: claims, leases, fencing numbers, results, failures."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from core import submissions
from core.errors import EngineAway, GradingFailed, LeaseLost, SandboxFailed, SandboxUnavailable, SuiteBroken
from core.models import Attempt, AttemptState, CaseRow, SubmissionState
from core.queries import submission_page
from core.submissions import Claim
from exam.report import Fault, Verdict
from tests.core.state_makers import (
    SETTING,
    State,
    make_report,
    make_result,
    make_score,
    make_spec,
    together,
)

BROKEN = SandboxFailed("exam.failed", reason="the examiner died")
ENGINE_AWAY = EngineAway("sandbox.missing", kind="docker", reason="no engine answers", remedy="start it")
NO_IMAGE = SandboxUnavailable("sandbox.missing", kind="docker", reason="there is no image x", remedy="make it")


def attempts(state: State) -> list[Attempt]:
    with state.database.read() as session:
        return list(session.scalars(select(Attempt).order_by(Attempt.number)))


def case_rows(state: State) -> list[tuple[str, Verdict]]:
    with state.database.read() as session:
        rows = session.scalars(select(CaseRow).order_by(CaseRow.attempt_id, CaseRow.position))
        return [(row.case_id, row.verdict) for row in rows]


def take_over(state: State, claim: Claim) -> Claim:
    """The lease runs out; another worker claims the submission."""
    state.clock.forward(state.deps.settings.lease_s + 1)
    submissions.reconcile(state.deps)
    other = submissions.claim(state.deps, "worker-2")
    assert other is not None
    return other


WRITES: dict[str, Any] = {
    "heartbeat": submissions.heartbeat,
    "plan": lambda deps, claim: submissions.plan(deps, claim, [make_spec()], SETTING),
    "record": lambda deps, claim: submissions.record(deps, claim, 0, make_result()),
    "finish": lambda deps, claim: submissions.finish(deps, claim, make_report(), make_score()),
    "fail": lambda deps, claim: submissions.fail(deps, claim, BROKEN),
    "release": submissions.release,
}


class TestClaiming:
    def test_a_claim_says_what_to_grade(self, state: State) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        assert (claim.number, claim.exercise, claim.seed) == (1, "ex1", submission.seed)
        assert claim.blob_sha256 == submission.blob_sha256
        assert state.load(submission).state is SubmissionState.RUNNING

    def test_of_many_workers_one_gets_it(self, state: State) -> None:
        state.receive()
        claims = together(*[lambda: submissions.claim(state.deps, "w")] * 8)
        assert sum(claim is not None for claim in claims) == 1
        assert len(attempts(state)) == 1

    def test_what_is_done_is_not_claimed(self, state: State) -> None:
        submission = state.receive()
        submissions.finish(state.deps, state.claim(submission), make_report(), make_score())
        assert submissions.claim(state.deps, "w") is None


class TestResults:
    def test_cases_appear_while_the_exam_runs(self, state: State) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        submissions.plan(state.deps, claim, [make_spec("test_a"), make_spec("test_b")], SETTING)
        submissions.record(state.deps, claim, 1, make_result("test_b", Verdict.FAILED))
        page = submission_page(state.database, submission.id)
        assert page is not None
        assert [(spec.id, result and result.verdict) for spec, result in page.cases] == [
            ("Group.test_a", None),
            ("Group.test_b", Verdict.FAILED),
        ]

    def test_the_report_is_final(self, state: State) -> None:
        submission = state.receive()
        submissions.finish(state.deps, state.claim(submission), make_report(), make_score(0.5))
        submission = state.load(submission)
        assert (submission.state, submission.points, submission.max_points) == (SubmissionState.DONE, 0.5, 1.0)
        assert submission.groups == [{"id": "Group", "points": 0.5, "max_points": 1.0, "passed": 1, "counting": 1}]
        assert submission.finished_at == state.clock()
        assert [attempt.state for attempt in attempts(state)] == [AttemptState.FINISHED]

    def test_the_report_corrects_what_was_recorded(self, state: State) -> None:
        claim = state.claim(state.receive())
        submissions.record(state.deps, claim, 0, make_result(verdict=Verdict.OUR_ERROR))
        submissions.record(state.deps, claim, 0, make_result(verdict=Verdict.FAILED))
        submissions.finish(state.deps, claim, make_report(make_result(), make_result("test_two")), make_score())
        assert case_rows(state) == [("Group.test_one", Verdict.PASSED), ("Group.test_two", Verdict.PASSED)]

    def test_finishing_twice_is_as_good_as_once(self, state: State) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        submissions.finish(state.deps, claim, make_report(), make_score(1.0))
        submissions.finish(state.deps, claim, make_report(), make_score(0.0))
        assert state.load(submission).points == 1.0

    def test_long_and_odd_case_names_are_kept(self, state: State) -> None:
        claim = state.claim(state.receive())
        name = "test_x[" + "ü" * 1000 + "]"
        submissions.record(state.deps, claim, 0, make_result(name, prints="\0\x1b[31m \ud800"))
        assert case_rows(state) == [(f"Group.{name}", Verdict.PASSED)]


class TestFencing:
    @pytest.mark.parametrize("write", WRITES)
    def test_a_late_worker_changes_nothing(self, state: State, write: str) -> None:
        submission = state.receive()
        late = state.claim(submission)
        other = take_over(state, late)
        before = (state.load(submission).state, case_rows(state), [one.lease_until for one in attempts(state)])
        with pytest.raises(LeaseLost):
            WRITES[write](state.deps, late)
        assert before == (state.load(submission).state, case_rows(state), [one.lease_until for one in attempts(state)])
        submissions.finish(state.deps, other, make_report(), make_score())

    @pytest.mark.parametrize("write", WRITES)
    def test_also_after_the_other_has_finished(self, state: State, write: str) -> None:
        submission = state.receive()
        late = state.claim(submission)
        submissions.finish(state.deps, take_over(state, late), make_report(), make_score(0.25))
        with pytest.raises(LeaseLost):
            WRITES[write](state.deps, late)
        assert state.load(submission).points == 0.25

    def test_numbers_grow_with_each_claim(self, state: State) -> None:
        first = state.claim(state.receive())
        assert [first.number, take_over(state, first).number] == [1, 2]

    def test_a_slow_worker_that_nobody_replaced_may_go_on(self, state: State) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        state.clock.forward(state.deps.settings.lease_s * 2)
        submissions.finish(state.deps, claim, make_report(), make_score())
        assert state.load(submission).state is SubmissionState.DONE

    def test_a_finish_and_a_takeover_at_once_leave_one_result(self, state: State) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        state.clock.forward(state.deps.settings.lease_s + 1)
        together(
            lambda: submissions.finish(state.deps, claim, make_report(), make_score(1.0)),
            lambda: submissions.reconcile(state.deps),
        )
        again = submissions.claim(state.deps, "worker-2")
        if again is not None:
            submissions.finish(state.deps, again, make_report(), make_score(1.0))
        assert state.load(submission).state is SubmissionState.DONE
        assert [one.state for one in attempts(state)].count(AttemptState.FINISHED) == 1


class TestFailing:
    def test_our_failure_is_tried_again_after_a_pause_that_doubles(self, state: State) -> None:
        submission = state.receive()
        for pause_s in (10, 20):
            claim = state.claim(submission)
            assert submissions.fail(state.deps, claim, BROKEN) is SubmissionState.QUEUED
            state.clock.forward(pause_s - 1)
            assert submissions.reconcile(state.deps) == []
            assert submissions.claim(state.deps, "early") is None
            state.clock.forward(1)
            assert submissions.reconcile(state.deps) == [submission.id]
        submissions.finish(state.deps, state.claim(submission), make_report(), make_score())
        assert state.load(submission).state is SubmissionState.DONE

    def test_after_three_it_is_stuck_and_what_was_found_out_stays(self, state: State) -> None:
        submission = state.receive()
        for _ in range(3):
            claim = state.claim(submission)
            submissions.plan(state.deps, claim, [make_spec("test_a"), make_spec("test_b")], SETTING)
            submissions.record(state.deps, claim, 0, make_result("test_a"))
            submissions.fail(state.deps, claim, BROKEN)
            state.clock.forward(1000)
        assert submissions.claim(state.deps, "w") is None
        assert submissions.reconcile(state.deps) == []
        page = submission_page(state.database, submission.id)
        assert page is not None
        assert page.submission.state is SubmissionState.STUCK
        assert page.submission.points is None
        assert [result and result.verdict for _, result in page.cases] == [Verdict.PASSED, None]

    def test_without_an_engine_it_waits_for_as_long_as_that_lasts_and_asks_ever_more_rarely(self, state: State) -> None:
        submission = state.receive()
        pauses_s = []
        for _ in range(40):
            claim = state.claim(submission)
            assert submissions.fail(state.deps, claim, ENGINE_AWAY) is SubmissionState.QUEUED
            pauses_s.append((state.load(submission).due_at - state.clock()).total_seconds())
            state.clock.forward(pauses_s[-1])
        assert pauses_s[:3] == [10, 20, 30]
        assert pauses_s[-1] == max(pauses_s) == 300
        submissions.finish(state.deps, state.claim(submission), make_report(), make_score())
        assert state.load(submission).state is SubmissionState.DONE

    def test_without_its_image_it_is_stuck_and_shown_to_staff_like_after_any_failure(self, state: State) -> None:
        submission = state.receive()
        for _ in range(state.deps.settings.max_attempts):
            submissions.fail(state.deps, state.claim(submission), NO_IMAGE)
            state.clock.forward(100)
        assert state.load(submission).state is SubmissionState.STUCK

    @pytest.mark.parametrize(
        ("error", "fault"),
        [(GradingFailed("x"), Fault.OURS), (SuiteBroken("suite.broken", path="p", reason="r"), Fault.SUITE)],
    )
    def test_whose_fault_it_was_is_kept_for_staff(self, state: State, error: Any, fault: Fault) -> None:
        submissions.fail(state.deps, state.claim(state.receive()), error)
        (attempt,) = attempts(state)
        assert (attempt.state, attempt.fault) == (AttemptState.FAILED, fault)
        assert attempt.error == {"code": error.code, "params": error.params}

    def test_staff_may_have_a_stuck_submission_tried_again(self, state: State) -> None:
        submission = state.receive()
        for _ in range(3):
            submissions.fail(state.deps, state.claim(submission), BROKEN)
            state.clock.forward(1000)
        state.queue.ids.clear()
        submissions.retry(state.deps, submission.id)
        assert state.queue.ids == [submission.id]
        claim = state.claim(submission)
        assert claim.number == 4
        assert submissions.fail(state.deps, claim, BROKEN) is SubmissionState.QUEUED

    def test_a_retry_of_anything_else_changes_nothing(self, state: State) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        submissions.retry(state.deps, submission.id)
        submissions.finish(state.deps, claim, make_report(), make_score())
        submissions.retry(state.deps, submission.id)
        assert state.load(submission).state is SubmissionState.DONE

    def test_a_worker_that_is_told_to_stop_gives_back_without_counting(self, state: State) -> None:
        submission = state.receive()
        for _ in range(5):
            submissions.release(state.deps, state.claim(submission))
        assert submissions.reconcile(state.deps) == [submission.id]
        assert state.load(submission).tries == 0

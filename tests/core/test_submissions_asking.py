"""What people ask of a submission: to cancel it, to grade it again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core import submissions
from core.errors import Conflict, LeaseLost, NotFound, SandboxFailed
from core.models import AttemptState, SubmissionState
from core.queries import SubmissionPage, submission_page
from core.submissions import reconcile
from exam.report import Verdict
from tests.core.state_makers import (
    SETTING,
    State,
    make_report,
    make_result,
    make_score,
    make_spec,
    make_user,
    together,
)

BROKEN = SandboxFailed("exam.failed", reason="the engine is gone")


def page_of(state: State, submission_id: str) -> SubmissionPage:
    page = submission_page(state.database, submission_id, state.clock())
    assert page is not None
    return page


class TestCancel:
    def test_what_waits_is_never_claimed_and_its_files_stay(self, state: State) -> None:
        submission = state.receive(b"content")
        submissions.cancel(state.deps, submission.id, state.user.id)
        assert submissions.claim(state.deps, "w") is None
        cancelled = state.load(submission)
        assert (cancelled.state, cancelled.costs) == (SubmissionState.CANCELLED, False)
        with state.deps.blobs.open(cancelled.blob_sha256) as blob:
            assert blob.read() == b"content"

    def test_a_running_exam_loses_its_lease_and_can_write_nothing(self, state: State) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        submissions.cancel(state.deps, submission.id, state.user.id)
        for write in (submissions.heartbeat, lambda *of: submissions.finish(*of, make_report(), make_score())):
            with pytest.raises(LeaseLost):
                write(state.deps, claim)
        page = page_of(state, submission.id)
        assert (page.submission.state, page.submission.points) == (SubmissionState.CANCELLED, None)
        assert page.attempts[0].state is AttemptState.ABANDONED
        state.clock.forward(1000)
        assert reconcile(state.deps) == []

    @pytest.mark.parametrize("was_seen", [False, True])
    def test_it_costs_only_what_has_shown_a_verdict(self, state: State, was_seen: bool) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        if was_seen:
            submissions.plan(state.deps, claim, [make_spec()], SETTING)
            submissions.record(state.deps, claim, 0, make_result())
        submissions.cancel(state.deps, submission.id, state.user.id)
        assert state.load(submission).costs is was_seen

    @pytest.mark.parametrize("end", [submissions.release, lambda *of: submissions.fail(*of, BROKEN)])
    def test_also_where_an_attempt_that_has_ended_showed_it(self, state: State, end: Callable[..., object]) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        submissions.record(state.deps, claim, 0, make_result())
        end(state.deps, claim)
        submissions.cancel(state.deps, submission.id, state.user.id)
        assert state.load(submission).costs

    def test_twice_and_at_once_is_as_good_as_once(self, state: State) -> None:
        submission = state.receive()
        cancel = lambda: submissions.cancel(state.deps, submission.id, state.user.id)  # noqa: E731
        assert together(*[cancel] * 3) == [None] * 3
        cancel()
        assert state.load(submission).state is SubmissionState.CANCELLED

    def test_another_students_is_not_there(self, state: State) -> None:
        submission = state.receive()
        for submission_id in (submission.id, "unknown"):
            with pytest.raises(NotFound):
                submissions.cancel(state.deps, submission_id, make_user(state.database).id)
        assert state.load(submission).state is SubmissionState.QUEUED

    def test_what_has_a_result_keeps_it(self, state: State) -> None:
        submission = state.receive()
        submissions.finish(state.deps, state.claim(submission), make_report(), make_score())
        for _ in range(2):
            with pytest.raises(Conflict):
                submissions.cancel(state.deps, submission.id, state.user.id)
            submissions.regrade(state.deps, submission.id)
        assert state.load(submission).points == 1.0


class TestRegrade:
    def test_the_old_result_stays_until_the_new_one_is_final(self, state: State) -> None:
        submission = state.receive()
        claim = state.claim(submission)
        submissions.plan(state.deps, claim, [make_spec()], SETTING)
        submissions.finish(state.deps, claim, make_report(), make_score(0.5))
        assert submissions.regrade(state.deps, submission.id)
        claim = state.claim(submission)
        submissions.plan(state.deps, claim, [make_spec()], SETTING)
        submissions.record(state.deps, claim, 0, make_result(verdict=Verdict.FAILED))
        page = page_of(state, submission.id)
        assert (page.submission.state, page.submission.points) == (SubmissionState.RUNNING, 0.5)
        assert page.results[0].verdict is Verdict.PASSED
        submissions.finish(state.deps, claim, make_report(make_result(verdict=Verdict.FAILED)), make_score(0.0))
        page = page_of(state, submission.id)
        assert (page.submission.state, page.submission.points) == (SubmissionState.DONE, 0.0)
        assert page.results[0].verdict is Verdict.FAILED
        assert len(page.attempts) == 2

    def test_a_regrade_that_fails_leaves_the_old_result(self, state: State) -> None:
        submission = state.receive()
        submissions.finish(state.deps, state.claim(submission), make_report(), make_score(0.5))
        submissions.regrade(state.deps, submission.id)
        for _ in range(state.deps.settings.max_attempts):
            submissions.fail(state.deps, state.claim(submission), BROKEN)
            state.clock.forward(100)
        stuck = state.load(submission)
        assert (stuck.state, stuck.points) == (SubmissionState.STUCK, 0.5)

    def test_what_got_stuck_without_a_result_goes_before_regrades(self, state: State) -> None:
        graded = state.receive()
        submissions.finish(state.deps, state.claim(graded), make_report(), make_score())
        stuck = state.receive()
        for _ in range(state.deps.settings.max_attempts):
            submissions.fail(state.deps, state.claim(stuck), BROKEN)
            state.clock.forward(100)
        assert submissions.regrade(state.deps, graded.id)
        assert submissions.regrade(state.deps, stuck.id)
        assert state.load(stuck).finished_at is None
        claims = [submissions.claim(state.deps, "w") for _ in range(2)]
        assert [claim and (claim.submission_id, claim.is_regrade) for claim in claims] == [
            (stuck.id, False),
            (graded.id, True),
        ]

    def test_the_reconciler_tells_the_workers(self, state: State) -> None:
        submission = state.receive()
        submissions.finish(state.deps, state.claim(submission), make_report(), make_score())
        state.queue.ids.clear()
        submissions.regrade(state.deps, submission.id)
        assert reconcile(state.deps) == [submission.id] == state.queue.ids

    def test_what_was_cancelled_can_still_be_graded(self, state: State) -> None:
        submission = state.receive()
        submissions.cancel(state.deps, submission.id, state.user.id)
        assert submissions.regrade(state.deps, submission.id)
        submissions.finish(state.deps, state.claim(submission), make_report(), make_score())
        graded = state.load(submission)
        assert (graded.state, graded.costs) == (SubmissionState.DONE, False)

    def test_what_has_not_ended_is_left_as_it_is(self, state: State) -> None:
        submission = state.receive()
        assert not submissions.regrade(state.deps, submission.id)
        assert state.load(submission).is_regrade is False
        with pytest.raises(NotFound):
            submissions.regrade(state.deps, "unknown")

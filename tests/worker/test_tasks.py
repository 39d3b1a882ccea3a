"""Grading: what each ending of an exam makes of the submission."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from core import submissions
from core.errors import OurError, SandboxFailed, UploadRefused
from core.models import AttemptState, Submission, SubmissionState
from core.queries import SubmissionPage, submission_page
from exam.report import Fault, Verdict
from tests.core.state_makers import State, make_report, make_score
from tests.worker.exam_fakes import FakeExaminer, make_archive, make_grade_deps, make_tiny_suite
from worker.tasks import GradeDeps, grade

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED


class Course:
    """A state with one suite and hand-ins for it."""

    def __init__(self, state: State, suites_dir: Path) -> None:
        self.state = state
        self.suites_dir = suites_dir
        self.suite = make_tiny_suite(suites_dir)
        self.submission = self.hand_in()

    def hand_in(self) -> Submission:
        return self.state.receive(make_archive())

    def deps(self, examine: object) -> GradeDeps:
        return make_grade_deps(self.state.deps, self.suites_dir, examine)

    def grade(self, examine: object) -> SubmissionPage:
        grade(self.deps(examine))
        return self.page()

    def page(self) -> SubmissionPage:
        page = submission_page(self.state.database, self.submission.id)
        assert page is not None
        return page


@pytest.fixture
def course(state: State, tmp_path: Path) -> Course:
    return Course(state, tmp_path / "suites")


def shown(page: SubmissionPage) -> list[Verdict | None]:
    return [result.verdict if result else None for _, result in page.cases]


def raising(error: Exception) -> Callable[[int], None]:
    def during(position: int) -> None:
        if position == 1:
            raise error

    return during


class TestGoodEndings:
    def test_all_passed(self, course: Course) -> None:
        page = course.grade(FakeExaminer([PASSED, PASSED]))
        assert (page.submission.state, page.submission.points) == (SubmissionState.DONE, 1.0)
        assert shown(page) == [PASSED, PASSED]
        assert page.attempt is not None
        assert page.attempt.fault is Fault.NOBODY

    def test_the_students_failures_are_results_like_others(self, course: Course) -> None:
        page = course.grade(FakeExaminer([PASSED, Verdict.TIMEOUT]))
        assert (page.submission.state, page.submission.points) == (SubmissionState.DONE, 0.0)

    def test_the_attempt_says_what_it_was_examined_with(self, course: Course) -> None:
        attempt = course.grade(FakeExaminer()).attempt
        assert attempt is not None
        assert (attempt.suite_version, attempt.suite_digest) == ("1", course.suite.digest())
        assert (attempt.sandbox_kind, attempt.image) == ("fake", "sha256:candidate-numpy")

    def test_the_examiner_gets_the_canonical_tree_and_the_submissions_seed(self, course: Course) -> None:
        examiner = FakeExaminer()
        course.grade(examiner)
        assert examiner.files == [{"one.py": b"x = 1\n"}]
        assert examiner.seeds == [course.submission.seed]

    def test_each_case_is_there_when_the_next_one_runs(self, course: Course) -> None:
        seen = []
        course.grade(FakeExaminer([PASSED, FAILED, PASSED], during=lambda at: seen.append(shown(course.page()))))
        assert seen == [[None, None, None], [PASSED, None, None], [PASSED, FAILED, None]]

    def test_a_message_that_comes_twice_grades_once(self, course: Course) -> None:
        examiner = FakeExaminer()
        course.grade(examiner)
        page = course.grade(examiner)
        assert len(examiner.seeds) == len(page.attempts) == 1


class TestOurAndTheSuitesFaults:
    def test_they_are_tried_again_and_the_retry_gives_the_same_seed(self, course: Course) -> None:
        examiner = FakeExaminer(during=raising(SandboxFailed("exam.failed", reason="no engine")))
        page = course.grade(examiner)
        assert page.submission.state is SubmissionState.QUEUED
        assert shown(page) == [PASSED, None]
        course.state.clock.forward(60)
        examiner.during = lambda position: None
        page = course.grade(examiner)
        assert page.submission.state is SubmissionState.DONE
        assert len(set(examiner.seeds)) == 1
        assert [attempt.state for attempt in page.attempts] == [AttemptState.FINISHED, AttemptState.FAILED]

    @pytest.mark.parametrize(
        ("verdict", "fault"), [(Verdict.OUR_ERROR, Fault.OURS), (Verdict.SUITE_ERROR, Fault.SUITE)]
    )
    def test_a_report_with_a_case_without_an_honest_verdict_is_not_final(
        self, course: Course, verdict: Verdict, fault: Fault
    ) -> None:
        page = course.grade(FakeExaminer([PASSED, verdict]))
        assert page.submission.state is SubmissionState.QUEUED
        assert page.submission.points is None
        assert page.attempt is not None
        assert (page.attempt.fault, page.attempt.error) == (
            fault,
            {"code": "grading.no_honest_verdict", "params": {"cases": "All.case1"}},
        )

    def test_after_the_last_attempt_it_is_stuck_with_its_partial_results(self, course: Course) -> None:
        for _ in range(3):
            page = course.grade(FakeExaminer([PASSED, Verdict.OUR_ERROR, FAILED]))
            course.state.clock.forward(1000)
        assert page.submission.state is SubmissionState.STUCK
        assert shown(page) == [PASSED, Verdict.OUR_ERROR, FAILED]

    @pytest.mark.parametrize(
        ("error", "code", "fault"),
        [
            (RuntimeError("a bug of ours"), "grading.unexpected", Fault.OURS),
            (OurError("exam.failed", reason="r"), "exam.failed", Fault.OURS),
            (UploadRefused("intake.empty"), "grading.accepted_but_unreadable", Fault.SUITE),
        ],
    )
    def test_no_error_is_silent_or_the_students(
        self, course: Course, error: Exception, code: str, fault: Fault
    ) -> None:
        attempt = course.grade(FakeExaminer(during=raising(error))).attempt
        assert attempt is not None
        assert attempt.error is not None
        assert (attempt.error["code"], attempt.fault) == (code, fault)

    def test_a_suite_that_no_longer_accepts_the_files_is_the_suites_fault(self, course: Course) -> None:
        make_tiny_suite(course.suites_dir, required=("another.py",))
        attempt = course.grade(FakeExaminer()).attempt
        assert attempt is not None
        assert attempt.error is not None
        assert (attempt.error["code"], attempt.fault) == ("grading.accepted_but_unreadable", Fault.SUITE)

    def test_a_suite_that_is_gone_is_the_suites_fault(self, course: Course) -> None:
        (course.suites_dir / "ex1" / "suite.toml").unlink()
        attempt = course.grade(FakeExaminer()).attempt
        assert attempt is not None
        assert attempt.fault is Fault.SUITE

    def test_a_damaged_blob_is_our_fault(self, course: Course) -> None:
        blob = course.state.deps.settings.blobs_dir.rglob(course.submission.blob_sha256)
        next(blob).write_bytes(b"damaged")
        attempt = course.grade(FakeExaminer()).attempt
        assert attempt is not None
        assert attempt.error is not None
        assert (attempt.error["code"], attempt.fault) == ("storage.not_read", Fault.OURS)


def make_hurried(state: State, tmp_path: Path) -> Course:
    """A course whose workers renew their leases all the time."""
    settings = state.deps.settings.model_copy(update={"heartbeat_s": 0.01})
    state.deps = type(state.deps)(
        settings, state.deps.database, state.deps.blobs, state.deps.queue, state.deps.live, state.clock
    )
    return Course(state, tmp_path / "suites")


class TestLeases:
    def test_the_heartbeat_keeps_a_long_exam(self, state: State, tmp_path: Path) -> None:
        course = make_hurried(state, tmp_path)

        def during(position: int) -> None:
            state.clock.forward(state.deps.settings.lease_s - 1)
            wait_for_renewal(course)
            submissions.reconcile(state.deps)

        page = course.grade(FakeExaminer([PASSED] * 4, during=during))
        assert page.submission.state is SubmissionState.DONE
        assert len(page.attempts) == 1

    @pytest.mark.parametrize("heartbeat_s", [0.01, 60.0])
    def test_a_worker_that_lost_its_lease_stops_quietly(self, state: State, tmp_path: Path, heartbeat_s: float) -> None:
        course = make_hurried(state, tmp_path) if heartbeat_s < 1 else Course(state, tmp_path / "suites")
        ran: list[int] = []

        def during(position: int) -> None:
            ran.append(position)
            if position == 0:
                end_lease_and_grade_elsewhere(course)

        page = course.grade(FakeExaminer([FAILED] * 5, during=during))
        assert ran == [0]
        assert page.submission.points == 0.75
        assert [attempt.worker for attempt in page.attempts] == ["worker-2", "worker-1"]

    def test_a_worker_that_is_told_to_stop_gives_the_submission_back(self, course: Course) -> None:
        deps = course.deps(FakeExaminer([PASSED] * 5, during=lambda position: deps.worker.stopping.set()))
        grade(deps)
        page = course.page()
        assert (page.submission.state, page.submission.tries) == (SubmissionState.QUEUED, 0)
        assert submissions.reconcile(course.state.deps) == [course.submission.id]

    def test_no_thread_is_left(self, course: Course) -> None:
        course.grade(FakeExaminer(during=raising(RuntimeError("bang"))))
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("lease-")]

    def test_a_lease_outlives_a_database_that_does_not_answer_for_a_while(self, state: State, tmp_path: Path) -> None:
        course = make_hurried(state, tmp_path)

        asked = threading.Event()

        def no_connection() -> None:
            asked.set()
            raise sqlite3.OperationalError("the database is away")

        def during(position: int) -> None:
            state.database.engine = create_engine("sqlite://", creator=no_connection)
            assert asked.wait(10)
            state.database.engine = engine

        engine = state.database.engine
        assert course.grade(FakeExaminer(during=during)).submission.state is SubmissionState.DONE


def wait_for_renewal(course: Course) -> None:
    """Until the heartbeat has seen the clock of now."""
    for _ in range(1000):
        attempt = course.page().attempt
        assert attempt is not None
        if (attempt.lease_until - course.state.clock()).total_seconds() == course.state.deps.settings.lease_s:
            return
        threading.Event().wait(0.005)
    raise AssertionError("no heartbeat came")


def end_lease_and_grade_elsewhere(course: Course) -> None:
    state, claim = course.state, None
    while claim is None:  # a heartbeat may come between
        submissions.expire_leases(state.deps, "worker-1")
        submissions.reconcile(state.deps)
        claim = submissions.claim(state.deps, "worker-2")
    submissions.finish(state.deps, claim, make_report(), make_score(0.75))

"""A running exam whose student has cancelled it ends within seconds, and leaves no verdict."""

from __future__ import annotations

import threading

from core import submissions
from core.models import SubmissionState
from exam.report import Verdict
from tests.core.state_makers import State
from tests.worker.exam_fakes import FakeExaminer, make_archive, make_grade_deps, make_tiny_suite
from worker.tasks import grade


def test_the_exam_stops_with_the_next_heartbeat(state: State) -> None:
    settings = state.deps.settings.model_copy(update={"heartbeat_s": 0.01})
    suites = settings.data_dir / "suites"
    make_tiny_suite(suites)
    state.deps = type(state.deps)(
        settings, state.deps.database, state.deps.blobs, state.deps.queue, state.deps.live, state.clock
    )
    submission = state.receive(make_archive())
    ran: list[int] = []

    def during(position: int) -> None:
        ran.append(position)
        if position == 0:
            submissions.cancel(state.deps, submission.id, state.user.id)
            wait_for_heartbeats()

    grade(make_grade_deps(state.deps, suites, FakeExaminer([Verdict.PASSED] * 4, during=during)))
    assert ran == [0]
    assert state.load(submission).state is SubmissionState.CANCELLED
    assert state.load(submission).points is None


def wait_for_heartbeats() -> None:
    """Until the one that hears of it has ended."""
    for thread in threading.enumerate():
        if thread.name.startswith("lease-"):
            thread.join(10)

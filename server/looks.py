"""How states and verdicts look: a word, an icon and a tone each, so that colour is never the only sign."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.models import AttemptState, Submission, SubmissionState
from exam.report import Fault, Verdict
from server.i18n import marked


@dataclass(frozen=True)
class Look:
    """``word`` is a msgid, ``icon`` a symbol of icons.svg, ``tone`` a class of abgabe.css."""

    word: str
    icon: str
    tone: str


WAITING = Look(marked("Waiting"), "circle-dashed", "idle")
NOT_RUN = Look(marked("Not run"), "circle-dashed", "idle")
RUNNING = Look(marked("Running"), "loader-circle", "busy")

VERDICTS = {
    Verdict.PASSED: Look(marked("Passed"), "circle-check", "good"),
    Verdict.FAILED: Look(marked("Wrong"), "circle-x", "bad"),
    Verdict.RAISED: Look(marked("Exception"), "bug", "bad"),
    Verdict.TIMEOUT: Look(marked("Too slow"), "timer", "bad"),
    Verdict.MEMORY: Look(marked("Too much memory"), "memory-stick", "bad"),
    Verdict.CRASHED: Look(marked("Crashed"), "bomb", "bad"),
    Verdict.MISSING: Look(marked("Missing"), "file-question-mark", "bad"),
    Verdict.FORBIDDEN: Look(marked("Not allowed"), "shield-ban", "bad"),
    Verdict.SUITE_ERROR: Look(marked("Test is broken"), "wrench", "ours"),
    Verdict.OUR_ERROR: Look(marked("Our fault"), "server-crash", "ours"),
}

STATES = {
    SubmissionState.QUEUED: Look(marked("In the queue"), "hourglass", "idle"),
    SubmissionState.RUNNING: Look(marked("Being graded"), "loader-circle", "busy"),
    SubmissionState.DONE: Look(marked("Graded"), "circle-check", "done"),
    SubmissionState.STUCK: Look(marked("Stuck, our fault"), "life-buoy", "ours"),
    SubmissionState.CANCELLED: Look(marked("Cancelled"), "circle-x", "idle"),
    SubmissionState.SUPERSEDED: Look(marked("Replaced"), "chevron-right", "idle"),
}

AGAIN = Look(marked("Regrade waits"), "hourglass", "done")
"""Of a submission that keeps its result while it waits to be graded once more."""

ATTEMPTS = {
    AttemptState.RUNNING: RUNNING,
    AttemptState.FINISHED: Look(marked("Finished"), "circle-check", "good"),
    AttemptState.FAILED: Look(marked("Failed"), "server-crash", "ours"),
    AttemptState.ABANDONED: Look(marked("Abandoned"), "server-crash", "ours"),
}


def of_submission(submission: Submission) -> Look:
    """A submission's look; whoever has a result sees no less while it is graded again."""
    is_again = submission.points is not None and submission.state is SubmissionState.QUEUED
    return AGAIN if is_again else STATES[submission.state]


def of_case(verdict: Verdict | None, *, counts: bool, is_running: bool, is_over: bool = False) -> Look:
    """A case's look; what costs no points is a warning at most, and what has no verdict when all is over gets none."""
    if verdict is None:
        return RUNNING if is_running else NOT_RUN if is_over else WAITING
    look = VERDICTS[verdict]
    if verdict.fault is Fault.STUDENT and not counts:
        return replace(look, tone="warn")
    return look

"""What people ask of a submission after it was handed in: its student to cancel it, staff to grade it again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.deps import Deps
from core.errors import Conflict, NotFound, texts
from core.models import Attempt, AttemptState, Submission, SubmissionState
from core.submissions.enqueueing import enqueue
from core.submissions.limits import was_seen

SUBMISSION_UNKNOWN = texts(
    "submission.unknown",
    en=("There is no such submission.", "Check the address."),
    de=("Diese Abgabe gibt es nicht.", "Bitte die Adresse prüfen."),
)
TOO_LATE = texts(
    "cancel.too_late",
    en=("This hand-in has ended already; there is nothing to cancel.", "Its page shows how it ended."),
    de=("Diese Abgabe ist schon zu Ende; es gibt nichts abzubrechen.", "Ihre Seite zeigt, wie sie ausging."),
)


def cancel(deps: Deps, submission_id: str, user_id: int) -> None:
    """Take a waiting or running submission back. Its files stay; its worker hears of it with its next heartbeat.

    Twice is as good as once. It costs nothing where no verdict was shown yet. Raises NotFound where it is not
    ``user_id``'s, Conflict where it has ended or has a result (while it is graded again).
    """
    now = deps.clock()
    with deps.database.write() as session:
        submission = _locked(session, submission_id)
        if submission.user_id != user_id:
            raise NotFound(SUBMISSION_UNKNOWN)
        if submission.state is SubmissionState.CANCELLED:
            return
        if submission.state.is_final or submission.points is not None:
            raise Conflict(TOO_LATE)
        if submission.state is SubmissionState.RUNNING:
            _end_attempt(session, submission, now)
        submission.costs = submission.costs and was_seen(session, submission_id)
        submission.state, submission.finished_at = SubmissionState.CANCELLED, now
    deps.live.publish(submission_id)


def _end_attempt(session: Session, submission: Submission, now: dt.datetime) -> None:
    latest = select(Attempt).where(Attempt.submission_id == submission.id, Attempt.number == submission.fence)
    attempt = session.scalars(latest).one()
    attempt.state, attempt.finished_at = AttemptState.ABANDONED, now


def retry(deps: Deps, submission_id: str) -> None:
    """Staff's word that a stuck submission may be tried again; anything else is left as it is. Raises NotFound."""
    now = deps.clock()
    with deps.database.write() as session:
        submission = _locked(session, submission_id)
        if submission.state is not SubmissionState.STUCK:
            return
        _queue_again(submission, now)
        submission.finished_at, submission.enqueued_at = None, now
    enqueue(deps, submission_id)
    deps.live.publish(submission_id)


def regrade(deps: Deps, submission_id: str) -> bool:
    """Have a submission that has ended graded once more, behind all other work; whether that was to be done.

    Its result stays until the new one is final. One that got stuck without any is live work, as with ``retry``. The
    reconciler tells the workers. Raises NotFound.
    """
    with deps.database.write() as session:
        submission = _locked(session, submission_id)
        if not submission.state.is_final:
            return False
        is_live = submission.state is SubmissionState.STUCK and submission.points is None
        _queue_again(submission, deps.clock())
        submission.is_regrade, submission.enqueued_at = not is_live, None
        if is_live:
            submission.finished_at = None
    deps.live.publish(submission_id)
    return True


def _queue_again(submission: Submission, now: dt.datetime) -> None:
    submission.state, submission.tries, submission.due_at = SubmissionState.QUEUED, 0, now


def _locked(session: Session, submission_id: str) -> Submission:
    submission = session.get(Submission, submission_id, with_for_update=True)
    if submission is None:
        raise NotFound(SUBMISSION_UNKNOWN)
    return submission

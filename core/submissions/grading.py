"""The life of an attempt: what a worker may do between its claim and the end, each step guarded by its fencing number.

Progress (plan, cases, heartbeats) does not wait for the disk: after a power cut the exam is repeated anyway.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.deps import Deps
from core.errors import AbgabeError, EngineAway, LeaseLost, texts
from core.models import Attempt, AttemptState, CaseRow, Exercise, Submission, SubmissionState
from core.scoring import Score
from core.submissions.ordering import next_in_line
from exam.report import CaseResult, CaseSpec, Fault, Report, printable

LEASE_LOST = texts(
    "lease.lost",
    en=("Attempt {number} of submission {submission_id} is no longer this worker's.", "Nothing to do: another has it."),
    de=(
        "Versuch {number} der Abgabe {submission_id} gehört diesem Worker nicht mehr.",
        "Nichts zu tun: ein anderer hat ihn.",
    ),
)

MAX_PAUSE_S = 300.0
"""So soon at the latest an engine that came back is found."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claim:
    """A worker's right to grade a submission, and what it needs for that. ``number`` is the fencing number."""

    submission_id: str
    attempt_id: str
    number: int
    exercise: str
    """The id of the suite."""
    blob_sha256: str
    seed: int
    received_at: dt.datetime
    is_regrade: bool


@dataclass(frozen=True)
class Setting:
    """What an attempt is examined with."""

    suite_version: str
    suite_digest: str
    sandbox_kind: str
    image: str


def claim(deps: Deps, worker: str) -> Claim | None:
    """Begin an attempt at the submission whose turn it is, or None where nothing waits that is due."""
    now = deps.clock()
    with deps.database.write() as session:
        submission = session.scalars(next_in_line(now)).one_or_none()
        if submission is None:
            return None
        exercise = session.get_one(Exercise, submission.exercise_id)
        submission.state = SubmissionState.RUNNING
        submission.fence += 1
        attempt = Attempt(
            submission_id=submission.id,
            number=submission.fence,
            state=AttemptState.RUNNING,
            worker=worker,
            started_at=now,
            lease_until=_lease_end(deps, now),
        )
        session.add(attempt)
        session.flush()
        mine = Claim(
            submission.id,
            attempt.id,
            attempt.number,
            exercise.slug,
            submission.blob_sha256,
            submission.seed,
            submission.received_at,
            submission.is_regrade,
        )
    deps.live.publish(mine.submission_id)
    return mine


def heartbeat(deps: Deps, claim: Claim) -> None:
    """Renew the lease. Raises LeaseLost."""
    with deps.database.write(durable=False) as session:
        _, attempt = _own(session, claim)
        attempt.lease_until = _lease_end(deps, deps.clock())


def plan(deps: Deps, claim: Claim, cases: Sequence[CaseSpec], setting: Setting) -> None:
    """Note what is to come. Raises LeaseLost."""
    with deps.database.write(durable=False) as session:
        _, attempt = _own(session, claim)
        attempt.plan = [case.to_json() for case in cases]
        attempt.suite_version, attempt.suite_digest = setting.suite_version, setting.suite_digest
        attempt.sandbox_kind, attempt.image = setting.sandbox_kind, setting.image
    deps.live.publish(claim.submission_id)


def record(deps: Deps, claim: Claim, position: int, result: CaseResult) -> None:
    """Note one case's result; the last word about a position counts. Raises LeaseLost."""
    with deps.database.write(durable=False) as session:
        _check_is_own(session, claim)
        _put_case(session, claim, position, result)
    deps.live.publish(claim.submission_id)


def finish(deps: Deps, claim: Claim, report: Report, score: Score) -> None:
    """Make the report the submission's final result. Twice is as good as once. Raises LeaseLost."""
    now = deps.clock()
    with deps.database.write() as session:
        submission, attempt = _lock(session, claim)
        if attempt.state is AttemptState.FINISHED:
            return
        _check_fence(submission, attempt, claim)
        _put_cases(session, claim, report.cases)
        attempt.state, attempt.finished_at, attempt.fault = AttemptState.FINISHED, now, Fault.NOBODY
        submission.state, submission.finished_at, submission.is_regrade = SubmissionState.DONE, now, False
        submission.points, submission.max_points = score.points, score.max_points
        submission.groups = [asdict(group) for group in score.groups]
    deps.live.publish(claim.submission_id)


def fail(deps: Deps, claim: Claim, error: AbgabeError) -> SubmissionState:
    """End the attempt by our or the suite's fault: queued again after a pause, or stuck after max_attempts.

    Where the sandbox's engine did not answer, it waits until that does: no fault of the submission. What the
    attempt found out stays and is shown. Raises LeaseLost.
    """
    now = deps.clock()
    with deps.database.write() as session:
        submission, attempt = _own(session, claim)
        attempt.state, attempt.finished_at, attempt.fault = AttemptState.FAILED, now, error.fault
        attempt.error = {"code": error.code, "params": printable(error.params)}
        backoff_s = deps.settings.retry_backoff_s
        if isinstance(error, EngineAway):
            pause_s = min(MAX_PAUSE_S, backoff_s * submission.fence)
            _put_back(submission, now + dt.timedelta(seconds=pause_s))
        else:
            count_try(deps, submission, now, backoff_s * 2**submission.tries)
        state = submission.state
    log.warning("attempt.failed", submission=claim.submission_id, number=claim.number, state=state, error=str(error))
    deps.live.publish(claim.submission_id)
    return state


def release(deps: Deps, claim: Claim) -> None:
    """Give the attempt back because the worker was told to stop. It does not count. Raises LeaseLost."""
    now = deps.clock()
    with deps.database.write() as session:
        submission, attempt = _own(session, claim)
        attempt.state, attempt.finished_at = AttemptState.ABANDONED, now
        _put_back(submission, now)
    deps.live.publish(claim.submission_id)


def count_try(deps: Deps, submission: Submission, now: dt.datetime, pause_s: float) -> None:
    """Back to the queue after a lost attempt, or out of it if that was the last one allowed."""
    submission.tries += 1
    if submission.tries >= deps.settings.max_attempts:
        submission.state, submission.finished_at, submission.enqueued_at = SubmissionState.STUCK, now, None
    else:
        _put_back(submission, now + dt.timedelta(seconds=pause_s))


def _put_back(submission: Submission, due_at: dt.datetime) -> None:
    submission.state, submission.due_at, submission.enqueued_at = SubmissionState.QUEUED, due_at, None


def _lease_end(deps: Deps, now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(seconds=deps.settings.lease_s)


def _lock(session: Session, claim: Claim) -> tuple[Submission, Attempt]:
    submission = session.get(Submission, claim.submission_id, with_for_update=True)
    attempt = session.get(Attempt, claim.attempt_id)
    if submission is None or attempt is None:
        raise LeaseLost(LEASE_LOST, number=claim.number, submission_id=claim.submission_id)
    return submission, attempt


def _check_fence(submission: Submission, attempt: Attempt, claim: Claim) -> None:
    if submission.fence != claim.number or attempt.state is not AttemptState.RUNNING:
        raise LeaseLost(LEASE_LOST, number=claim.number, submission_id=claim.submission_id)


def _own(session: Session, claim: Claim) -> tuple[Submission, Attempt]:
    """The claim's rows, locked; LeaseLost where they are not its any more."""
    submission, attempt = _lock(session, claim)
    _check_fence(submission, attempt, claim)
    return submission, attempt


def _check_is_own(session: Session, claim: Claim) -> None:
    """As ``_own``, for what is done for each case: one small question instead of two whole rows."""
    query = select(Submission.fence, Attempt.state).join(Attempt, Attempt.submission_id == Submission.id)
    query = query.where(Submission.id == claim.submission_id, Attempt.id == claim.attempt_id)
    found = session.execute(query.with_for_update(of=Submission)).one_or_none()
    if found is None or tuple(found) != (claim.number, AttemptState.RUNNING):
        raise LeaseLost(LEASE_LOST, number=claim.number, submission_id=claim.submission_id)


def _put_cases(session: Session, claim: Claim, results: Sequence[CaseResult]) -> None:
    """Those that are not yet there as they are."""
    query = select(CaseRow.position, CaseRow.result).where(CaseRow.attempt_id == claim.attempt_id)
    known: dict[int, dict[str, Any]] = dict(session.execute(query).all())
    for position, result in enumerate(results):
        if known.get(position) != result.to_json():
            _put_case(session, claim, position, result)


def _put_case(session: Session, claim: Claim, position: int, result: CaseResult) -> None:
    content = {"case_id": result.spec.id, "verdict": result.verdict, "result": result.to_json()}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(CaseRow).values(attempt_id=claim.attempt_id, position=position, **content)
    session.execute(row.on_conflict_do_update(index_elements=[CaseRow.attempt_id, CaseRow.position], set_=content))

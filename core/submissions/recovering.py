"""Finding lost work: leases that ran out, messages that vanished. Runs at start and every few seconds.

Any number of processes may do this at once: each decision is made again under the row's lock.
"""

from __future__ import annotations

import datetime as dt
import threading

import structlog
from sqlalchemy import ColumnElement, func, select, update

from core import metrics
from core.deps import Deps
from core.errors import OurError, texts
from core.models import Attempt, AttemptState, Submission, SubmissionState
from core.submissions.enqueueing import enqueue
from core.submissions.grading import count_try
from exam.report import Fault

LEASE_EXPIRED = texts(
    "lease.expired",
    en=("The worker {worker} died or fell silent during the exam.", "If this repeats, look at the worker's log."),
    de=(
        "Der Worker {worker} ist während der Prüfung ausgefallen oder verstummt.",
        "Wiederholt sich das, hilft das Protokoll des Workers weiter.",
    ),
)

_Suspect = tuple[str, dt.datetime | None]
AT_MOST = 1000
"""Messages sent in one round: a great regrade is no reason to read it all every few seconds."""

log = structlog.get_logger(__name__)


def reconcile(deps: Deps, *, queue_is_empty: bool = False, at_most: int = AT_MOST) -> list[str]:
    """Requeue what lost its worker and enqueue what lost its message, the oldest ``at_most``; returns their ids.

    ``queue_is_empty`` says that no message can have survived: a broker in memory, just started.
    """
    now = deps.clock()
    for submission_id in _expired(deps, now):
        _abandon(deps, submission_id, now)
    enqueued: list[str] = []
    for submission_id, told_at in _suspects(deps, now, queue_is_empty, at_most):
        if not _mark_enqueued(deps, submission_id, told_at, now):
            continue  # another process was faster, or a worker has it
        if not enqueue(deps, submission_id):
            break  # the broker is down; the next round tries again
        enqueued.append(submission_id)
    return enqueued


def expire_leases(deps: Deps, worker_prefix: str) -> None:
    """End the leases of workers that are known to be dead, so that nobody waits for them to run out."""
    with deps.database.write() as session:
        session.execute(
            update(Attempt)
            .where(Attempt.state == AttemptState.RUNNING, Attempt.worker.startswith(worker_prefix, autoescape=True))
            .values(lease_until=deps.clock() - dt.timedelta(microseconds=1))
        )


def _expired(deps: Deps, now: dt.datetime) -> list[str]:
    with deps.database.read() as session:
        query = select(Attempt.submission_id).where(_lease_is_over(now)).order_by(Attempt.submission_id)
        return list(session.scalars(query))


def _lease_is_over(now: dt.datetime) -> ColumnElement[bool]:
    return (Attempt.state == AttemptState.RUNNING) & (Attempt.lease_until < now)


def _abandon(deps: Deps, submission_id: str, now: dt.datetime) -> None:
    with deps.database.write() as session:
        submission = session.get_one(Submission, submission_id, with_for_update=True)
        query = select(Attempt).where(Attempt.submission_id == submission_id, _lease_is_over(now))
        attempt = session.scalars(query).one_or_none()
        if attempt is None:
            return  # a heartbeat or another reconciler came first
        attempt.state, attempt.finished_at, attempt.fault = AttemptState.ABANDONED, now, Fault.OURS
        attempt.error = {"code": LEASE_EXPIRED, "params": {"worker": attempt.worker}}
        count_try(deps, submission, now, pause_s=0)
    metrics.LEASES_EXPIRED.inc()
    log.warning("attempt.abandoned", submission=submission_id, worker=attempt.worker, state=submission.state)
    deps.live.publish(submission_id)


def _suspects(deps: Deps, now: dt.datetime, queue_is_empty: bool, at_most: int) -> list[_Suspect]:
    """Due submissions of which perhaps no worker knows, oldest first, each with when it was last enqueued."""
    due = (Submission.state == SubmissionState.QUEUED) & (Submission.due_at <= now)
    if queue_is_empty:
        return _oldest(deps, due, at_most)
    untold = Submission.enqueued_at.is_(None)
    long_ago = now - dt.timedelta(seconds=deps.settings.requeue_s)
    suspects = _oldest(deps, due & (untold | (Submission.enqueued_at < long_ago)), at_most)
    if all(told_at is None for _, told_at in suspects) or _waiting(deps) < _count(deps, due):
        return suspects
    # as many messages as submissions: none was lost, the workers are only busy
    return _oldest(deps, due & untold, at_most)


def _oldest(deps: Deps, which: ColumnElement[bool], at_most: int) -> list[_Suspect]:
    query = select(Submission.id, Submission.enqueued_at).where(which).order_by(Submission.id).limit(at_most)
    with deps.database.read() as session:
        return [(submission_id, told_at) for submission_id, told_at in session.execute(query)]


def _count(deps: Deps, which: ColumnElement[bool]) -> int:
    with deps.database.read() as session:
        return session.scalar(select(func.count()).select_from(Submission).where(which)) or 0


def _waiting(deps: Deps) -> int:
    try:
        return deps.queue.waiting()
    except OurError as error:
        log.warning("queue.unknown_length", error=str(error))
        return 0


def _mark_enqueued(deps: Deps, submission_id: str, told_at: dt.datetime | None, now: dt.datetime) -> bool:
    with deps.database.write() as session:
        changed = session.scalars(
            update(Submission)
            .where(
                Submission.id == submission_id,
                Submission.state == SubmissionState.QUEUED,
                Submission.enqueued_at.is_not_distinct_from(told_at),
            )
            .values(enqueued_at=now)
            .returning(Submission.id)
        )
        return changed.first() is not None


class Reconciler:
    """``reconcile`` in a thread of its own: at once, then every ``reconcile_s``. Outlives any failure of the parts."""

    def __init__(self, deps: Deps, *, queue_is_empty: bool = False) -> None:
        self._deps = deps
        self._queue_is_empty = queue_is_empty
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reconciler", daemon=True)

    def start(self) -> Reconciler:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                reconcile(self._deps, queue_is_empty=self._queue_is_empty)
                self._queue_is_empty = False
            except Exception:
                log.exception("reconcile.failed")
            self._stopping.wait(self._deps.settings.reconcile_s)

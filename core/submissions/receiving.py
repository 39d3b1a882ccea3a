"""Accepting a submission: bytes stored durably, row committed, then enqueued, then answered."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.deps import Deps
from core.errors import KeyReused, NotAllowed, NotFound, texts
from core.models import Exercise, Submission, SubmissionState, User, new_id
from core.storage import Staged
from core.submissions.enqueueing import enqueue
from core.submissions.limits import check_limits, on_clocks, waits, was_seen
from core.submissions.ordering import next_place

if TYPE_CHECKING:
    from core.intake import Intake

EXERCISE_NOT_OPEN = texts(
    "exercise.not_open",
    en=("This exercise opens at {opens_at}.", "Please hand in then."),
    de=("Diese Aufgabe öffnet am {opens_at}.", "Bitte dann abgeben."),
)
EXERCISE_CLOSED = texts(
    "exercise.closed",
    en=("This exercise closed at {closes_at}; nothing was handed in.", "Ask your tutor if you think this is wrong."),
    de=(
        "Diese Aufgabe wurde am {closes_at} geschlossen; es wurde nichts abgegeben.",
        "Bitte wende dich an deine Tutorin oder deinen Tutor, falls das ein Irrtum ist.",
    ),
)
EXERCISE_UNKNOWN = texts(
    "exercise.unknown",
    en=("There is no such exercise.", "Choose one from the list of exercises."),
    de=("Diese Aufgabe gibt es nicht.", "Bitte eine aus der Liste der Aufgaben wählen."),
)
KEY_REUSED = texts(
    "idempotency.key_reused",
    en=(
        "The idempotency key was used before, for other content (submission {submission_id}).",
        "Send a fresh key with each new submission.",
    ),
    de=(
        "Der Idempotenzschlüssel wurde schon für einen anderen Inhalt benutzt (Abgabe {submission_id}).",
        "Bitte für jede neue Abgabe einen neuen Schlüssel senden.",
    ),
)

MAX_FILENAME = 200


def receive(
    deps: Deps,
    *,
    user_id: int,
    exercise_id: int,
    archive: BinaryIO,
    intake: Intake,
    filename: str,
    idempotency_key: str | None = None,
) -> Submission:
    """Accept ``archive`` (from ``intake.pack``), which ``intake.read`` has read without refusing it.

    Whatever happens after this has returned, the submission will be graded. The same key with the same content
    returns the first submission again; with other content it raises KeyReused. Raises NotFound, NotAllowed,
    TooOften, Conflict, StorageFailed likewise with nothing accepted.
    """
    now, replaced = deps.clock(), list[Submission]()
    archive.seek(0)
    with deps.blobs.staged(archive) as staged, deps.database.write() as session:
        user, exercise = _who_and_where(session, user_id, exercise_id)
        submission = _known(session, user, exercise, staged.sha256, idempotency_key)
        if submission is None:
            replaced = _replaceable(session, user, exercise)
            if not user.role.is_staff:
                check_open(exercise, deps.settings.time_zone, now)
                check_limits(session, deps.settings, user.id, exercise, staged.size_bytes, now)
            submission = _new_submission(session, user, exercise, staged, now)
            submission.filename = _clean(filename)
            submission.missing = list(intake.missing)
            submission.notices = [notice.to_json() for notice in intake.notices]
            submission.idempotency_key = idempotency_key
            _replace(session, replaced, submission, now)
            session.add(submission)
            session.flush()  # what the database refuses is not kept either
        staged.keep()  # before the commit: no row is without its bytes
    if submission.state is SubmissionState.QUEUED:
        enqueue(deps, submission.id)
    for one in (submission, *replaced):
        deps.live.publish(one.id)
    return submission


def _who_and_where(session: Session, user_id: int, exercise_id: int) -> tuple[User, Exercise]:
    """Locks the user, so that there is one hand-in at a time of each: numbers have no gaps, a key is used once, no
    limit is passed by two at once."""
    asked = select(User, Exercise).join(Exercise, Exercise.id == exercise_id).where(User.id == user_id)
    row = session.execute(asked.with_for_update(of=User, key_share=True)).one_or_none()
    if row is None:
        raise NotFound(EXERCISE_UNKNOWN)
    return row[0], row[1]


def check_open(exercise: Exercise, time_zone: str, now: dt.datetime) -> None:
    """Raises NotAllowed, with the times on the clocks of ``time_zone``, where students cannot hand in now."""
    check_opened(exercise, time_zone, now)
    if exercise.closes_at and now >= exercise.closes_at:
        raise NotAllowed(EXERCISE_CLOSED, closes_at=on_clocks(exercise.closes_at, time_zone))


def check_opened(exercise: Exercise, time_zone: str, now: dt.datetime) -> None:
    """Raises NotAllowed where the exercise is not open yet."""
    if exercise.opens_at and now < exercise.opens_at:
        raise NotAllowed(EXERCISE_NOT_OPEN, opens_at=on_clocks(exercise.opens_at, time_zone))


def _known(session: Session, user: User, exercise: Exercise, sha256: str, key: str | None) -> Submission | None:
    """The submission that this key stands for already, if any."""
    if key is None:
        return None
    query = select(Submission).where(Submission.user_id == user.id, Submission.idempotency_key == key)
    known = session.scalars(query).one_or_none()
    if known and (known.exercise_id, known.blob_sha256) != (exercise.id, sha256):
        raise KeyReused(KEY_REUSED, submission_id=known.id)
    return known


def _new_submission(session: Session, user: User, exercise: Exercise, staged: Staged, now: dt.datetime) -> Submission:
    mine = (Submission.user_id == user.id, Submission.exercise_id == exercise.id)
    last_number = session.scalar(select(func.max(Submission.number)).where(*mine)) or 0
    submission_id, place = new_id(), next_place(session, user.id, exercise.id)
    return Submission(
        id=submission_id,
        user_id=user.id,
        exercise_id=exercise.id,
        number=last_number + 1,
        blob_sha256=staged.sha256,
        size_bytes=staged.size_bytes,
        seed=_seed(submission_id),
        received_at=now,
        state=SubmissionState.QUEUED,
        fence=0,
        tries=0,
        due_at=now,
        enqueued_at=now,
        turn=place.turn,
        lap=place.lap,
    )


def _replaceable(session: Session, user: User, exercise: Exercise) -> list[Submission]:
    """What the next hand-in replaces, locked: what is not counted because it waits cannot be claimed any more. What a
    worker is just claiming is waited for, and is running then."""
    if not exercise.supersedes:
        return []
    query = select(Submission).where(Submission.user_id == user.id, Submission.exercise_id == exercise.id, waits())
    return list(session.scalars(query.with_for_update()))


def _replace(session: Session, replaced: list[Submission], fresh: Submission, now: dt.datetime) -> None:
    """End those; ``fresh`` takes over their place in the queue."""
    for one in replaced:
        one.state, one.finished_at = SubmissionState.SUPERSEDED, now
        one.superseded_by, one.costs = fresh.number, one.costs and was_seen(session, one.id)
    fresh.turn, fresh.lap = min((one.turn, one.lap) for one in (*replaced, fresh))


def _seed(submission_id: str) -> int:
    """31 bits from the id, so that every regrade of a submission draws the same numbers."""
    return int.from_bytes(hashlib.sha256(submission_id.encode()).digest()[:4]) >> 1


def _clean(filename: str) -> str:
    """The last part of a client's file name, printable and not too long; it is only ever shown."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[:MAX_FILENAME] or "upload"

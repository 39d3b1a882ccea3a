"""The order of the queue. Each submission gets its place when it is handed in, so that claiming is a look at an index.

Start-time fair queueing (Goyal, Vin and Cheng, 1996), twice: students take turns, and within one turn so do exercises.
A student's next hand-in is due one turn after their last one, but never before the turn that is being graded now. So
fifty hand-ins of one student wait behind one of everybody else's, and who comes after a pause has saved up nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.models import Submission, SubmissionState

ORDER = (Submission.is_regrade, Submission.turn, Submission.lap, Submission.id)
BEGUN = (SubmissionState.RUNNING, SubmissionState.DONE, SubmissionState.STUCK)
LIVE = (SubmissionState.QUEUED, *BEGUN)

CLOCK_SKEW = dt.timedelta(seconds=5)
"""So far may the clock of a worker lag behind those of the others. Not more: its leases would be over too soon."""


class Place(NamedTuple):
    turn: int
    lap: int


def next_place(session: Session, user_id: int, exercise_id: int) -> Place:
    """The place of a submission that this student hands in now."""
    turn = _next(tuple(session.execute(_TURNS, {"user": user_id}).one()))
    return Place(turn, _next(tuple(session.execute(_LAPS, {"exercise": exercise_id, "turn": turn}).one())))


def _next(found: Sequence[int | None]) -> int:
    """One after the flow's last, which comes first, but not before how far grading has come."""
    last, *furthest = found
    now = max((value for value in furthest if value is not None), default=0)
    return now if last is None else max(now, last + 1)


def _furthest(column: InstrumentedAttribute[int], *where: ColumnElement[bool]) -> list[ScalarSelect[int]]:
    """How far grading has come: the greatest value among what was ever begun, also where that is to be graded again.
    One look at the index for each kind."""
    kinds = [(state, is_regrade) for state in BEGUN for is_regrade in (False, True)] + [(SubmissionState.QUEUED, True)]
    return [
        select(column)
        .where(Submission.state == state, Submission.is_regrade.is_(is_regrade), *where)
        .order_by(column.desc())
        .limit(1)
        .scalar_subquery()
        for state, is_regrade in kinds
    ]


# Made once: to make these takes longer than to ask them.
_TURNS = select(
    select(func.max(Submission.turn))
    .where(Submission.user_id == bindparam("user"), Submission.state.in_(LIVE))
    .scalar_subquery(),
    *_furthest(Submission.turn),
)
_SAME_TURN = Submission.turn == bindparam("turn")
_LAPS = select(
    select(Submission.lap)
    .where(Submission.exercise_id == bindparam("exercise"), _SAME_TURN, Submission.state.in_(LIVE))
    .order_by(Submission.lap.desc())
    .limit(1)
    .scalar_subquery(),
    *_furthest(Submission.lap, _SAME_TURN),
)


def next_in_line(now: dt.datetime) -> Select[Submission]:
    """The submission to grade next, locked; what another worker is just taking is passed over."""
    # what the workers were told of is due by the clock of whoever told them; the message would be used up for nothing
    told = Submission.enqueued_at.is_not(None) & (Submission.due_at <= now + CLOCK_SKEW)
    waiting = (Submission.state == SubmissionState.QUEUED) & ((Submission.due_at <= now) | told)
    return select(Submission).where(waiting).order_by(*ORDER).limit(1).with_for_update(skip_locked=True)


def ahead_of(submission: Submission) -> ColumnElement[bool]:
    """Whether a submission waits and will be claimed before ``submission``."""
    place = (submission.is_regrade, submission.turn, submission.lap, submission.id)
    return (Submission.state == SubmissionState.QUEUED) & (tuple_(*ORDER) < tuple_(*place))

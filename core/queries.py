"""What pages and the API show, read in one transaction each. Nothing here changes anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from core.database import Database
from core.forecast import Forecast, Outlook, forecast
from core.models import Attempt, AttemptState, CaseRow, Course, Exercise, Submission, SubmissionState, User, utc_now
from exam.report import CaseResult, CaseSpec


@dataclass(frozen=True)
class SubmissionPage:
    """One submission with everything its page shows."""

    submission: Submission
    exercise: Exercise
    user: User
    attempts: tuple[Attempt, ...]
    """Every grading run, the latest first."""
    plan: tuple[CaseSpec, ...]
    """Every case of the shown attempt in the suite's order; empty until the examiner has read the suite."""
    results: dict[int, CaseResult]
    """The cases of the shown attempt that have ended, by their place in the plan."""
    forecast: Forecast | None
    """Where it waits and until when; None: it does not."""
    superseded_by: str | None
    """The id of the hand-in that took its place."""

    @property
    def queue_position(self) -> int | None:
        return self.forecast.position if self.forecast else None

    @property
    def attempt(self) -> Attempt | None:
        return shown_attempt(self.submission, self.attempts)

    @property
    def cases(self) -> tuple[tuple[CaseSpec, CaseResult | None], ...]:
        """Every case in order, with its result as far as there is one."""
        return tuple((spec, self.results.get(position)) for position, spec in enumerate(self.plan))


@dataclass(frozen=True)
class HandIn:
    """One line of a table of submissions."""

    submission: Submission
    exercise: Exercise
    user: User


@dataclass(frozen=True)
class HandInFilter:
    """Which hand-ins to list; None: all."""

    exercise_id: int | None = None
    user_id: int | None = None
    state: SubmissionState | None = None


@dataclass(frozen=True)
class HandInPage:
    hand_ins: tuple[HandIn, ...]
    next_before: str | None
    """``before`` of the next page; None: this was the last one."""


def shown_attempt(submission: Submission, attempts: Sequence[Attempt]) -> Attempt | None:
    """Of ``attempts``, the latest first, the one whose cases are shown: while a submission that has a result is graded
    again, still the one that the result comes from."""
    if submission.points is not None:
        return next((one for one in attempts if one.state is AttemptState.FINISHED), None)
    return attempts[0] if attempts else None


def submission_page(database: Database, submission_id: str, now: dt.datetime | None = None) -> SubmissionPage | None:
    """``now`` is for the forecast; None: the present."""
    with database.read() as session:
        row = session.execute(_hand_ins().where(Submission.id == submission_id)).one_or_none()
        if row is None:
            return None
        submission, exercise, user = row
        attempts = session.scalars(
            select(Attempt).where(Attempt.submission_id == submission_id).order_by(Attempt.number.desc())
        ).all()
        shown = shown_attempt(submission, attempts)
        return SubmissionPage(
            submission,
            exercise,
            user,
            attempts=tuple(attempts),
            plan=tuple(CaseSpec.from_json(case) for case in (shown.plan or ())) if shown else (),
            results=_results(session, shown.id) if shown else {},
            forecast=forecast(session, submission, now or utc_now()),
            superseded_by=_superseded_by(session, submission),
        )


def forecast_of(database: Database, submission: Submission, now: dt.datetime, outlook: Outlook) -> Forecast | None:
    """Where a submission that was just read or made waits; ``outlook`` may be some seconds old."""
    with database.read() as session:
        return forecast(session, submission, now, outlook)


def _results(session: Session, attempt_id: str) -> dict[int, CaseResult]:
    rows = session.scalars(select(CaseRow).where(CaseRow.attempt_id == attempt_id).order_by(CaseRow.position))
    return {row.position: CaseResult.from_json(row.result) for row in rows}


def _superseded_by(session: Session, submission: Submission) -> str | None:
    if submission.state is not SubmissionState.SUPERSEDED:
        return None
    same = (Submission.user_id == submission.user_id, Submission.exercise_id == submission.exercise_id)
    return session.scalar(select(Submission.id).where(*same, Submission.number == submission.superseded_by))


def hand_ins(
    database: Database, which: HandInFilter | None = None, *, before: str | None = None, limit: int = 50
) -> HandInPage:
    """A page of hand-ins, newest first; ``before`` is the id after which (in this order) the page begins."""
    which = which or HandInFilter()
    query = _hand_ins().order_by(Submission.id.desc()).limit(limit + 1)
    if which.exercise_id is not None:
        query = query.where(Submission.exercise_id == which.exercise_id)
    if which.user_id is not None:
        query = query.where(Submission.user_id == which.user_id)
    if which.state is not None:
        query = query.where(Submission.state == which.state)
    if before is not None:
        query = query.where(Submission.id < before)
    with database.read() as session:
        found = [HandIn(*row) for row in session.execute(query)]
    more = len(found) > limit
    return HandInPage(tuple(found[:limit]), found[limit - 1].submission.id if more else None)


def _hand_ins() -> Select[Submission, Exercise, User]:
    return select(Submission, Exercise, User).join(Exercise).join(User)


def submissions_of(database: Database, user_id: int, exercise_id: int) -> list[Submission]:
    """A student's submissions to an exercise, the newest first."""
    mine = (Submission.user_id == user_id, Submission.exercise_id == exercise_id)
    with database.read() as session:
        return list(session.scalars(select(Submission).where(*mine).order_by(Submission.number.desc())))


def courses(database: Database) -> list[tuple[Course, list[Exercise]]]:
    """Every course with its exercises, in the order in which they are shown."""
    with database.read() as session:
        exercises = session.scalars(select(Exercise).order_by(Exercise.position, Exercise.slug)).all()
        found = session.scalars(select(Course).order_by(Course.id)).all()
        return [(course, [one for one in exercises if one.course_id == course.id]) for course in found]


# Made once: every hand-in asks it, and to make it takes longer than to ask it.
_BY_SLUG = select(Exercise).join(Course).where(Exercise.slug == bindparam("slug")).order_by(Course.id).limit(1)


def find_exercise(database: Database, slug: str, course: str | None = None) -> Exercise | None:
    """The exercise ``slug``, of the first course that has one unless ``course`` (a slug) is given."""
    query = _BY_SLUG if course is None else _BY_SLUG.where(Course.slug == course)
    with database.read() as session:
        return session.scalars(query, {"slug": slug}).one_or_none()


def exercises_in_use(database: Database, now: dt.datetime, most: int) -> list[str]:
    """The ids of up to ``most`` exercises that take hand-ins at ``now``; those handed in last come first."""
    # ids grow with time; asked for each exercise, it is one look at an index
    latest = select(func.max(Submission.id)).where(Submission.exercise_id == Exercise.id).scalar_subquery()
    begun = Exercise.opens_at.is_(None) | (Exercise.opens_at <= now)
    ended = Exercise.closes_at.is_not(None) & (Exercise.closes_at <= now)
    each = select(Exercise.slug, Exercise.position, latest.label("latest")).where(begun, ~ended).subquery()
    query = select(each.c.slug).group_by(each.c.slug)
    query = query.order_by(func.max(each.c.latest).desc().nulls_last(), func.min(each.c.position), each.c.slug)
    with database.read() as session:
        return list(session.scalars(query.limit(most)))

"""How often and how much a student may hand in: an exercise's own limits, and those that keep anyone from filling the
disk. What failed through our fault, and what was taken back before it was examined, never counts."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, case, exists, func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, TooOften, texts
from core.models import Attempt, CaseRow, Exercise, Submission, SubmissionState
from core.settings import Settings

PER_DAY = texts(
    "limit.per_day",
    en=(
        "This exercise takes {per_day} hand-in(s) a day, and yours of today are used up.",
        "The next one is possible from {next_at}.",
    ),
    de=(
        "Diese Aufgabe nimmt {per_day} Abgabe(n) am Tag an, und deine von heute sind aufgebraucht.",
        "Die nächste ist möglich ab {next_at}.",
    ),
)
COOL_DOWN = texts(
    "limit.cool_down",
    en=(
        "Between two hand-ins to this exercise there must be {minutes} min.",
        "The next one is possible from {next_at}.",
    ),
    de=(
        "Zwischen zwei Abgaben zu dieser Aufgabe müssen {minutes} min liegen.",
        "Die nächste ist möglich ab {next_at}.",
    ),
)
WAITING = texts(
    "limit.waiting",
    en=("{waiting} of your hand-ins wait for their exam; more cannot.", "Wait until one is graded, or cancel one."),
    de=(
        "{waiting} deiner Abgaben warten auf ihre Prüfung; mehr geht nicht.",
        "Bitte warte, bis eine bewertet ist, oder brich eine ab.",
    ),
)
HAND_INS = texts(
    "limit.hand_ins",
    en=("You have handed in {hand_ins} times, which is as often as this server allows.", "Ask your tutors for help."),
    de=(
        "Du hast {hand_ins} Mal abgegeben; öfter lässt dieser Server es nicht zu.",
        "Bitte wende dich an deine Tutorinnen und Tutoren.",
    ),
)
STORED = texts(
    "limit.stored",
    en=("With this one, all your hand-ins would take more than {limit_mib} MiB.", "Ask your tutors for help."),
    de=(
        "Mit dieser wären alle deine Abgaben zusammen größer als {limit_mib} MiB.",
        "Bitte wende dich an deine Tutorinnen und Tutoren.",
    ),
)
WAIT_S = 60
"""After so long it is worth to try again where too many hand-ins wait."""


@dataclass(frozen=True)
class Allowance:
    """What an exercise lets a student hand in. None: without limit, or now."""

    per_day: int | None
    used: int
    """Hand-ins of today that count."""
    cool_down_minutes: int | None
    next_at: dt.datetime | None

    @property
    def left(self) -> int | None:
        return None if self.per_day is None else max(0, self.per_day - self.used)

    @property
    def shown_next_at(self) -> dt.datetime | None:
        """``next_at`` for people: a full minute, at which a hand-in is not refused any more."""
        return self.next_at and _round_up(self.next_at)


def allowance(session: Session, settings: Settings, user_id: int, exercise: Exercise, now: dt.datetime) -> Allowance:
    """The day is that of ``settings.time_zone``."""
    midnight, next_midnight = _day(now, settings.time_zone)
    used, last = session.execute(
        select(
            func.sum(case((Submission.received_at >= midnight, 1), else_=0)), func.max(Submission.received_at)
        ).where(Submission.user_id == user_id, Submission.exercise_id == exercise.id, _counts(exercise))
    ).one()
    used = used or 0
    pauses = [now]
    if exercise.per_day is not None and used >= exercise.per_day:
        pauses.append(next_midnight)
    if exercise.cool_down_minutes and last:
        pauses.append(last + dt.timedelta(minutes=exercise.cool_down_minutes))
    next_at = max(pauses)
    return Allowance(exercise.per_day, used, exercise.cool_down_minutes, next_at if next_at > now else None)


def _round_up(at: dt.datetime) -> dt.datetime:
    minute = at.replace(second=0, microsecond=0)
    return minute if minute == at else minute + dt.timedelta(minutes=1)


def _counts(exercise: Exercise) -> ColumnElement[bool]:
    """Whether a submission counts for the next one; what that one would replace does so only if it was seen."""
    counts = Submission.costs.is_(True) & (Submission.state != SubmissionState.STUCK)
    return counts & (~waits() | _has_verdict()) if exercise.supersedes else counts


def was_seen(session: Session, submission_id: str) -> bool:
    """Whether any attempt at it has shown a verdict, however that attempt ended: then it costs, whatever comes."""
    return bool(session.scalar(select(_has_verdict()).where(Submission.id == submission_id)))


def _has_verdict() -> ColumnElement[bool]:
    shown = exists().where(CaseRow.attempt_id == Attempt.id, Attempt.submission_id == Submission.id)
    return shown.correlate(Submission)


def waits() -> ColumnElement[bool]:
    """Whether a submission was handed in and no worker has it yet; one that is graded again does not wait."""
    return (Submission.state == SubmissionState.QUEUED) & Submission.is_regrade.is_(False)


def _day(now: dt.datetime, time_zone: str) -> tuple[dt.datetime, dt.datetime]:
    """The midnights before and after ``now``; on some days they lie 23 or 25 hours apart."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    days = (today, today + dt.timedelta(days=1))
    before, after = (dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC) for day in days)
    return before, after


def on_clocks(when: dt.datetime, time_zone: str) -> str:
    """``when`` for a refusal, as the clocks of ``time_zone`` show it."""
    return f"{when.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M %Z}"


NOWHERE = 0
"""An id that no exercise has."""
_STAYS = waits() & (Submission.exercise_id != bindparam("replaced_in"))
_TOTALS = select(  # made once: to make it takes longer than to ask it
    func.count(), func.sum(Submission.size_bytes), func.sum(case((_STAYS, 1), else_=0))
).where(Submission.user_id == bindparam("user"))


def check_limits(
    session: Session, settings: Settings, user_id: int, exercise: Exercise, size_bytes: int, now: dt.datetime
) -> None:
    """Raises TooOften or Conflict where a hand-in of ``size_bytes`` is not to be accepted now."""
    if exercise.per_day is not None or exercise.cool_down_minutes is not None:
        _check_exercise(allowance(session, settings, user_id, exercise, now), settings.time_zone, now)
    whose = {"user": user_id, "replaced_in": exercise.id if exercise.supersedes else NOWHERE}
    hand_ins, stored_bytes, waiting = session.execute(_TOTALS, whose).one()
    if (waiting or 0) >= settings.max_waiting:
        raise TooOften(WAITING, retry_after_s=WAIT_S, waiting=waiting)
    if hand_ins >= settings.max_hand_ins:
        raise Conflict(HAND_INS, hand_ins=hand_ins)
    if int(stored_bytes or 0) + size_bytes > settings.max_stored_mib * 2**20:
        raise Conflict(STORED, limit_mib=settings.max_stored_mib)


def _check_exercise(allowed: Allowance, time_zone: str, now: dt.datetime) -> None:
    if allowed.next_at is None:
        return
    wait_s = math.ceil((allowed.next_at - now).total_seconds())
    next_at = on_clocks(_round_up(allowed.next_at), time_zone)
    if allowed.left == 0:
        raise TooOften(PER_DAY, retry_after_s=wait_s, per_day=allowed.per_day, next_at=next_at)
    raise TooOften(COOL_DOWN, retry_after_s=wait_s, minutes=allowed.cool_down_minutes, next_at=next_at)

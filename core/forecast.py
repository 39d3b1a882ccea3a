"""When a waiting submission will have its result: its place in the queue, and the exams before it laid out on as many
workers as were busy of late, each as long as exams of its exercise take on average.

``forecast`` is for one submission, ``Outlook`` for all that wait at a moment, read at once.
"""

from __future__ import annotations

import datetime as dt
import heapq
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.models import Attempt, AttemptState, Submission, SubmissionState
from core.submissions.ordering import ORDER, ahead_of

SAMPLES = 30
"""Latest exams from which durations and the number of workers are read."""
RECENT = dt.timedelta(minutes=10)
"""A worker that has begun or ended nothing for so long does not count."""
STEPS_S = ((20, 5), (60, 10), (600, 60), (3600, 300), (math.inf, 1800))
"""Below each bound, an estimate is given in steps of so many seconds."""


@dataclass(frozen=True)
class Forecast:
    position: int
    """1: next in line."""
    eta_s: float | None
    """Seconds until the result; None where no exam of the kind has ended yet."""

    @property
    def shown_s(self) -> int | None:
        """``eta_s`` as exactly as anybody should say it."""
        return None if self.eta_s is None else coarse(self.eta_s)


_Place = tuple[bool, int, int]


class _Arrival(NamedTuple):
    exercise_id: int
    place: _Place
    received_at: dt.datetime


class _Waiting(NamedTuple):
    exercise_id: int
    place: _Place
    fence: int
    position: int
    """0: next in line."""


class _Exams(NamedTuple):
    """What every estimate of a moment is made of, beside the submission's own place."""

    now: dt.datetime
    running: list[tuple[int, dt.datetime]]
    """Exercise and beginning of each."""
    latest: list[_Arrival]
    lengths_s: Mapping[int, list[float]]
    """By exercise; empty where no exam has ended yet."""
    workers: int
    kinds: frozenset[int]
    """The exercises of which all that is known is here."""


def coarse(seconds: float) -> int:
    """Rounded to a step that grows with the time; never 0."""
    step = next(step for bound, step in STEPS_S if seconds < bound)
    return max(1, round(seconds / step)) * step


def forecast(
    session: Session, submission: Submission, now: dt.datetime, outlook: Outlook | None = None
) -> Forecast | None:
    """None where it does not wait. With an ``outlook`` of late only its place in the queue is asked for."""
    if submission.state is not SubmissionState.QUEUED:
        return None
    counted = select(Submission.exercise_id, func.count()).where(ahead_of(submission))
    ahead = dict(session.execute(counted.group_by(Submission.exercise_id)).all())
    kinds = {submission.exercise_id, *ahead}
    exams = outlook.exams if outlook else None
    if exams is None or not kinds <= exams.kinds:
        exams = _exams(session, now, kinds)
    return Forecast(1 + sum(ahead.values()), _eta_s(exams, submission.exercise_id, _place(submission), ahead))


class Outlook:
    """The queue of one moment: the forecast of each submission in it, without asking the database again."""

    def __init__(self, session: Session, now: dt.datetime) -> None:
        columns = (Submission.id, Submission.exercise_id, Submission.is_regrade, Submission.turn, Submission.lap)
        query = select(*columns, Submission.fence).where(Submission.state == SubmissionState.QUEUED).order_by(*ORDER)
        self._queue = {
            submission_id: _Waiting(exercise, (is_regrade, turn, lap), fence, position)
            for position, (submission_id, exercise, is_regrade, turn, lap, fence) in enumerate(session.execute(query))
        }
        self._exercises = [one.exercise_id for one in self._queue.values()]
        self.exams = _exams(session, now, set(self._exercises)) if self._queue else None

    def forecast(self, submission: Submission) -> Forecast | None:
        """None where it does not wait, or has been examined since it was read."""
        mine = self._queue.get(submission.id)
        if mine is None or self.exams is None or mine.fence != submission.fence:
            return None
        ahead = Counter(self._exercises[: mine.position])
        return Forecast(1 + mine.position, _eta_s(self.exams, mine.exercise_id, mine.place, ahead))


def _exams(session: Session, now: dt.datetime, waiting: set[int]) -> _Exams:
    """``waiting``: the exercises that wait."""
    running, latest = _running(session), _latest(session)
    kinds = waiting.union((kind for kind, _ in running), (one.exercise_id for one in latest))
    lengths = _with_fallback({kind: _lengths_s(session, kind) for kind in kinds})
    return _Exams(now, running, latest, lengths, _workers(session, now), frozenset(kinds))


def _eta_s(exams: _Exams, exercise_id: int, place: _Place, ahead: Mapping[int, int]) -> float | None:
    if not exams.lengths_s:
        return None
    means = {kind: statistics.fmean(lengths) for kind, lengths in exams.lengths_s.items()}
    ages = [(kind, (exams.now - started).total_seconds()) for kind, started in exams.running]
    free_at = [_rest_s(exams.lengths_s[kind], age_s) for kind, age_s in ages]
    free_at += [0.0] * (max(1, exams.workers) - len(free_at))
    begin_s = _begin_s(free_at, ahead, means)
    overtaking_s = sum(means[one.exercise_id] for one in _overtakers(exams.latest) if one.place < place)
    begin_s += _overtaken_s(begin_s, overtaking_s, exams.latest, exams.now) / len(free_at)
    return begin_s + statistics.median(exams.lengths_s[exercise_id])


def _begin_s(free_at: list[float], ahead: Mapping[int, int], means: Mapping[int, float]) -> float:
    """When the first worker is free after all exams ahead, each of which goes to the first that is."""
    heapq.heapify(free_at)
    for exercise, count in ahead.items():
        for _ in range(count):
            heapq.heapreplace(free_at, free_at[0] + means[exercise])
    return free_at[0]


def _overtaken_s(wait_s: float, overtaking_s: float, latest: Sequence[_Arrival], now: dt.datetime) -> float:
    """The work of those who are yet to come and are placed before: as much as of the latest hand-ins is, once more;
    less where the wait is shorter than the time in which these came."""
    since_s = (now - min((one.received_at for one in latest), default=now)).total_seconds()
    return overtaking_s * min(1.0, wait_s / since_s) if since_s > 0 else 0.0


def _overtakers(arrivals: Iterable[_Arrival]) -> list[_Arrival]:
    """Those of ``arrivals`` that were placed before one that had come earlier."""
    found, furthest = [], (False, 0, 0)
    for one in arrivals:
        if one.place < furthest:
            found.append(one)
        furthest = max(furthest, one.place)
    return found


def _latest(session: Session) -> list[_Arrival]:
    """The latest live hand-ins since there has been a queue, whatever became of them, the newest last."""
    live = Submission.is_regrade.is_(False)
    first = select(Submission.id).where(Submission.state == SubmissionState.QUEUED, live).order_by(Submission.id)
    columns = (Submission.exercise_id, Submission.turn, Submission.lap, Submission.received_at)
    query = select(*columns).where(live, Submission.id > first.limit(1).scalar_subquery())
    rows = session.execute(query.order_by(Submission.id.desc()).limit(SAMPLES))
    return [_Arrival(exercise, (False, turn, lap), at) for exercise, turn, lap, at in rows][::-1]


def _place(submission: Submission) -> _Place:
    return submission.is_regrade, submission.turn, submission.lap


def _running(session: Session) -> list[tuple[int, dt.datetime]]:
    query = select(Submission.exercise_id, Attempt.started_at).join(Submission)
    return [(exercise, at) for exercise, at in session.execute(query.where(Attempt.state == AttemptState.RUNNING))]


def _lengths_s(session: Session, exercise_id: int) -> list[float]:
    """How long the latest exams of an exercise took."""
    query = (
        select(Attempt.started_at, Attempt.finished_at)
        .join(Submission, (Submission.id == Attempt.submission_id) & (Submission.fence == Attempt.number))
        .where(Submission.exercise_id == exercise_id, Submission.state == SubmissionState.DONE)
        .order_by(Submission.id.desc())
        .limit(SAMPLES)
    )
    return [(finished - started).total_seconds() for started, finished in session.execute(query) if finished]


def _with_fallback(lengths: Mapping[int, list[float]]) -> dict[int, list[float]]:
    """An exercise without an exam so far is taken for an average one; {} where there is none at all."""
    known = [length for of_one in lengths.values() for length in of_one]
    return {kind: of_one or known for kind, of_one in lengths.items()} if known else {}


def _rest_s(lengths: Sequence[float], age_s: float) -> float:
    """How much longer an exam of that age lasts, as those did that lasted longer."""
    rests = [length - age_s for length in lengths if length > age_s]
    return statistics.fmean(rests) if rests else statistics.fmean(lengths) / 4


def _workers(session: Session, now: dt.datetime) -> int:
    """The most exams that were held at the same time of late."""
    # by state only afterwards: asked for a state, SQLite reads everything that is in it
    query = select(Attempt.state, Attempt.started_at, Attempt.finished_at).order_by(Attempt.id.desc()).limit(SAMPLES)
    held = (AttemptState.RUNNING, AttemptState.FINISHED)
    spans = [(started, finished or now) for state, started, finished in session.execute(query) if state in held]
    return _most_at_once((started, finished) for started, finished in spans if finished > now - RECENT)


def _most_at_once(spans: Iterable[tuple[dt.datetime, dt.datetime]]) -> int:
    # at the same moment, an end comes before a beginning
    changes = sorted(change for started, finished in spans for change in ((started, 1), (finished, -1)))
    most = held = 0
    for _, change in changes:
        held += change
        most = max(most, held)
    return most

"""Courses and their exercises from the command line. An exercise is a suite that a course uses."""

from __future__ import annotations

import re
from contextlib import closing

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cli.accounts import USER_UNKNOWN
from cli.console import language, say
from cli.state import open_existing, operator
from core import audit
from core import submissions as core_submissions
from core.audit import Action, By
from core.database import Database
from core.deps import Deps
from core.errors import Conflict, NotFound, StudentError, texts
from core.models import Course, Exercise, Submission, SubmissionState, User
from core.queue import open_deps
from core.settings import Settings
from core.suites import Suite, Text, installed_suite

SLUG_ODD = texts(
    "course.slug_odd",
    en=("“{slug}” cannot be a course's short name.", "Use 1 to 64 letters (a to z), digits, - and _."),
    de=("„{slug}“ kann kein Kurzname eines Kurses sein.", "Bitte 1 bis 64 Buchstaben (a bis z), Ziffern, - und _."),
)
EXERCISE_IN_NO_COURSE = texts(
    "course.exercise_in_none",
    en=("There is no exercise {exercise} in any course.", "Known: {known}."),
    de=("Eine Aufgabe {exercise} gibt es in keinem Kurs.", "Bekannt: {known}."),
)
EXERCISE_NOT_IN_COURSE = texts(
    "course.no_such_exercise",
    en=("There is no exercise {exercise} in a course {course}.", "abgabe course add makes it."),
    de=("Eine Aufgabe {exercise} gibt es in keinem Kurs {course}.", "abgabe course add legt sie an."),
)

ID_UNKNOWN = texts(
    "course.no_such_submission",
    en=("There is no submission {id}.", "Its id is the last part of its page's address; nothing was queued."),
    de=(
        "Eine Abgabe {id} gibt es nicht.",
        "Die Id ist der letzte Teil der Adresse ihrer Seite; eingereiht wurde nichts.",
    ),
)
HAS_HAND_INS = texts(
    "course.has_hand_ins",
    en=(
        "{count} hand-in(s) were made to {exercise} of course {course}: it stays.",
        'So that it takes no more: abgabe course dates {course} {exercise} --closes "2026-12-15 23:59"',
    ),
    de=(
        "Zu {exercise} im Kurs {course} gibt es {count} Abgabe(n): sie bleibt.",
        'Damit keine mehr dazukommen: abgabe course dates {course} {exercise} --closes "2026-12-15 23:59"',
    ),
)


def add(settings: Settings, slug: str, title: str, exercises: list[str]) -> None:
    """Make the course, or add exercises to it and change its title where one is given.

    Raises NotFound for an exercise without a suite, StudentError for an odd slug.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", slug):
        raise StudentError(SLUG_ODD, slug=slug)
    suites = [installed_suite(settings.suites_dir, name) for name in exercises]
    with closing(open_existing(settings)) as database:
        renamed = bool(title) and _rename(database, slug, title)
        added = ensure_course(database, slug, {"en": title or slug}, suites, operator())
    done = [f"title is now “{title}”"] * renamed + [f"added {name}" for name in added]
    say(f"course {slug}: " + (", ".join(done) or "nothing to add"))


def _rename(database: Database, slug: str, title: str) -> bool:
    """Whether the course was there and had another title."""
    with database.write() as session:
        course = session.scalar(select(Course).where(Course.slug == slug))
        if course is None or course.title == {"en": title}:
            return False
        audit.note(
            session, operator(), Action.COURSE_SET, slug, before={"title": course.title}, after={"title": {"en": title}}
        )
        course.title = {"en": title}
        return True


def limit(
    settings: Settings,
    course: str,
    exercise: str,
    per_day: int | None,
    cool_down_minutes: int | None,
    supersede: bool | None,
) -> None:
    """Change how often students may hand in; None leaves as it is, 0 means without limit. Raises NotFound."""
    with closing(open_existing(settings)) as database, database.write() as session:
        found = find_exercise(session, course, exercise)
        before = _limits(found)
        if per_day is not None:
            found.per_day = per_day or None
        if cool_down_minutes is not None:
            found.cool_down_minutes = cool_down_minutes or None
        if supersede is not None:
            found.supersedes = supersede
        note_change(session, f"{course}/{exercise}", "limits", before, _limits(found))
    say(f"course {course}, {exercise}: " + "; ".join(_limits(found)))


def show(settings: Settings) -> None:
    """Every course with its title, and its exercises in their order."""
    exercises = select(Exercise).order_by(Exercise.position, Exercise.id)
    with closing(open_existing(settings)) as database, database.read() as session:
        courses = session.scalars(select(Course).order_by(Course.slug)).all()
        for course in courses:
            slugs = [one.slug for one in session.scalars(exercises.where(Exercise.course_id == course.id))]
            title = course.title.get(language()) or next(iter(course.title.values()), "")
            say(f"{course.slug}  {title}: {', '.join(slugs) or '–'}")


def remove(settings: Settings, course: str, exercise: str) -> None:
    """Take an exercise out of a course. Raises NotFound; Conflict where something was handed in to it."""
    with closing(open_existing(settings)) as database, database.write() as session:
        found = find_exercise(session, course, exercise)
        query = select(func.count()).where(Submission.exercise_id == found.id)
        if count := session.execute(query).scalar_one():
            raise Conflict(HAS_HAND_INS, count=count, course=course, exercise=exercise)
        session.delete(found)
        audit.note(session, operator(), Action.COURSE_SET, course, before={"removed": exercise})
    say(f"course {course}: removed {exercise}")


def find_exercise(session: Session, course: str, exercise: str) -> Exercise:
    """The exercise of the course. Raises NotFound."""
    named = (Course.slug == course, Exercise.slug == exercise)
    found = session.scalar(select(Exercise).join(Course).where(*named))
    if found is None:
        raise NotFound(EXERCISE_NOT_IN_COURSE, course=course, exercise=exercise)
    return found


def note_change(session: Session, subject: str, what: str, before: list[str], after: list[str]) -> None:
    """Add to the audit log what held before and what holds now, where they differ."""
    if before != after:
        old, new = {what: "; ".join(before)}, {what: "; ".join(after)}
        audit.note(session, operator(), Action.COURSE_SET, subject, before=old, after=new)


def _limits(exercise: Exercise) -> list[str]:
    per_day, minutes = exercise.per_day, exercise.cool_down_minutes
    return [
        f"{per_day} hand-in(s) per day" if per_day else "any number of hand-ins per day",
        f"{minutes} min between two" if minutes else "no pause between two",
        "a new one replaces one that waits" if exercise.supersedes else "a new one waits beside those that wait",
    ]


def regrade(settings: Settings, submissions: list[str], exercise: str, student: str) -> None:
    """Have submissions graded again behind all new ones: those named, or every graded one of an exercise.

    Raises NotFound, with nothing done, for an id that no submission has, and for an exercise or a student unknown here.
    """
    with closing(open_existing(settings)):
        deps = open_deps(settings)
    with closing(deps.database):
        _check_known(deps.database, submissions, exercise, student)
        chosen = submissions or _graded(deps.database, exercise, student)
        queued = sum(_regrade_one(deps, one) for one in chosen)
    say(f"{queued} of {len(chosen)} will be graded again; their results stay until then.")


def _check_known(database: Database, submissions: list[str], exercise: str, student: str) -> None:
    with database.read() as session:
        for one in submissions:
            if session.get(Submission, one) is None:
                raise NotFound(ID_UNKNOWN, id=one)
        known = set(session.scalars(select(Exercise.slug)))
        if exercise and exercise not in known:
            raise NotFound(EXERCISE_IN_NO_COURSE, exercise=exercise, known=", ".join(sorted(known)) or "–")
        if student and session.scalar(select(User.id).where(User.login == student)) is None:
            raise NotFound(USER_UNKNOWN, login=student)


def _regrade_one(deps: Deps, submission_id: str) -> bool:
    audit.note_alone(deps.database, operator(), Action.REGRADED, submission_id)
    return core_submissions.regrade(deps, submission_id)


def _graded(database: Database, exercise: str, student: str) -> list[str]:
    query = select(Submission.id).join(Exercise).join(User)
    query = query.where(Exercise.slug == exercise, Submission.state == SubmissionState.DONE)
    if student:
        query = query.where(User.login == student)
    with database.read() as session:
        return list(session.scalars(query.order_by(Submission.id)))


def ensure_course(database: Database, slug: str, title: Text, suites: list[Suite], by: By | None = None) -> list[str]:
    """Make what is not there yet, and leave what is; the ids of the exercises that were added."""
    with database.write() as session:
        course = session.scalar(select(Course).where(Course.slug == slug))
        if course is None:
            course = Course(slug=slug, title=title)
            session.add(course)
            session.flush()
        known = set(session.scalars(select(Exercise.slug).where(Exercise.course_id == course.id)))
        fresh = [suite for suite in suites if suite.id not in known]
        for position, suite in enumerate(fresh, start=len(known)):
            session.add(Exercise(course_id=course.id, slug=suite.id, title=suite.title, position=position))
        if by and fresh:
            audit.note(session, by, Action.COURSE_SET, slug, after={"added": ", ".join(suite.id for suite in fresh)})
    return [suite.id for suite in fresh]

"""Courses and their exercises from the command line. An exercise is a suite that a course uses."""

from __future__ import annotations

import re
from contextlib import closing

from sqlalchemy import select

from cli.console import say
from cli.state import open_existing
from core.database import Database
from core.errors import StudentError, texts
from core.models import Course, Exercise
from core.settings import Settings
from core.suites import Suite, Text, find_suite

SLUG_ODD = texts(
    "course.slug_odd",
    en=("“{slug}” cannot be a course's short name.", "Use 1 to 64 letters (a to z), digits, - and _."),
    de=("„{slug}“ kann kein Kurzname eines Kurses sein.", "Bitte 1 bis 64 Buchstaben (a bis z), Ziffern, - und _."),
)


def add(settings: Settings, slug: str, title: str, exercises: list[str]) -> None:
    """Make the course, or add exercises to it and change its title where one is given.

    Raises NotFound for an exercise without a suite, StudentError for an odd slug.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", slug):
        raise StudentError(SLUG_ODD, slug=slug)
    suites = [find_suite(settings.suites_dir, name) for name in exercises]
    with closing(open_existing(settings)) as database:
        renamed = bool(title) and _rename(database, slug, title)
        added = ensure_course(database, slug, {"en": title or slug}, suites)
    done = [f"title is now “{title}”"] * renamed + [f"added {name}" for name in added]
    say(f"course {slug}: " + (", ".join(done) or "nothing to add"))


def _rename(database: Database, slug: str, title: str) -> bool:
    """Whether the course was there and had another title."""
    with database.write() as session:
        course = session.scalar(select(Course).where(Course.slug == slug))
        if course is None or course.title == {"en": title}:
            return False
        course.title = {"en": title}
        return True


def ensure_course(database: Database, slug: str, title: Text, suites: list[Suite]) -> list[str]:
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
    return [suite.id for suite in fresh]

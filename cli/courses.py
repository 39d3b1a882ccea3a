"""Courses and their exercises from the command line. An exercise is a suite that a course uses."""

from __future__ import annotations

from sqlalchemy import select

from cli.console import say
from cli.state import open_existing
from core.database import Database
from core.models import Course, Exercise
from core.settings import Settings
from core.suites import Suite, Text, find_suite


def add(settings: Settings, slug: str, title: str, exercises: list[str]) -> None:
    """Make the course, or add exercises to it. Raises NotFound for an exercise without a suite."""
    suites = [find_suite(settings.suites_dir, name) for name in exercises]
    database = open_existing(settings)
    added = ensure_course(database, slug, {"en": title or slug}, suites)
    database.close()
    say(f"course {slug}: " + (", ".join(f"added {name}" for name in added) or "nothing to add"))


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

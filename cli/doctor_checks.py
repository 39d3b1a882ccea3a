"""The checks of ``abgabe doctor`` that need no sandbox: each says in a line what it found, or raises Unwell with
what to do about it."""

from __future__ import annotations

import contextlib
import datetime as dt
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, func, select

from cli.state import is_absent, open_existing
from core.models import Course, Exercise, Submission, SubmissionState
from core.queue import CeleryQueue, make_app
from core.settings import Settings
from core.suites import load_suites, suite_names

LOW_DISK_GIB = 2
MOST_SKEW_S = 2.0
"""Between our clock and the database's: leases and deadlines are compared by both."""
NOT_BEFORE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""This program did not exist earlier: a clock that says so was never set."""
OLDEST_DOCKER = (20, 10)
"""Older ones have seccomp rules of another kind, and no security fixes."""

Check = Callable[[Settings], str]


class Unwell(Exception):
    """A check that failed, with what to do about it."""


def python(settings: Settings) -> str:
    return platform.python_version()


def suites(settings: Settings) -> str:
    found = load_suites(settings.suites_dir)
    if not found:
        raise Unwell(f"there is no suite in {settings.suites_dir}; set ABGABE_SUITES_DIR")
    return ", ".join(f"{suite.id} (version {suite.version})" for suite in found.values())


def data_dir(settings: Settings) -> str:
    path = settings.data_dir.resolve()
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise Unwell(f"{existing} cannot be written ({error.strerror}); set ABGABE_DATA_DIR") from error
    return f"{path}" + ("" if path.exists() else " (not made yet: abgabe up makes it)")


def disk(settings: Settings) -> str:
    """Where hand-ins are kept, and where uploads and the sandboxes' sockets lie for a while."""
    path = settings.data_dir.resolve()
    kept = next(parent for parent in (path, *path.parents) if parent.exists())
    return check_room({kept: LOW_DISK_GIB, Path(tempfile.gettempdir()): LOW_DISK_GIB / 4})


def check_room(least_gib: Mapping[Path, float]) -> str:
    """How much is free at each place; raises Unwell where it is less than that."""
    free = {place: shutil.disk_usage(place).free / 2**30 for place in least_gib}
    scarce = [f"{free[place]:.1f} GiB at {place}" for place, least in least_gib.items() if free[place] < least]
    if scarce:
        raise Unwell(
            f"there is little room: {', '.join(scarce)} free; delete something, or set ABGABE_DATA_DIR, TMPDIR"
        )
    return ", ".join(f"{gib:.0f} GiB free at {place}" for place, gib in free.items())


def database(settings: Settings) -> str:
    if is_absent(settings):
        return "none yet (abgabe migrate makes it)"
    with closing(open_existing(settings)) as opened:  # complains where the schema is not this program's
        return f"{opened.engine.dialect.name}, schema up to date"


def courses(settings: Settings) -> str:
    """Each exercise of a course still has its suite."""
    if is_absent(settings):
        return "none yet"
    with closing(open_existing(settings)) as opened, opened.read() as session:
        used = session.execute(
            select(Course.slug, Exercise.slug).join(Exercise).order_by(Course.slug, Exercise.id)
        ).all()
    known = suite_names(settings.suites_dir)
    lost = [f"{exercise} of course {course}" for course, exercise in used if exercise not in known]
    if lost:
        raise Unwell(
            f"no suite in {settings.suites_dir} for {', '.join(lost)}: hand-ins there cannot be graded; "
            "put the suite back, or set ABGABE_SUITES_DIR"
        )
    return f"each exercise has its suite ({len(used)})"


def clock(settings: Settings) -> str:
    """It is set, it runs forward, and it agrees with the database's."""
    check_clock(dt.datetime.now(dt.UTC), (time.monotonic(), time.monotonic()))
    if is_absent(settings):
        return "it runs"
    with closing(open_existing(settings)) as opened, opened.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return "it runs; the database is in this machine and has no other"
        skew_s = database_skew_s(connection)
    if abs(skew_s) > MOST_SKEW_S:
        way = "ahead of" if skew_s > 0 else "behind"
        raise Unwell(
            f"the database's clock is {abs(skew_s):.1f} s {way} ours; set up time synchronisation (NTP) on both"
        )
    return f"it runs, and the database's agrees within {max(0.1, abs(skew_s)):.1f} s"


def check_clock(now: dt.datetime, ticks: tuple[float, float]) -> None:
    """Raises Unwell where the time is impossible, or the clock that only runs forward has run back."""
    if now < NOT_BEFORE:
        raise Unwell(
            f"this machine believes it is {now:%Y-%m-%d}; set the clock, and set up time synchronisation (NTP)"
        )
    if ticks[1] < ticks[0]:
        raise Unwell("the monotonic clock ran backwards; every deadline would be wrong: replace this (virtual) machine")


def database_skew_s(connection: Connection) -> float:
    """How far PostgreSQL's clock is ahead of ours, in seconds; the question's way there and back is divided."""
    before = time.time()
    theirs = float(connection.execute(sqlalchemy.text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    return theirs - (before + time.time()) / 2


def queue(settings: Settings) -> str:
    """The broker answers; how much waits there, and how much in the database, which is the truth."""
    told = "in this process" if settings.embedded else "the broker answers"
    if not settings.embedded:
        told += f", {CeleryQueue(make_app(settings)).waiting()} messages wait"
    if is_absent(settings):
        return told
    with closing(open_existing(settings)) as opened, opened.read() as session:
        waits = select(func.count()).where(Submission.state == SubmissionState.QUEUED)
        return f"{told}; {session.execute(waits).scalar_one()} submissions wait for a worker"


CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", python),
    ("suites", suites),
    ("data directory", data_dir),
    ("disk", disk),
    ("database", database),
    ("courses", courses),
    ("clock", clock),
    ("queue", queue),
)


def is_old_docker(engine: str) -> bool:
    """Whether ``engine``, such as "Docker 20.10.24+dfsg1", is older than what we know to work. No number: not known."""
    name, _, version = engine.partition(" ")
    numbers = version.split(".")[:2]
    return name == "Docker" and all(map(str.isdigit, numbers)) and tuple(map(int, numbers)) < OLDEST_DOCKER


def within_container(root: Path = Path("/")) -> bool:
    """Whether this is a container of Docker's or Podman's: what is called the host's here is the container's."""
    return any((root / mark).exists() for mark in (".dockerenv", "run/.containerenv"))


def core_handler(pattern: Path = Path("/proc/sys/kernel/core_pattern")) -> str:
    """The program that the kernel starts, as root and outside of every sandbox, when a process crashes; mostly none.
    A limit on core dumps does not keep it from that: see core(5)."""
    with contextlib.suppress(OSError):
        text = pattern.read_text("utf-8").strip()
        return text[1:].split()[0] if text.startswith("|") else ""
    return ""

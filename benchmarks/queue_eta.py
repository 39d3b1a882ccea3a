"""How far the estimate "result in about …" is off in a rush before a deadline.

A simulation in virtual time on the real parts: hand-ins go through ``core.submissions.receive`` into SQLite, the real
worker code (``worker.tasks.grade``) claims and finishes them in the real order, and only the exam itself is replaced by
one of drawn length (log-normal, one median per exercise). Every waiting hand-in is asked for its estimate when it
comes and every 15 s until its exam begins; the error is relative to the time that its result then really took.
"""

from __future__ import annotations

import argparse
import datetime as dt
import heapq
import io
import itertools
import logging
import random
import statistics
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from core import intake, submissions
from core.database import migrate, open_database
from core.deps import Deps
from core.live import MemoryLive
from core.models import Course, Exercise, Role, SubmissionState, User
from core.queries import submission_page
from core.queue import Worker
from core.settings import Settings
from core.storage import Blobs
from core.suites import Suite, find_suite
from exam.report import CaseResult, CaseSpec, Message, Report, Verdict
from worker.tasks import GradeDeps, grade

MEDIANS_S = {"ex1": 6.0, "ex2": 14.0, "ex3": 40.0}
"""An exam's median length in the simulation, per exercise."""
SPREAD = 0.4
"""Standard deviation of the logarithm of an exam's length."""
LOOK_S = 15.0
START = dt.datetime(2027, 1, 31, 20, 0, tzinfo=dt.UTC)


class NoQueue:
    """Messages are only hints; the simulated workers need none."""

    def enqueue(self, submission_id: str) -> None: ...

    def waiting(self) -> int:
        return 0


@dataclass
class Exam:
    """One call of ``grade``, in a thread that stands still while the exam lasts in virtual time."""

    length_s: float = 0.0
    began: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


@dataclass
class Rush:
    """The world in virtual time. One thread runs at any moment."""

    deps: Deps
    workers: int
    chance: random.Random
    now_s: float = 0.0
    busy: int = 0
    events: list[tuple[float, int, Any]] = field(default_factory=list)
    serial: Any = field(default_factory=itertools.count)
    guesses: list[tuple[str, float, float, bool]] = field(default_factory=list)
    """Submission, moment, estimated seconds, and whether it was the first look."""
    done_at: dict[str, float] = field(default_factory=dict)

    def at(self, moment_s: float, what: Any) -> None:
        heapq.heappush(self.events, (moment_s, next(self.serial), what))

    def run(self) -> None:
        while self.events:
            self.now_s, _, what = heapq.heappop(self.events)
            what()
            while self.busy < self.workers and self._begin_exam():
                pass

    def hand_in(self, user_id: int, exercise_id: int, archive: bytes, taken: intake.Intake) -> None:
        submission = submissions.receive(
            self.deps,
            user_id=user_id,
            exercise_id=exercise_id,
            archive=io.BytesIO(archive),
            intake=taken,
            filename="submission.zip",
        )
        self.look(submission.id, is_first=True)

    def look(self, submission_id: str, *, is_first: bool) -> None:
        page = submission_page(self.deps.database, submission_id, self.deps.clock())
        if page is None or page.submission.state is not SubmissionState.QUEUED:
            return
        if page.forecast and page.forecast.shown_s:
            self.guesses.append((submission_id, self.now_s, float(page.forecast.shown_s), is_first))
        self.at(self.now_s + LOOK_S, partial(self.look, submission_id, is_first=False))

    def _begin_exam(self) -> bool:
        exam = Exam()
        grade_deps = GradeDeps(
            self.deps,
            Worker("simulated"),
            find_suite=partial(find_suite, self.deps.settings.suites_dir),
            examine=partial(self._examine, exam),  # type: ignore[arg-type]
            sandbox_kind="simulated",
            image=lambda name: name,
        )

        def body() -> None:
            grade(grade_deps)
            exam.began.set()  # where nothing waited

        exam.thread = threading.Thread(target=body, daemon=True)
        exam.thread.start()
        exam.began.wait()
        if exam.length_s == 0.0:
            return False
        self.busy += 1
        self.at(self.now_s + exam.length_s, partial(self._end_exam, exam))
        return True

    def _end_exam(self, exam: Exam) -> None:
        exam.may_end.set()
        assert exam.thread is not None
        exam.thread.join()
        self.busy -= 1

    def _examine(self, exam: Exam, suite: Suite, files: Mapping[str, bytes], seed: int, *, on_event: Any) -> Report:
        exam.length_s = self.chance.lognormvariate(0.0, SPREAD) * MEDIANS_S[suite.id]
        exam.began.set()
        exam.may_end.wait()
        spec = CaseSpec("Simulated.case", suite.groups[0].id, {"en": "simulated"}, counts=True)
        return Report(suite.id, suite.version, seed, (CaseResult(spec, Verdict.PASSED, Message("passed")),))


def main() -> None:
    """Simulate and print the errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--hand-ins", type=int, default=150)
    parser.add_argument("--minutes", type=float, default=5.0, help="in which they come")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder:
        rush, people, exercises = world(Path(folder), options.workers, options.students, random.Random(options.seed))
        begin_s = plan(rush, people, exercises, options.hand_ins, options.minutes * 60)
        rush.run()
        finished, guesses = finishing_times(rush), [one for one in rush.guesses if one[1] >= begin_s]
        last = (max(finished.values()) - begin_s) / 60
        print(
            f"{options.hand_ins} hand-ins of {options.students} students in {options.minutes:g} min (virtual time), ",
            end="",
        )
        print(f"{options.workers} workers, last result after {last:.1f} min of virtual time")
        tell("when it comes", [one for one in guesses if one[3]], finished)
        tell("at every look", guesses, finished)
        rush.deps.database.close()


def world(folder: Path, workers: int, students: int, chance: random.Random) -> tuple[Rush, list[int], list[Exercise]]:
    settings = Settings(data_dir=folder, heartbeat_s=3600, lease_s=7200, max_attempts=1)
    migrate(settings.database)
    database = open_database(settings.database)
    rush = Rush(
        Deps(settings, database, Blobs(settings.blobs_dir), NoQueue(), MemoryLive(), lambda: START), workers, chance
    )
    clock = lambda: START + dt.timedelta(seconds=rush.now_s)  # noqa: E731
    rush.deps = Deps(settings, database, rush.deps.blobs, NoQueue(), MemoryLive(), clock)
    with database.write() as session:
        course = Course(slug="rush", title={"en": "Rush"})
        session.add(course)
        session.flush()
        exercises = [Exercise(course_id=course.id, slug=slug, title={"en": slug}) for slug in MEDIANS_S]
        people = [User(login=f"s{n}", display_name=f"s{n}", role=Role.STUDENT) for n in range(students)]
        session.add_all([*exercises, *people])
    return rush, [person.id for person in people], exercises


def plan(rush: Rush, people: list[int], exercises: list[Exercise], count: int, within_s: float) -> float:
    """Some exams of each exercise beforehand, from which durations are known; then the rush, mostly to one exercise.
    When the rush begins."""
    for number, exercise in enumerate(exercises * 10):
        rush.at(number * 20.0, partial(rush.hand_in, people[number % len(people)], exercise.id, *packed(exercise.slug)))
    begin_s = len(exercises) * 10 * 20.0 + 300
    for _ in range(count):
        exercise = rush.chance.choices(exercises, [2, 7, 1])[0]
        # few students hand in again and again
        person = people[int(len(people) * rush.chance.random() ** 1.5)]
        moment_s = begin_s + rush.chance.uniform(0, within_s)
        rush.at(moment_s, partial(rush.hand_in, person, exercise.id, *packed(exercise.slug)))
    return begin_s


def packed(slug: str) -> tuple[bytes, intake.Intake]:
    """A hand-in of one file, as it is stored, and what the intake says of it."""
    suite = find_suite(Settings().suites_dir, slug)
    name = Path(suite.tree.required[0]).name
    with intake.pack(intake.Upload([(name, io.BytesIO(b"x = 1\n"))]), intake.Limits()) as archive:
        content = archive.read()
        archive.seek(0)
        return content, intake.read(archive, suite, intake.Limits())


def finishing_times(rush: Rush) -> dict[str, float]:
    """When each submission had its result, in seconds of virtual time."""
    pages = (submission_page(rush.deps.database, one) for one in {guess[0] for guess in rush.guesses})
    return {
        page.submission.id: (page.submission.finished_at - START).total_seconds()
        for page in pages
        if page and page.submission.finished_at
    }


def tell(name: str, guesses: list[tuple[str, float, float, bool]], finished: Mapping[str, float]) -> None:
    real = [finished[submission_id] - moment_s for submission_id, moment_s, _, _ in guesses]
    ratios = [guess[2] / took_s for guess, took_s in zip(guesses, real, strict=True)]
    errors = sorted(abs(ratio - 1) for ratio in ratios)
    most, middle = errors[int(0.9 * len(errors))], statistics.median(ratios)
    print(f"{name}: {len(errors)} estimates, relative error median {statistics.median(errors):.0%}, ", end="")
    print(f"90th percentile {most:.0%}; estimate / real, median {middle:.2f}")


if __name__ == "__main__":
    main()

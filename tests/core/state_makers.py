"""Makes what the tests of the state need: databases with the real schema, users, exercises, submissions, exams."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import event

from core import submissions
from core.database import Database, open_database
from core.deps import Deps, Queue
from core.errors import OurError
from core.live import MemoryLive
from core.models import Course, Exercise, Role, Submission, User
from core.scoring import GroupScore, Score
from core.settings import Settings
from core.storage import Blobs
from core.submissions import Claim, Setting
from exam.report import CaseResult, CaseSpec, Message, Report, Verdict

_serial = itertools.count(1)
START = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
SETTING = Setting(suite_version="1", suite_digest="d" * 64, sandbox_kind="fake", image="sha256:1")


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> dt.datetime:
        return self._now

    def forward(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)


class ListQueue:
    """A queue that remembers what was enqueued; ``down`` makes it unreachable."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.down = False
        self._lock = threading.Lock()

    def enqueue(self, submission_id: str) -> None:
        if self.down:
            raise OurError("queue.broker_down", reason="the test has stopped it")
        with self._lock:
            self.ids.append(submission_id)

    def waiting(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class FakeIntake:
    """What ``receive`` looks at of a ``core.intake.Intake``."""

    missing: tuple[str, ...] = ()
    notices: tuple[Any, ...] = ()


@dataclass
class State:
    """Deps on real parts where it matters, with handles on the clock and the queue."""

    deps: Deps
    clock: Clock
    queue: ListQueue
    user: User
    exercise: Exercise

    @property
    def database(self) -> Database:
        return self.deps.database

    def with_queue(self, queue: Queue) -> Deps:
        return replace(self.deps, queue=queue)

    def receive(self, content: bytes = b"a hand-in", **changes: Any) -> Submission:
        return receive(self.deps, self.user, self.exercise, content, **changes)

    def claim(self, submission: Submission, worker: str = "worker-1") -> Claim:
        claim = claim_this(self.deps, submission.id, worker)
        assert claim is not None
        return claim

    def load(self, submission: Submission) -> Submission:
        with self.database.read() as session:
            return session.get_one(Submission, submission.id)


def claim_this(deps: Deps, submission_id: str, worker: str) -> Claim | None:
    """A claim of this very submission, if it can be claimed: it goes to the front of the queue first."""
    with deps.database.write() as session:
        changed = session.get_one(Submission, submission_id)
        changed.is_regrade, changed.turn, changed.lap = False, -1, -1
    claim = submissions.claim(deps, worker)
    assert claim is None or claim.submission_id == submission_id
    return claim


def make_state(database_url: str, data_dir: Path, **settings: Any) -> State:
    chosen = Settings(data_dir=data_dir, database_url=database_url, **settings)
    clock, queue = Clock(), ListQueue()
    deps = Deps(chosen, open_database(database_url), Blobs(chosen.blobs_dir), queue, MemoryLive(), clock)
    return State(deps, clock, queue, make_user(deps.database), make_exercise(deps.database))


def make_user(database: Database, role: Role = Role.STUDENT, **changes: Any) -> User:
    number = next(_serial)
    user = User(**{"login": f"user{number}", "display_name": f"User {number}", "role": role, **changes})
    with database.write() as session:
        session.add(user)
    return user


def make_exercise(database: Database, **changes: Any) -> Exercise:
    number = next(_serial)
    course = Course(slug=f"course{number}", title={"en": f"Course {number}"})
    with database.write() as session:
        session.add(course)
        session.flush()
        exercise = Exercise(**{"course_id": course.id, "slug": "ex1", "title": {"en": "One"}, **changes})
        session.add(exercise)
    return exercise


def receive(deps: Deps, user: User, exercise: Exercise, content: bytes = b"a hand-in", **changes: Any) -> Submission:
    given: dict[str, Any] = {
        "user_id": user.id,
        "exercise_id": exercise.id,
        "archive": io.BytesIO(content),
        "intake": FakeIntake(),
        "filename": "submission.zip",
        **changes,
    }
    return submissions.receive(deps, **given)


def make_spec(name: str = "test_one", **changes: Any) -> CaseSpec:
    return CaseSpec(**{"id": f"Group.{name}", "group": "Group", "title": {"en": name}, "counts": True, **changes})


def make_result(name: str = "test_one", verdict: Verdict = Verdict.PASSED, **changes: Any) -> CaseResult:
    return CaseResult(**{"spec": make_spec(name), "verdict": verdict, "message": Message("passed"), **changes})


def make_report(*results: CaseResult) -> Report:
    return Report("ex1", "1", 1, results or (make_result(),))


def make_score(points: float = 1.0) -> Score:
    return Score(points, 1.0, (GroupScore("Group", points, 1.0, 1, 1),))


@contextmanager
def right_after(database: Database, words: str, act: Callable[[], Any]) -> Iterator[None]:
    """Have ``act`` done once, as by another process, right after the first statement that contains ``words``."""

    to_do = [act]

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if to_do and words in statement:
            to_do.pop()()

    event.listen(database.engine, "after_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(database.engine, "after_cursor_execute", look)
    assert not to_do, "it was never asked"


def together(*actions: Callable[[], Any]) -> list[Any]:
    """Run all of them at the same time, each in a thread; their results, exceptions included, in order."""
    outcome = _Outcome(threading.Barrier(len(actions)), [None] * len(actions))
    threads = [threading.Thread(target=outcome.run, args=(at, action)) for at, action in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome.results


@dataclass
class _Outcome:
    barrier: threading.Barrier
    results: list[Any] = field(default_factory=list)

    def run(self, at: int, action: Callable[[], Any]) -> None:
        self.barrier.wait()
        try:
            self.results[at] = action()
        except Exception as error:
            self.results[at] = error

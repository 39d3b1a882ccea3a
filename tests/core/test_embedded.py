"""The worker in the server's process: who owns the data directory, what a start mends, what a stop gives back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core import submissions
from core.deps import Deps
from core.embedded import DataDirLock, EmbeddedWorker, start_embedded_worker
from core.errors import OurError
from core.models import SubmissionState
from core.queries import submission_page
from core.queue import GRADE_TASK, CeleryQueue, Worker, make_app, open_deps, worker_name
from core.settings import Settings
from tests.core.state_makers import ListQueue, State, make_exercise, make_report, make_score, make_user, receive

Grade = Callable[[Deps, str], None]


class House:
    """An installation whose server starts and stops; ``grade`` is what its workers do."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self._settings = settings
        self._stack = stack
        self.done = threading.Event()
        self.deps = open_deps(settings)
        self.user, self.exercise = make_user(self.deps.database), make_exercise(self.deps.database)

    def grade(self, submission_id: str) -> None:
        claim = submissions.claim(self.deps, "w")
        if claim:
            submissions.finish(self.deps, claim, make_report(), make_score())
            self.done.set()

    def start(self) -> EmbeddedWorker:
        app = make_app(self._settings, include=())
        app.task(name=GRADE_TASK, shared=False)(self.grade)
        self.deps = open_deps(self._settings, app)
        worker = start_embedded_worker(self.deps)
        self._stack.callback(worker.stop)
        return worker

    def state_of(self, submission_id: str) -> SubmissionState:
        page = submission_page(self.deps.database, submission_id)
        assert page is not None
        return page.submission.state


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    # nothing but a start may find lost work in time
    settings = Settings(
        data_dir=tmp_path / "data", database_url=sqlite_url, workers=1, lease_s=600, requeue_s=600, reconcile_s=600
    )
    with ExitStack() as stack:
        yield House(settings, stack)


class TestLock:
    def test_one_owner_at_a_time(self, tmp_path: Path) -> None:
        first = DataDirLock(tmp_path)
        with pytest.raises(OurError, match="in use"):
            DataDirLock(tmp_path)
        first.release()
        DataDirLock(tmp_path).release()

    def test_the_directory_keeps_its_id_and_another_has_another(self, tmp_path: Path) -> None:
        ids = []
        for name in ("a", "a", "b"):
            lock = DataDirLock(tmp_path / name)
            ids.append(lock.id)
            lock.release()
        assert ids[0] == ids[1] != ids[2]

    def test_a_second_server_on_the_same_data_does_not_start(self, house: House) -> None:
        house.start()
        with pytest.raises(OurError, match="in use"):
            house.start()

    def test_a_start_that_fails_leaves_the_data_free(self, house: House) -> None:
        def no_sandbox(worker: Worker) -> None:
            raise OurError("sandbox.none")

        with pytest.raises(OurError, match="sandbox"):
            start_embedded_worker(house.deps, no_sandbox)
        house.start()


class TestStart:
    def test_what_waited_is_graded_at_once(self, house: House) -> None:
        submission = receive(house.deps, house.user, house.exercise)  # its message dies with this broker
        house.start()
        assert house.done.wait(10)
        assert house.state_of(submission.id) is SubmissionState.DONE

    def test_what_the_killed_predecessor_was_grading_too(self, house: House) -> None:
        submission = receive(house.deps, house.user, house.exercise)
        lock = DataDirLock(house.deps.settings.data_dir)
        assert submissions.claim(house.deps, worker_name(f"embedded-{lock.id}:"))
        lock.release()
        house.start()
        assert house.done.wait(10)
        assert house.state_of(submission.id) is SubmissionState.DONE

    def test_but_not_what_another_installation_is_grading(self, house: House) -> None:
        theirs = receive(house.deps, house.user, house.exercise)
        ours = receive(house.deps, house.user, house.exercise)
        assert submissions.claim(house.deps, worker_name("embedded-0123456789abcdef:"))
        house.start()
        assert house.done.wait(10)
        assert house.state_of(ours.id) is SubmissionState.DONE
        assert house.state_of(theirs.id) is SubmissionState.RUNNING


class TestStop:
    def test_a_running_task_is_told_and_waited_for(self, house: House) -> None:
        running, told = threading.Event(), threading.Event()

        def grade(submission_id: str) -> None:
            assert isinstance(house.deps.queue, CeleryQueue)
            running.set()
            if house.deps.queue.app.worker.stopping.wait(10):
                told.set()

        house.grade = grade  # type: ignore[method-assign]
        worker = house.start()
        receive(house.deps, house.user, house.exercise)
        assert running.wait(10)
        worker.stop()
        assert told.is_set()

    def test_twice_is_as_good_as_once(self, house: House) -> None:
        worker = house.start()
        worker.stop()
        worker.stop()


def test_a_worker_needs_a_celery_queue(sqlite_state: State) -> None:
    with pytest.raises(TypeError):
        start_embedded_worker(sqlite_state.with_queue(ListQueue()))

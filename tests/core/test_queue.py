"""The queue: prompt, idle without cost, closed to pickles, and honest about a broker that is down."""

from __future__ import annotations

import os
import pickle
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.embedded import EmbeddedWorker, start_embedded_worker
from core.errors import OurError
from core.queue import GRADE_QUEUE, GRADE_TASK, App, CeleryQueue, make_app, open_deps, worker_name
from core.settings import Settings
from tests.real_parts import RedisServer, free_port


@dataclass
class Desk:
    """An embedded worker whose task tells the test, and can be held up."""

    app: App
    queue: CeleryQueue
    started: dict[str, float] = field(default_factory=dict)
    may_end: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    worker: EmbeddedWorker | None = None

    def grade(self, submission_id: str) -> None:
        with self.arrived:
            self.started[submission_id] = time.perf_counter()
            self.arrived.notify_all()
        self.may_end.wait(30)

    def wait_for(self, count: int) -> bool:
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.started) >= count, 10)


def make_desk(settings: Settings) -> Desk:
    app = make_app(settings, include=())
    desk = Desk(app, CeleryQueue(app))
    app.task(name=GRADE_TASK, shared=False)(desk.grade)
    return desk


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, workers=2)
    made = make_desk(settings)
    made.worker = start_embedded_worker(open_deps(settings, made.app))
    yield made
    made.may_end.set()
    made.worker.stop()


class TestInMemory:
    def test_a_worker_starts_within_20_ms(self, desk: Desk) -> None:
        desk.may_end.set()
        delays = []
        for number in range(50):
            sent = time.perf_counter()
            desk.queue.enqueue(str(number))
            assert desk.wait_for(number + 1)
            delays.append(desk.started[str(number)] - sent)
        assert statistics.median(delays) < 0.020

    def test_idling_costs_less_than_2_percent_of_a_core(self, desk: Desk) -> None:
        desk.queue.enqueue("warm up")
        assert desk.wait_for(1)
        desk.may_end.set()
        before, seconds = time.process_time(), 1.0
        threading.Event().wait(seconds)
        assert time.process_time() - before < 0.02 * seconds

    def test_no_more_than_workers_at_a_time_in_order(self, desk: Desk) -> None:
        for name in "abc":
            desk.queue.enqueue(name)
        assert desk.wait_for(2)
        assert set(desk.started) == {"a", "b"}
        assert desk.queue.waiting() == 1
        began = time.monotonic()
        desk.may_end.set()
        assert desk.wait_for(3)
        assert time.monotonic() - began < 1

    def test_a_pickled_message_is_not_even_opened(self, desk: Desk, tmp_path: Path) -> None:
        desk.may_end.set()
        with desk.app.connection_for_write() as connection:
            bomb = pickle.dumps((Bomb(tmp_path / "opened"), {}, {}))
            connection.Producer().publish(bomb, routing_key=GRADE_QUEUE, **PICKLED)
        desk.queue.enqueue("after")
        assert desk.wait_for(1)
        assert not (tmp_path / "opened").exists()

    def test_stopping_is_quick(self, desk: Desk) -> None:
        desk.may_end.set()
        desk.queue.enqueue("one")
        assert desk.wait_for(1)
        assert desk.worker
        began = time.monotonic()
        desk.worker.stop()
        assert time.monotonic() - began < 1
        assert "embedded-worker" not in {thread.name for thread in threading.enumerate()}
        desk.worker = start_embedded_worker(open_deps(desk.app.settings, make_desk(desk.app.settings).app))

    def test_two_applications_do_not_share_queues(self, desk: Desk, tmp_path: Path) -> None:
        other = make_desk(Settings(data_dir=tmp_path / "other"))
        other.queue.enqueue("theirs")
        desk.queue.enqueue("ours")
        assert desk.wait_for(1)
        assert list(desk.started) == ["ours"]
        assert (other.queue.waiting(), desk.queue.waiting()) == (1, 0)


@dataclass
class Bomb:
    """Makes a folder when it is unpickled."""

    path: Path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return os.mkdir, (self.path,)


PICKLED: dict[str, Any] = {
    "content_type": "application/x-python-serialize",
    "content_encoding": "binary",
    "headers": {"task": GRADE_TASK, "id": "1"},
}


class TestRedis:
    @pytest.fixture
    def queue(self, redis_server: RedisServer, tmp_path: Path) -> CeleryQueue:
        return CeleryQueue(make_app(Settings(data_dir=tmp_path, broker_url=redis_server.url), include=()))

    def test_messages_wait(self, queue: CeleryQueue) -> None:
        assert queue.waiting() == 0
        for name in "abc":
            queue.enqueue(name)
        assert queue.waiting() == 3

    def test_the_same_tasks_run(self, redis_server: RedisServer, sqlite_url: str, tmp_path: Path) -> None:
        settings = Settings(data_dir=tmp_path, database_url=sqlite_url, broker_url=redis_server.url, workers=1)
        desk = make_desk(settings)
        desk.may_end.set()
        desk.queue.enqueue("one")
        worker = start_embedded_worker(open_deps(settings, desk.app))
        assert desk.wait_for(1)
        worker.stop()

    def test_a_broker_that_goes_away_is_our_error_and_soon_noticed(
        self, queue: CeleryQueue, redis_server: RedisServer
    ) -> None:
        queue.enqueue("one")
        redis_server.kill()
        for ask in (lambda: queue.enqueue("two"), queue.waiting):
            check_fails_soon(ask)
        redis_server.start()
        queue.enqueue("three")
        assert queue.waiting() == 1

    def test_a_broker_that_was_never_there_likewise(self, tmp_path: Path) -> None:
        settings = Settings(data_dir=tmp_path, broker_url=f"redis://127.0.0.1:{free_port()}/0")
        check_fails_soon(lambda: CeleryQueue(make_app(settings)).enqueue("one"))


def check_fails_soon(ask: Callable[[], object]) -> None:
    began = time.monotonic()
    with pytest.raises(OurError, match="Redis"):
        ask()
    assert time.monotonic() - began < 5


def test_no_two_workers_share_a_name() -> None:
    assert worker_name() != worker_name()
    assert worker_name("embedded-1:").startswith("embedded-1:")

"""A whole installation of real processes, and what may befall it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url

from core.database import Database
from core.models import Attempt, AttemptState
from tests.chaos import lives as bodies
from tests.chaos.crowd import Crowd
from tests.chaos.line import Line
from tests.chaos.lives import Life, Town, live
from tests.real_parts import PostgresServer, RedisServer, wait_until

STOP_S = 30.0
DISK = "size=2m"
FILLER = "filler"


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """``folder`` is a disk of its own that can be filled. Needs root."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", DISK, "abgabe-chaos", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@dataclass
class Site:
    """Two workers that reach Redis and PostgreSQL over lines that can be cut, and a server beside them."""

    town: Town
    database: Database
    postgres: PostgresServer
    redis: RedisServer
    crowd: Crowd
    dice: random.Random
    stack: ExitStack

    def __post_init__(self) -> None:
        self.lines = [Line(self.postgres.port), Line(self.redis.port)]
        for line in self.lines:
            self.stack.callback(line.close)
        self.server = live(self.stack, self.town, bodies.serve_beside_broker)
        self.workers = [self._new_worker() for _ in range(2)]

    def _new_worker(self) -> Life:
        postgres, redis = self.lines
        settings = self.town.settings
        far = {
            "database_url": _through(settings.database_url, postgres),
            "broker_url": _through(settings.broker_url, redis),
        }
        return live(self.stack, replace(self.town, settings=settings.model_copy(update=far)), bodies.work)

    def hand_in(self) -> None:
        self.crowd.hand_in(self.server, self.dice.uniform(0.05, 0.5))

    def server_is_killed(self) -> None:
        self.server.kill()
        self.server = live(self.stack, self.town, bodies.serve_beside_broker)

    def worker_is_killed(self) -> None:
        """In the middle of an exam."""
        wait_until("an exam", self._busy_worker_is_killed)
        self.workers.append(self._new_worker())

    def _busy_worker_is_killed(self) -> bool:
        self.crowd.hand_in(self.server, 0.05)
        with self.database.read() as session:
            names = session.scalars(select(Attempt.worker).where(Attempt.state == AttemptState.RUNNING)).all()
        busy = {int(name.split("/")[1]) for name in names}
        for worker in self.workers:
            if worker.pid in busy:
                worker.kill()
                self.workers.remove(worker)
                return True
        return False

    def worker_is_stopped(self) -> None:
        """As at an upgrade: it ends by itself, and in time."""
        assert self.workers.pop(0).stop(STOP_S) is not None, "a worker that was told to stop has not"
        self.workers.append(self._new_worker())

    def broker_forgets_everything(self) -> None:
        self.redis.kill()
        self.hand_in()
        self.redis.start()

    def broker_hangs(self) -> None:
        self.redis.freeze()
        try:
            self.hand_in()
        finally:
            self.redis.thaw()

    def database_crashes(self) -> None:
        self.postgres.kill()
        self.hand_in()
        self.postgres.start()

    def network_of_the_workers_breaks(self) -> None:
        cut = self.dice.sample(self.lines, self.dice.randint(1, 2))
        for line in cut:
            line.cut()
        self.hand_in()
        for line in cut:
            line.mend()

    def disk_is_full(self) -> None:
        filler = self.town.settings.data_dir / "blobs" / FILLER
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(filler.parent).free)
        self.hand_in()
        filler.unlink()

    @property
    def misfortunes(self) -> list[Callable[[], None]]:
        return [
            self.server_is_killed,
            self.worker_is_killed,
            self.worker_is_stopped,
            self.broker_forgets_everything,
            self.broker_hangs,
            self.database_crashes,
            self.network_of_the_workers_breaks,
            self.disk_is_full,
        ]


def _through(url: str, line: Line) -> str:
    return make_url(url).set(port=line.port).render_as_string(hide_password=False)

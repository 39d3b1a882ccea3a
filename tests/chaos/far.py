"""PostgreSQL and Redis on machines of their own, and bodies of processes (tests/chaos/lives.py) on others."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import select

from core.models import Submission
from core.queue import open_deps
from server.health import check_all
from tests.chaos.lives import Town
from tests.chaos.network import Network, enter
from tests.real_parts import PostgresServer, RedisServer

Body = Callable[[Town, Connection], None]


class FarPostgres(PostgresServer):
    """``far`` is its address for other machines, ``database`` that for whoever stands beside it."""

    def __init__(self, binaries: Path, folder: Path, network: Network) -> None:
        super().__init__(binaries, folder)
        self._network = network

    def database(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}&port={self.port}"

    def far(self, name: str) -> str:
        return f"postgresql://postgres@{self._network.address('postgres')}:{self.port}/{name}"

    def _as_postgres(self, program: str, *args: str) -> list[str]:
        if program != "postgres":
            return super()._as_postgres(program, *args)
        trusted = self._folder / "trusted"
        trusted.write_text("local all all trust\nhost all all 10.0.0.0/8 trust\n")
        command = super()._as_postgres(program, *args, "-h", "0.0.0.0", "-c", f"hba_file={trusted}")
        return self._network.inside("postgres", *command)


class FarRedis(RedisServer):
    def __init__(self, folder: Path, network: Network) -> None:
        super().__init__(folder)
        self._network = network

    @property
    def url(self) -> str:
        return f"redis://{self._network.address('redis')}:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--protected-mode", "no", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            self._network.inside("redis", "redis-server", *options), stdout=subprocess.DEVNULL
        )


@contextmanager
def far_postgres(binaries: Path, network: Network) -> Iterator[FarPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="abgabe-postgres-", dir="/tmp"))
    os.chown(folder, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
    server = FarPostgres(binaries, folder, network)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


def on(network: Network, machine: str, body: Body) -> Body:
    """The body of a process on ``machine``."""
    return partial(_inside, network.namespace(machine), body)


def _inside(namespace: str, body: Body, town: Town, wire: Connection) -> None:
    enter(namespace)
    body(town, wire)


def answer(town: Town, wire: Connection) -> None:
    """Does what it is asked, and says how long it took and what came of it."""
    deps = open_deps(town.settings)
    held = ExitStack()

    def read() -> object:
        with deps.database.read() as session:
            return session.scalar(select(Submission.id).limit(1))

    def lock() -> object:
        with deps.database.write() as session:
            return session.scalars(select(Submission.id).limit(1).with_for_update()).one()

    def lock_for_ever() -> object:
        session = held.enter_context(deps.database.write())
        return session.scalars(select(Submission.id).limit(1).with_for_update()).one()

    can = {
        "read": read,
        "lock": lock,
        "lock_for_ever": lock_for_ever,
        "enqueue": lambda: deps.queue.enqueue("one"),
        "readiness": lambda: {name: result.code for name, result in check_all(deps).items()},
    }
    while True:
        asked, began = wire.recv(), time.monotonic()
        try:
            outcome: object = can[asked]()
        except Exception as error:
            outcome = type(error).__name__
        wire.send((time.monotonic() - began, outcome))

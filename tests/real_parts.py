"""Real servers for tests: PostgreSQL and Redis, started on free ports in folders of their own, stopped at the end.

Where one is not installed, its tests are skipped with the line that installs it.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

START_TIMEOUT_S = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(what: str, is_true: Callable[[], bool], timeout_s: float = START_TIMEOUT_S) -> None:
    """Ask again until ``is_true``; for things outside this process that tell nobody."""
    deadline = time.monotonic() + timeout_s
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {timeout_s} s")
        time.sleep(0.01)


class RedisServer:
    """A Redis that can be stopped and started again on the same port; it forgets everything in between."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self._folder],
            stdout=subprocess.DEVNULL,
        )
        wait_until("the start of Redis", self._answers)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """It keeps its connections and answers nobody, as a machine that swaps."""
        if self._process:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


class PostgresServer:
    """A PostgreSQL cluster; ``database(name)`` is the URL of one of its databases."""

    def __init__(self, binaries: Path, folder: Path, *, durable: bool = False) -> None:
        """``durable``: a commit waits for the disk, as it does outside of tests."""
        self._binaries = binaries
        self._folder = folder
        self._durable = durable
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def database(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.database(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        data = self._folder / "data"
        if not data.exists():
            make = ["initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"]
            subprocess.run(self._as_postgres(*make), check=True, stdout=subprocess.DEVNULL)
        options = ["-p", str(self.port), "-h", "127.0.0.1", "-k", str(self._folder), "-c", "max_connections=200"]
        options += [] if self._durable else ["-F"]
        self._process = subprocess.Popen(
            self._as_postgres("postgres", "-D", str(data), *options),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until("the start of PostgreSQL", self._answers)

    def kill(self) -> None:
        """The database's own word for a crash: every client is cut off, nothing is tidied up."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def _as_postgres(self, program: str, *args: str) -> list[str]:
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        return [*become, str(self._binaries / program), *args]

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.database("postgres")):
                return True
        except psycopg.OperationalError:
            return False


def postgres_binaries() -> Path | None:
    """Where PostgreSQL's programs are; None where it is not installed."""
    found = shutil.which("initdb") or next(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[::-1]), "")
    return Path(found).parent if found else None


@contextlib.contextmanager
def running_postgres(binaries: Path, *, durable: bool = False) -> Iterator[PostgresServer]:
    """A cluster in a folder of its own, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="abgabe-postgres-", dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
    server = PostgresServer(binaries, folder, durable=durable)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: apt-get install -y postgresql")
    with running_postgres(binaries) as server:
        yield server


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    if not shutil.which("redis-server"):
        pytest.skip("no Redis: apt-get install -y redis-server")
    server = RedisServer(tmp_path)
    server.start()
    with contextlib.ExitStack() as stack:
        stack.callback(server.kill)
        yield server

"""A whole installation for a benchmark, of real processes in sessions of their own as services are: PostgreSQL that
waits for the disk, Redis, the server (``abgabe up``), and workers (Celery's command) with their sandboxes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import func, select

from benchmarks.parts.processes import cpu_s, end_in_order
from benchmarks.parts.shares import ORDINARY, favoured
from core.database import Database, open_database
from core.models import ApiToken, Attempt, AttemptState, Role, User
from core.settings import Settings
from server.auth.sessions import digest
from tests.real_parts import RedisServer, free_port, postgres_binaries, running_postgres, wait_until

PROJECT = Path(__file__).resolve().parent.parent.parent
ABGABE = Path(sys.executable).with_name("abgabe")
START_S = 60.0
COURSE = "bench"
SHARES = 4 * ORDINARY
"""As in docker-compose.yml: whoever answers people goes before whoever grades."""


@dataclass
class Installation:
    """``workers`` processes hold one exam each at a time."""

    settings: Settings
    url: str
    database: Database
    server: subprocess.Popen[bytes]
    workers: tuple[subprocess.Popen[bytes], ...]
    postgres_pid: int

    def server_cpu_s(self) -> float:
        """CPU time of the server's process so far: user and system."""
        return cpu_s(self.server.pid)

    def running(self) -> int:
        """How many exams are being held."""
        query = select(func.count()).select_from(Attempt).where(Attempt.state == AttemptState.RUNNING)
        with self.database.read() as session:
            return session.scalar(query) or 0

    def students(self, count: int) -> list[str]:
        """New students; a token of each."""
        tokens = [f"ag_bench_{os.urandom(16).hex()}" for _ in range(count)]
        with self.database.write() as session:
            known = session.scalar(select(func.count()).select_from(User)) or 0
            names = [f"student{known + number}" for number in range(count)]
            people = [User(login=name, display_name=name, role=Role.STUDENT) for name in names]
            session.add_all(people)
            session.flush()
            session.add_all(
                ApiToken(user_id=person.id, name="bench", prefix=token[:9], hash=digest(token))
                for person, token in zip(people, tokens, strict=True)
            )
        return tokens


@contextlib.contextmanager
def installation(
    folder: Path, exercises: list[str], *, workers: int = 2, shares: int = SHARES, **settings: str
) -> Iterator[Installation]:
    """``settings`` are those of core.settings, for all processes; ``shares``: of the CPUs, for the server and its
    database. Ends the process where PostgreSQL is missing."""
    binaries = postgres_binaries()
    if binaries is None:
        sys.exit("no PostgreSQL: apt-get install -y postgresql")
    end_in_order()
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(running_postgres(binaries, durable=True))
        stack.enter_context(favoured("postgres", postgres.pid, shares))
        redis = RedisServer(folder)
        stack.callback(redis.kill)
        redis.start()
        port = free_port()
        chosen = {"data_dir": str(folder / "data"), "database_url": postgres.database("postgres"), "port": str(port)}
        chosen |= {"broker_url": redis.url, "log_level": "warning", "workers": "1", **settings}
        env = {**os.environ, "PYTHONPATH": str(PROJECT), **{f"ABGABE_{key.upper()}": chosen[key] for key in chosen}}
        for words in (["migrate"], ["course", "add", COURSE, *exercises]):
            subprocess.run([ABGABE, *words], env=env, check=True, stdout=subprocess.DEVNULL)
        server = stack.enter_context(_service([str(ABGABE), "up"], env))
        stack.enter_context(favoured("server", server.pid, shares))
        celery = [sys.executable, "-m", "celery", "-A", "core.queue", "worker", "-Q", "grade"]
        celery += ["--without-mingle", "--without-gossip", "-n"]
        started = [stack.enter_context(_service([*celery, f"{name}@bench"], env)) for name in range(workers)]
        database = open_database(chosen["database_url"])
        stack.callback(database.close)
        url = f"http://127.0.0.1:{port}"
        wait_until("the server's first answer", lambda: _answers(url), START_S)
        yield Installation(Settings(**chosen), url, database, server, tuple(started), postgres.pid)  # type: ignore[arg-type]


@contextlib.contextmanager
def _service(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    # a session of its own: where the kernel shares its time out among sessions, this one gets a share
    process = subprocess.Popen(command, env=env, cwd=PROJECT, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False

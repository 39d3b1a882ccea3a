"""What watches over the server is told the truth: what works, what does not, and whether hand-ins still come in."""

from __future__ import annotations

import datetime as dt
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest
import sqlalchemy
from structlog.testing import capture_logs

from core.database import open_database
from core.models import utc_now
from core.queue import CeleryQueue, make_app
from server.app import create_app
from tests.real_parts import RedisServer
from tests.server.makers import House, make_zip

NOBODY = "redis://127.0.0.1:1/0"


def readiness(house: House) -> tuple[int, dict[str, str]]:
    answer = house.visitor().get("/readyz")
    return answer.status_code, answer.json()


def with_settings(house: House, **changes: Any) -> None:
    settings = house.deps.settings.model_copy(update=changes)
    house.serve(replace(house.deps, settings=settings))


def with_broker(house: House, url: str) -> None:
    settings = house.deps.settings.model_copy(update={"broker_url": url})
    house.serve(replace(house.deps, settings=settings, queue=CeleryQueue(make_app(settings))))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no right to mount a file system: run as root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_all_is_well(house: House) -> None:
    everything = dict.fromkeys(("status", "database", "storage", "disk", "broker", "clock"), "ok")
    assert readiness(house) == (200, everything)


def test_the_process_is_alive_whatever_else_is_broken(house: House, tmp_path: Path) -> None:
    house.serve(replace(house.deps, database=open_database(f"sqlite:///{tmp_path}/no/such/folder.sqlite3")))
    assert house.visitor().get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_head_is_answered_without_a_body(house: House, path: str) -> None:
    answer = house.visitor().http.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_process_is_alive_while_every_thread_waits(house: House) -> None:
    """As for a database that says nothing."""
    app = create_app(house.deps.settings, house.deps)

    async def ask() -> int:
        every = anyio.to_thread.current_default_thread_limiter()
        every.total_tokens = 1
        await every.acquire()
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://abgabe") as client:
            with anyio.fail_after(10):
                return (await client.get("/healthz")).status_code

    assert anyio.run(ask) == 200


class TestDatabase:
    def test_that_cannot_be_reached(self, house: House, tmp_path: Path) -> None:
        house.serve(replace(house.deps, database=open_database(f"sqlite:///{tmp_path}/no/such/folder.sqlite3")))
        status, found = readiness(house)
        assert (status, found["status"], found["database"]) == (503, "not ready", "database.unreachable")

    def test_that_is_silent_is_not_waited_for(self, house: House) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:  # it accepts, and says nothing
            database = open_database(f"postgresql://ada@127.0.0.1:{silent.getsockname()[1]}/abgabe")
            house.serve(replace(house.deps, database=database))
            began = time.monotonic()
            status, found = readiness(house)
            assert time.monotonic() - began < 2
            assert (status, found["status"], found["database"]) == (503, "not ready", "check.silent")
            readiness(house)  # while the first has not ended
            assert [thread.name for thread in threading.enumerate()].count("check-database") <= 1

    def test_that_is_older_than_the_program(self, house: House, tmp_path: Path) -> None:
        house.serve(replace(house.deps, database=open_database(f"sqlite:///{tmp_path}/empty.sqlite3")))
        status, found = readiness(house)
        assert (status, found["database"]) == (503, "database.old")

    def test_that_is_newer_than_the_program(self, house: House) -> None:
        with house.deps.database.write() as session:
            session.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
        status, found = readiness(house)
        assert (status, found["database"]) == (503, "database.new")


class TestStorage:
    def test_that_is_gone(self, house: House, tmp_path: Path) -> None:
        with_settings(house, data_dir=tmp_path / "gone", secret_key_file=tmp_path / "key")
        status, found = readiness(house)
        assert (status, found["storage"]) == (503, "storage.not_writable")

    def test_that_is_read_only(self, house: House, small_disk: Path, tmp_path: Path) -> None:
        subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        with_settings(house, data_dir=small_disk, secret_key_file=tmp_path / "key", min_free_mib=0)
        status, found = readiness(house)
        assert (status, found["storage"], found["disk"]) == (503, "storage.not_writable", "ok")

    def test_a_disk_that_is_nearly_full_takes_no_hand_in_and_says_so(
        self, house: House, small_disk: Path, tmp_path: Path
    ) -> None:
        with_settings(house, data_dir=small_disk, secret_key_file=tmp_path / "key", min_free_mib=8)
        assert readiness(house)[1]["disk"] == "storage.nearly_full"
        answer = house.api().post("/exercises/ex1/submissions", files={"files": ("submission.zip", make_zip())})
        assert answer.status_code == 503
        assert answer.json()["detail"] == "The server's disk is nearly full (4 MiB left); nothing was accepted."
        assert house.queue.ids == []

    def test_a_full_disk_below_the_database_is_called_that(self, house: House, small_disk: Path) -> None:
        house.person("ada")
        with closing(sqlite3.connect(house.deps.settings.database.removeprefix("sqlite:///"))) as connection:
            connection.execute("VACUUM INTO ?", (f"{small_disk}/abgabe.sqlite3",))
        database = open_database(f"sqlite:///{small_disk}/abgabe.sqlite3")
        house.serve(replace(house.deps, database=database))
        assert readiness(house)[0] == 200  # and the files beside the database are made
        with (small_disk / "rubbish").open("wb", buffering=0) as rubbish, suppress(OSError):
            while True:
                rubbish.write(bytes(4096))
        answer = house.visitor().log_in("ada")
        database.close()
        assert answer.status_code == 503
        assert "disk is full; nothing was stored." in answer.text

    def test_what_to_do_is_logged_and_not_told_to_the_world(self, house: House, tmp_path: Path) -> None:
        with_settings(house, data_dir=tmp_path / "gone", secret_key_file=tmp_path / "key")
        with capture_logs() as lines:
            answer = house.visitor().get("/readyz")
        assert str(tmp_path) not in answer.text
        (line,) = [line for line in lines if line["event"] == "check.failed" and line["check"] == "storage"]
        assert f"{tmp_path}/gone cannot be written" in line["error"]


class TestBroker:
    def test_that_never_answered_leaves_the_server_degraded(self, house: House) -> None:
        with_broker(house, NOBODY)
        status, found = readiness(house)
        assert (status, found["status"], found["broker"]) == (200, "degraded", "queue.broker_down")

    def test_that_goes_away_and_comes_back(self, house: House, redis_server: RedisServer) -> None:
        with_broker(house, redis_server.url)
        assert readiness(house)[1]["broker"] == "ok"
        redis_server.kill()
        assert readiness(house)[1]["broker"] == "queue.broker_down"
        answer = house.api().post("/exercises/ex1/submissions", files={"files": ("submission.zip", make_zip())})
        assert answer.status_code == 202, "what comes in meanwhile is accepted"
        redis_server.start()
        assert readiness(house)[1]["status"] == "ok"


class TestClock:
    @pytest.mark.parametrize(("off_by_s", "code"), [(0, "ok"), (120, "clock.skewed"), (-120, "clock.skewed")])
    def test_that_differs_from_the_databases(self, house_on_either: House, off_by_s: int, code: str) -> None:
        house = house_on_either
        if house.deps.database.engine.dialect.name == "sqlite":
            code = "ok"  # SQLite has no clock of its own
        house.serve(replace(house.deps, clock=lambda: utc_now() + dt.timedelta(seconds=off_by_s)))
        status, found = readiness(house)
        assert (status, found["clock"]) == (200, code)

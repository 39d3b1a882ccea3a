"""One real server for the whole session, on which each test puts its own application with a fresh database."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from core.database import open_database
from core.deps import Deps
from core.live import MemoryLive
from core.settings import Settings
from core.storage import Blobs
from server.app import create_app
from tests.core.state_makers import Clock, ListQueue
from tests.server.makers import House, make_course, make_suite


class Stage:
    """An ASGI application that is whatever application the current test has put on it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(128)
        stage = Stage(f"http://127.0.0.1:{sock.getsockname()[1]}")
        config = uvicorn.Config(stage, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
        thread.start()
        yield stage
        server.should_exit = True
        thread.join()


def _settings(database_url: str, folder: Path) -> Settings:
    return Settings(data_dir=folder / "data", database_url=database_url, suites_dir=folder / "suites", max_upload_mib=1)


def _build(settings: Settings, stage: Stage) -> Iterator[House]:
    clock, queue = Clock(), ListQueue()
    deps = Deps(settings, open_database(settings.database), Blobs(settings.blobs_dir), queue, MemoryLive(), clock)
    suite = make_suite(settings.suites_dir)

    def serve(deps: Deps) -> None:
        stage.app = create_app(deps.settings, deps)

    serve(deps)
    yield House(deps, clock, queue, suite, make_course(deps.database, suite), stage.url, serve)
    deps.database.close()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, stage: Stage) -> Iterator[House]:
    yield from _build(_settings(sqlite_url, tmp_path), stage)


@pytest.fixture
def house_on_either(database_url: str, tmp_path: Path, stage: Stage) -> Iterator[House]:
    """The house on SQLite and on PostgreSQL, in turn."""
    yield from _build(_settings(database_url, tmp_path), stage)

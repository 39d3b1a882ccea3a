"""An installation in a bad state says so in one line that tells what to do."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy

from core.database import migrate, open_database
from core.errors import DatabaseOutdated, EngineAway, SandboxUnavailable
from tests.worker.conftest import LIMITS
from worker.sandbox.base import Order
from worker.sandbox.docker import Docker

PROJECT = Path(__file__).resolve().parent.parent.parent
CHOOSE = "from core.settings import Settings; from worker.sandbox.choose import choose; choose('docker', Settings())"


def test_an_engine_whose_socket_is_not_for_this_user() -> None:
    """A socket of root's, and a process of nobody's."""
    if os.geteuid() != 0:
        pytest.skip("no right to become another user: run as root")
    with socket.socket(socket.AF_UNIX) as listening:
        path = Path("/tmp") / f"abgabe-test-{os.getpid()}.sock"
        listening.bind(str(path))
        try:
            path.chmod(0o600)
            listening.listen()
            environment = {**os.environ, "DOCKER_HOST": f"unix://{path}", "PYTHONDONTWRITEBYTECODE": "1"}
            nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            done = subprocess.run(
                [*nobody, sys.executable, "-c", CHOOSE],
                cwd=PROJECT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            path.unlink()
    said = done.stderr.strip().splitlines()[-1]
    assert "The sandbox docker cannot be used: its engine is not for this user." in said
    assert "sudo usermod -aG docker" in said


class LittleEngine(BaseHTTPRequestHandler):
    """As much of an engine as a sandbox asks before its first box."""

    ANSWERS: ClassVar = {
        "/version": {"ApiVersion": "1.41", "Version": "20.10", "Arch": "amd64"},
        "/info": {"SecurityOptions": ["name=seccomp,profile=default"]},
    }

    def do_GET(self) -> None:
        answer = next((found for end, found in self.ANSWERS.items() if self.path.endswith(end)), None)
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer or {"message": "no such image or container"}).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_an_engine_that_goes_away_is_told_from_an_image_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    order = Order("candidate", "candidate-torch", "exam.wire", (), (), LIMITS)
    with ThreadingHTTPServer(("127.0.0.1", 0), LittleEngine) as engine:
        threading.Thread(target=engine.serve_forever, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{engine.server_port}")
        sandbox = Docker()
        with pytest.raises(SandboxUnavailable, match="no image") as missing:
            sandbox.start(order)
        assert not isinstance(missing.value, EngineAway)
        engine.shutdown()
    with pytest.raises(EngineAway, match="no engine answers"):
        sandbox.start(order)


class HangingEngine(LittleEngine):
    """Its images are there; what it is to make, it thinks about until the test ends."""

    ANSWERS: ClassVar = {**LittleEngine.ANSWERS, "/json": {"Id": "sha256:1"}}
    over = threading.Event()

    def do_POST(self) -> None:
        self.over.wait()


def test_an_engine_that_hangs_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    order = Order("candidate", "candidate-numpy", "exam.wire", (), (), LIMITS)
    with ThreadingHTTPServer(("127.0.0.1", 0), HangingEngine) as engine:
        threading.Thread(target=engine.serve_forever, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{engine.server_port}")
        sandbox = Docker(answer_s=1)
        with pytest.raises(EngineAway, match="no engine answers"):
            sandbox.start(order)
        HangingEngine.over.set()
        engine.shutdown()


def test_a_database_of_a_later_version_is_not_migrated(database_url: str) -> None:
    database = open_database(database_url)
    with database.write() as session:
        before = session.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar_one()
        session.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(DatabaseOutdated) as caught:
            migrate(database_url)
        assert str(caught.value) == (
            "The database is newer than this program (revision 9999). Start the version that wrote it, or a later one."
        )
    finally:  # PostgreSQL's is used by the next test as well
        with database.write() as session:
            session.execute(sqlalchemy.text(f"UPDATE alembic_version SET version_num = '{before}'"))
        database.close()

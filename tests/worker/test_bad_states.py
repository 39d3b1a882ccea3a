"""An installation in a bad state says so in one line that tells what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy

from core.database import migrate, open_database
from core.errors import DatabaseOutdated

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

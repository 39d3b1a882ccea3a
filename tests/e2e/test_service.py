"""What an administrator's service manager does to ``abgabe up``."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import ABGABE
from tests.real_parts import wait_until
from tests.worker.conftest import containers, make_sandbox


@pytest.fixture
def up(tmp_path: Path) -> subprocess.Popen[str]:
    """A server with spare sandboxes in Docker, from the moment it says where it is."""
    try:
        make_sandbox("docker")
    except Exception as error:
        pytest.skip(str(error))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ABGABE_")}
    environment |= {"ABGABE_DATA_DIR": str(tmp_path / "data"), "ABGABE_SANDBOX": "docker", "PYTHONUNBUFFERED": "1"}
    for words in (["migrate"], ["course", "add", "dl", "ex1"]):
        subprocess.run([ABGABE, *words], env=environment, check=True, capture_output=True)
    process = subprocess.Popen([ABGABE, "up", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True)
    assert any(line.startswith("Abgabe is at") for line in process.stdout or ())
    return process


def boxes_of(process: subprocess.Popen[str]) -> set[str]:
    return {name for name in containers() if name.startswith(f"abgabe-{process.pid}-")}


def test_sigterm_leaves_no_container_behind(up: subprocess.Popen[str]) -> None:
    wait_until("the spare sandboxes are there", lambda: len(boxes_of(up)) == 2)
    up.send_signal(signal.SIGTERM)
    up.communicate(timeout=60)
    assert boxes_of(up) == set()


def test_the_data_directory_is_its_owner_s_alone(up: subprocess.Popen[str], tmp_path: Path) -> None:
    mode = stat.S_IMODE((tmp_path / "data").stat().st_mode)
    up.send_signal(signal.SIGTERM)
    up.communicate(timeout=60)
    assert mode == 0o700

"""The command line as a user calls it, on an installation of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ABGABE = Path(sys.executable).with_name("abgabe")
DATA = Path(__file__).resolve().parent.parent / "data"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    """Environment of an installation with the mini exercise, in bubblewrap, that does not exist yet."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed: apt-get install -y bubblewrap")
    suites = tmp_path / "suites"
    suites.mkdir()
    shutil.copytree(DATA / "mini", suites / "mini")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ABGABE_")},
        "ABGABE_DATA_DIR": str(tmp_path / "data"),
        "ABGABE_SUITES_DIR": str(suites),
        "ABGABE_SANDBOX": "bubblewrap",
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
    }


@pytest.fixture
def abgabe(installation: dict[str, str]) -> Run:
    """Run one command to its end."""

    def run(*words: str | Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        command = [ABGABE, *words]
        environment = {**installation, **more}
        return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, timeout=120)

    return run

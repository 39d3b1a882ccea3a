"""A demo installation as ``make demo`` starts it: real server, real worker, real sandbox, in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
ABGABE = Path(sys.executable).with_name("abgabe")
CANDIDATES = PROJECT / "tests" / "candidates" / "ex1"
ARTEFACTS = PROJECT / "artefacts"
START_TIMEOUT_S = 60


@dataclass
class Demo:
    """A running demo: where it is, and who may log in with which password."""

    url: str
    passwords: dict[str, str]
    environment: dict[str, str]
    lines: list[str] = field(default_factory=list)


@contextmanager
def running_demo(data_dir: Path, *options: str) -> Iterator[Demo]:
    """``abgabe demo`` from the moment it has said where it is, and for whom, until Ctrl-C."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ABGABE_")}
    environment |= {"ABGABE_DATA_DIR": str(data_dir), "ABGABE_SANDBOX": "bubblewrap", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen([ABGABE, "demo", *options], env=environment, stdout=subprocess.PIPE, text=True)
    demo = Demo("", {}, environment)
    told = threading.Event()

    def read() -> None:
        for line in process.stdout or ():
            demo.lines.append(line)
            if found := re.match(r"\s+\w+\s+(\w+)\s+password: (\S+)", line):
                demo.passwords[found[1]] = found[2]
            if found := re.match(r"Abgabe is at (\S+)", line):
                demo.url = found[1]
            if demo.url and "carol" in demo.passwords:  # the last line
                told.set()
        told.set()

    threading.Thread(target=read, daemon=True).start()
    try:
        told.wait(START_TIMEOUT_S)
        assert demo.url, f"the demo did not start: {demo.lines}"
        yield demo
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all tests of this folder."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed: apt-get install -y bubblewrap")
    with running_demo(tmp_path_factory.mktemp("demo") / "data", "--port", "0") as running:
        yield running


def flat_zip(candidate: str, path: Path) -> Path:
    """A hand-in as the course's dispatch.py writes it: stored, and every file under its base name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted((CANDIDATES / candidate).rglob("*.py")):
            archive.write(file, file.name)
    return path

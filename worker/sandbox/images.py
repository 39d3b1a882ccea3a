"""What a Docker image of a trust zone is built from: its Dockerfile, its pinned requirements, and their wheels, which
are downloaded outside, so that the build itself needs no network and cannot fetch anything else."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.settings import PROJECT
from worker.sandbox import environment

PYTHON_VERSION = "3.11"
"""Of the base image that the Dockerfiles name."""
_NEWEST_GLIBC = 36  # 2.36, of Debian bookworm
_LITTER = shutil.ignore_patterns("__pycache__")
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def tag(name: str) -> str:
    """The same inputs have the same tag: an image is built once."""
    inputs = environment.pins(name) + b"\0" + (PROJECT / "docker" / name / "Dockerfile").read_bytes()
    return f"abgabe/{name}:{hashlib.sha256(inputs).hexdigest()[:16]}"


@contextmanager
def context(name: str, architecture: str) -> Iterator[IO[bytes]]:
    """The build context as a tar file. Raises CalledProcessError where a wheel cannot be had."""
    with tempfile.TemporaryDirectory(prefix="abgabe-image-") as place:
        folder = Path(place)
        shutil.copy(PROJECT / "docker" / name / "Dockerfile", folder)
        shutil.copy(environment.requirements(name), folder)
        shutil.copy(environment.CONSTRAINTS, folder)
        if environment.own_packages(name).is_dir():
            shutil.copytree(environment.own_packages(name), folder / "packages", ignore=_LITTER)
        _download(name, architecture, folder / "wheelhouse")
        with tempfile.TemporaryFile() as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                tar.add(folder, arcname=".")
            file.seek(0)
            yield file


def _download(name: str, architecture: str, folder: Path) -> None:
    machine = _MACHINES.get(architecture, architecture)
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(_NEWEST_GLIBC, 4, -1)]
    target = ["--python-version", PYTHON_VERSION, "--only-binary", ":all:"]
    target += [word for platform in (*platforms, f"manylinux2014_{machine}") for word in ("--platform", platform)]
    files: list[str | Path] = ["-r", environment.requirements(name), "-c", environment.CONSTRAINTS, "-d", folder]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", *target, *files]
    subprocess.run(command, check=True, capture_output=True, text=True)

"""The Python environments of the bubblewrap sandbox: one folder for each zone, made from the requirements that the
Docker image of that zone is made from, and named by a digest of what it was made from.

``python -m worker.sandbox.environment`` makes those that are missing, the large ones if it is given their names.
"""

from __future__ import annotations

import compileall
import hashlib
import os
import platform
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import SandboxUnavailable
from core.settings import PROJECT, get_settings
from worker.sandbox.base import SANDBOX_MISSING

NAMES = ("candidate-numpy", "examiner")
ON_REQUEST = ("candidate-torch",)
"""Those that are large: made only where somebody asks for them."""
CONSTRAINTS = PROJECT / "constraints.txt"


@dataclass(frozen=True)
class Environment:
    """``folder`` is to be put on ``sys.path``."""

    name: str
    digest: str
    folder: Path


def requirements(name: str) -> Path:
    """The packages of a zone. Raises SandboxUnavailable where there is no such zone."""
    path = PROJECT / "docker" / name / "requirements.txt"
    if not path.is_file():
        remedy = f"An image that suite.toml names has a folder in {PROJECT / 'docker'}."
        raise SandboxUnavailable(SANDBOX_MISSING, kind=name, reason="there is no such image", remedy=remedy)
    return path


def own_packages(name: str) -> Path:
    """A folder of packages of ours that a zone gets as well, each where its requirements bring none of that name."""
    return PROJECT / "docker" / name / "packages"


def pins(name: str) -> bytes:
    """What decides which packages an environment holds, apart from the Python that runs it."""
    own = sorted(own_packages(name).rglob("*.py"))
    return b"\0".join(path.read_bytes() for path in (requirements(name), CONSTRAINTS, *own))


def find(name: str, root: Path) -> Environment:
    """The environment, made earlier. Raises SandboxUnavailable where it is not there."""
    environment = _describe(name, root)
    if not environment.folder.is_dir():
        raise SandboxUnavailable(
            SANDBOX_MISSING,
            kind="bubblewrap",
            reason=f"the environment {name} is not in {root}",
            remedy=remedy(name),
        )
    return environment


def remedy(name: str) -> str:
    """The command that makes what is missing."""
    return f"make -C {PROJECT} setup" + (" TORCH=yes" if name in ON_REQUEST else "")


def wanted(root: Path) -> tuple[str, ...]:
    """What a sandbox is to have ready: of the large ones, those that somebody has asked for."""
    return (*NAMES, *(name for name in ON_REQUEST if _describe(name, root).folder.is_dir()))


def make(name: str, root: Path) -> bool:
    """Make the environment where it is missing; whether there was something to do.

    Of the older ones the last stays, for workers that still use it.
    """
    environment = _describe(name, root)
    if environment.folder.is_dir():
        return False
    root.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".making-", dir=root))
    try:
        _install(name, fresh)
        _compile(fresh)
        fresh.rename(environment.folder)
    except OSError:
        if not environment.folder.is_dir():  # else somebody was faster, with the same result
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    made = sorted(root.glob(f"{name}-*"), key=lambda folder: folder.stat().st_mtime)
    for old in made[:-2]:
        shutil.rmtree(old)
    return True


def _describe(name: str, root: Path) -> Environment:
    python = f"{sys.implementation.cache_tag} {platform.machine()} {platform.libc_ver()[0]}"
    digest = hashlib.sha256(pins(name) + b"\0" + python.encode()).hexdigest()
    return Environment(name, f"sha256:{digest}", root.resolve() / f"{name}-{digest[:12]}")


def _install(name: str, folder: Path) -> None:
    options: list[str | Path] = ["--quiet", "--no-compile", "--disable-pip-version-check", "--target", folder]
    files: list[str | Path] = ["-r", requirements(name), "-c", CONSTRAINTS]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *files], check=True)
    for package in own_packages(name).glob("*"):
        if not (folder / package.name).exists():
            shutil.copytree(package, folder / package.name)


def _compile(folder: Path) -> None:
    """Bytecode for all but the packages' own tests; readable for the sandboxes' users, whatever our umask is."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH  # nothing will change here: no need to look
    skip = re.compile(r"/tests/")
    compileall.compile_dir(folder, quiet=2, rx=skip, workers=0, invalidation_mode=mode)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


def interpreter() -> Path:
    """The Python below this virtual environment."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def interpreter_files() -> list[Path]:
    """What the interpreter needs beside the system's libraries: itself, the standard library, libpython."""
    files = [interpreter(), Path(os.__file__).parent]
    if sysconfig.get_config_var("Py_ENABLE_SHARED"):
        files.append(Path(str(sysconfig.get_config_var("LIBDIR"))) / str(sysconfig.get_config_var("INSTSONAME")))
    return [path for path in files if path.exists()]


def main(names: Sequence[str]) -> None:
    """Make what is missing below ``sandbox_env_dir``; without names, all but the large ones."""
    root = get_settings().sandbox_env_dir
    for name in names or NAMES:
        if make(name, root):
            print(f"made the environment {name} of the bubblewrap sandbox", flush=True)
    for name in () if names else set(ON_REQUEST).difference(wanted(root)):
        print(f"left out {name}, which is large; where an exercise needs it: {remedy(name)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

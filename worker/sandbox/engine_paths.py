"""Where the engine finds what this worker sees. A worker in a container names files by paths that mean nothing to the
engine outside: those on its volumes are translated, those of its image copied onto a volume first.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import SandboxUnavailable
from worker.sandbox.base import SANDBOX_MISSING


class EnginePaths:
    """Translates this process's paths to the engine's. Nothing to do where both are on the same host."""

    def __init__(self, mounts: Mapping[Path, Path] | None = None, scratch: Path | None = None) -> None:
        """``mounts``: a folder as this process sees it -> the same as the engine sees it; None: all are the same.
        ``scratch``: where copies go; default: where temporary files do."""
        self._mounts = mounts
        self._scratch = (scratch or Path(tempfile.gettempdir())).resolve()
        self._copies: dict[Path, Path] = {}
        self._copying = threading.Lock()

    def of(self, path: Path) -> Path:
        """The engine's name for ``path``. Raises SandboxUnavailable where it cannot have one."""
        if self._mounts is None:
            return path
        return self._translated(path.resolve()) or self._copied(path.resolve())

    def _translated(self, path: Path) -> Path | None:
        assert self._mounts is not None  # noqa: S101 - for the type checker
        within = [target for target in self._mounts if path.is_relative_to(target)]
        if not within:
            return None
        nearest = max(within, key=lambda target: len(target.parts))
        return self._mounts[nearest] / path.relative_to(nearest)

    def _copied(self, path: Path) -> Path:
        """A copy on the volume where temporary files lie. What an image holds never changes: one copy will do."""
        with self._copying:
            if path not in self._copies:
                self._copies[path] = self._copy(path)
            return self._copies[path]

    def _copy(self, path: Path) -> Path:
        if self._translated(self._scratch) is None:
            raise SandboxUnavailable(
                SANDBOX_MISSING,
                kind="docker",
                reason=f"the worker runs in a container, and the engine does not see its folder {self._scratch}",
                remedy="Set TMPDIR to a folder on a volume, as docker-compose.yml does.",
            )
        copy = self._folder() / path.name
        try:
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, copy)
        except BaseException:
            shutil.rmtree(copy.parent, ignore_errors=True)
            raise
        translated = self._translated(copy)
        assert translated is not None  # noqa: S101 - for the type checker
        return translated

    def _folder(self) -> Path:
        """A new one, for as long as this process lives: a volume outlives it."""
        folder = Path(tempfile.mkdtemp(prefix="abgabe-code-", dir=self._scratch))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return folder


def from_inspection(mounts: Iterable[Mapping[str, Any]]) -> dict[Path, Path]:
    """The folders of a container that its host has as well, from what Docker's inspection lists under ``Mounts``."""
    return {Path(mount["Destination"]): Path(mount["Source"]) for mount in mounts if mount.get("Source")}

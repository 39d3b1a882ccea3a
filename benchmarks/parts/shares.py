"""A larger share of the CPUs for a service than others have, as docker-compose.yml gives some: a control group of its
own, on whichever version of them the host has."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

ORDINARY = 1024
"""The shares of a container, and of everything else, that nobody has given more or less."""
_V1, _V2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


@contextlib.contextmanager
def favoured(name: str, pid: int, shares: int) -> Iterator[None]:
    """Process ``pid`` and what it will start count for ``shares`` where ``ORDINARY`` is usual. Raises OSError where
    this user may not say so."""
    if shares == ORDINARY:
        yield
        return
    parent = _V1 if (_V1 / "cgroup.procs").exists() else _V2
    group = parent / f"abgabe-bench-{os.getpid()}-{name}"
    group.mkdir()
    try:
        file, value = ("cpu.shares", shares) if parent == _V1 else ("cpu.weight", round(100 * shares / ORDINARY))
        (group / file).write_text(str(value))
        (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for left in (group / "cgroup.procs").read_text().split():
            with contextlib.suppress(OSError):
                (parent / "cgroup.procs").write_text(left)
        group.rmdir()

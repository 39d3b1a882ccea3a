"""A larger share of the CPUs for a service than others have, as docker-compose.yml gives some: a control group of its
own, beside those of the sandboxes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from worker.sandbox.cgroups import find_cgroups

ORDINARY = 1024
"""The shares of a container, and of a sandbox, that nobody has given more or less."""


@contextlib.contextmanager
def favoured(name: str, pid: int, shares: int) -> Iterator[None]:
    """Process ``pid`` and what it will start count for ``shares`` where ``ORDINARY`` is usual. Raises OSError where
    this user may not say so."""
    parent = find_cgroups().parents.get("cpu")
    if shares == ORDINARY:
        yield
        return
    if parent is None:
        raise OSError(f"no control group can be made here for {name}: try --shares {ORDINARY}")
    group = parent / f"abgabe-bench-{os.getpid()}-{name}"
    group.mkdir()
    try:
        file, value = ("cpu.shares", shares) if (group / "cpu.shares").exists() else ("cpu.weight", shares // 10)
        (group / file).write_text(str(value))
        (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for left in (group / "cgroup.procs").read_text().split():
            with contextlib.suppress(OSError):
                (parent / "cgroup.procs").write_text(left)
        group.rmdir()

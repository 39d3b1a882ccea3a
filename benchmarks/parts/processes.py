"""CPU time of processes and of the machine, and percentiles: what the benchmarks of the server count in."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """User and system time of a process."""
    user, system = _stat(pid)[11:13]
    return (int(user) + int(system)) * TICK_S


def tree_cpu_s(root: int) -> float:
    """The same of a process and all that descend from it, also where they have ended and were waited for."""
    stats = {int(path.parent.name): _stat(int(path.parent.name)) for path in Path("/proc").glob("[0-9]*/stat")}
    family = {root}
    while more := {pid for pid, stat in stats.items() if stat and int(stat[1]) in family} - family:
        family |= more
    return sum(sum(map(int, stats[pid][11:15])) for pid in family if stats.get(pid)) * TICK_S


def machine_cpu_s() -> float:
    """What all processes of this machine have used together."""
    user, nice, system = map(int, Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) * TICK_S


def _stat(pid: int) -> list[str]:
    """/proc/PID/stat from the state on; [] where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def end_in_order() -> None:
    """Whoever ends this process with SIGTERM ends what it has started as well."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that ``share`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

"""What the processes of a case have used, read from /proc of the sandbox's own PID namespace."""

from __future__ import annotations

import os
from dataclasses import dataclass

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """Of all processes but the reader's: CPU seconds, resident bytes, and seconds spent ready to run while the
    host's CPUs were busy with something else."""

    cpu_s: float = 0.0
    resident_bytes: int = 0
    waited_s: float = 0.0


def used_by_everybody_else() -> Usage:
    """The sum over all other processes in this /proc. One that vanishes while we read counts nothing."""
    own = os.getpid()
    cpu_s, resident, waited_s = 0.0, 0, 0.0
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != own:
            try:
                cpu_s += _cpu_s(name)
                resident += _resident_bytes(name)
                waited_s += _waited_s(name)
            except (OSError, ValueError, IndexError):
                continue
    return Usage(cpu_s, resident, waited_s)


def shared_once_bytes() -> int:
    """Resident bytes of all other processes, each page that several of them share divided among them (PSS): slower
    and exact where forks share most of their memory."""
    own, total = os.getpid(), 0
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != own:
            try:
                lines = _read(f"/proc/{name}/smaps_rollup").splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
            except (OSError, ValueError, IndexError, StopIteration):
                continue
    return total


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _cpu_s(pid: str) -> float:
    # Fields 14 to 17 (own and reaped children's time), counted after the name, which may contain anything.
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def _resident_bytes(pid: str) -> int:
    return int(_read(f"/proc/{pid}/statm").split()[1]) * _PAGE


def _waited_s(pid: str) -> float:
    try:
        return int(_read(f"/proc/{pid}/schedstat").split()[1]) / 1e9
    except OSError:
        return 0.0  # a kernel without scheduler statistics

"""What the processes of a case have used, read from /proc of the sandbox's own PID namespace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """Of all processes but the reader's: CPU seconds, resident bytes now, and seconds that one of them was ready to run
    while the host's CPUs were busy with something else. Not with the others: who waits for his own processes has kept
    the CPU busy himself, for at least as long."""

    cpu_s: float = 0.0
    resident_bytes: int = 0
    waited_s: float = 0.0


class Meter:
    """Adds up what the processes of one case use, those that came and went included: a process that ignores the end of
    its children makes the kernel forget what they used."""

    def __init__(self) -> None:
        self._alive: dict[tuple[str, str], float] = {}
        self._gone_s = 0.0
        self._last = Usage()

    def read(self) -> Usage:
        """The usage so far; CPU and waiting time never shrink."""
        with_children_s, resident, waited_s = 0.0, 0, 0.0
        alive: dict[tuple[str, str], float] = {}
        for pid in _other_processes():
            try:
                started, own_s, children_s = _times(pid)
                resident += _resident_bytes(pid)
                waited_s = max(waited_s, _waited_s(pid))
            except (OSError, ValueError, IndexError):
                continue  # it vanished while we read
            alive[pid, started] = own_s
            with_children_s += own_s + children_s
        self._gone_s += sum(used for process, used in self._alive.items() if process not in alive)
        self._alive = alive
        cpu_s = max(self._last.cpu_s, with_children_s, sum(alive.values()) + self._gone_s)
        self._last = Usage(cpu_s, resident, max(self._last.waited_s, waited_s - cpu_s))
        return self._last


def shared_once_bytes() -> int:
    """Resident bytes of all other processes, each page that several of them share divided among them (PSS): slower
    and exact where forks share most of their memory."""
    total = 0
    for pid in _other_processes():
        try:
            lines = _read(f"/proc/{pid}/smaps_rollup").splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
        except (OSError, ValueError, IndexError, StopIteration):
            continue
    return total


def own_virtual_bytes() -> int:
    """The address space of this process."""
    return int(_read("/proc/self/statm").split()[0]) * _PAGE


def own_waited_s() -> float:
    """How long this process has been ready to run while the CPUs were busy with something else."""
    return _waited_s("self")


def _other_processes() -> Iterator[str]:
    own = str(os.getpid())
    return (name for name in os.listdir("/proc") if name.isdigit() and name != own)


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _times(pid: str) -> tuple[str, float, float]:
    """When it started (no two processes share that and the id), its own CPU time, that of children it has reaped."""
    # Counted after the name, which may contain anything.
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    user, system, children_user, children_system = (int(ticks) for ticks in fields[11:15])
    return fields[19], (user + system) / _TICKS, (children_user + children_system) / _TICKS


def _resident_bytes(pid: str) -> int:
    return int(_read(f"/proc/{pid}/statm").split()[1]) * _PAGE


def _waited_s(pid: str) -> float:
    try:
        return int(_read(f"/proc/{pid}/schedstat").split()[1]) / 1e9
    except OSError:
        return 0.0  # a kernel without scheduler statistics

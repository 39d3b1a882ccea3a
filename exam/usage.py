"""What the processes of a case have used, read from /proc of the sandbox's own PID namespace."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
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


ACCOUNT = "/cpu_account"
"""Where bubblewrap's boxes find their control group's account, if they have one."""


class Account:
    """The kernel's own account of the box's CPU time, which no process escapes. Opened before student's code runs."""

    def __init__(self, paths: Iterable[str] | None = None) -> None:
        paths = (ACCOUNT, *own_accounts()) if paths is None else paths
        self._fd = next((fd for fd in map(_opened, paths) if fd is not None), None)

    def others_s(self) -> float | None:
        """CPU seconds of all processes of the box but this one; None where there is no account."""
        if self._fd is None:
            return None
        return account_s(os.pread(self._fd, 4096, 0).decode("ascii")) - time.process_time()

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
        self._fd = None


def own_accounts(mounts: str | None = None, own: str | None = None) -> list[str]:
    """The accounts of this box's own group, as Docker shows it; not one of a group around it, in which others compute
    too. ``mounts`` and ``own`` are texts like /proc/self/mountinfo and cgroup."""
    mounts = _read("/proc/self/mountinfo") if mounts is None else mounts
    own = _read("/proc/self/cgroup") if own is None else own
    groups = {path for _, _, path in (line.split(":", 2) for line in own.splitlines())}
    found = []
    for line in mounts.splitlines():
        fields, _, filesystem = line.partition(" - ")
        root, mount = fields.split()[3:5]
        kind, _, options = filesystem.split()[:3]
        if root in groups and kind == "cgroup" and "cpuacct" in options.split(","):
            found.append(f"{mount}/cpuacct.usage")
        elif root in groups and kind == "cgroup2":
            found.append(f"{mount}/cpu.stat")
    return found


def account_s(text: str) -> float:
    """Seconds, from the text of cpuacct.usage or cpu.stat. Raises ValueError."""
    words = text.split()
    if len(words) == 1:
        return int(words[0]) / 1e9
    return int(words[words.index("usage_usec") + 1]) / 1e6


def _opened(path: str) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


class Meter:
    """Adds up what the processes of one case use, those that came and went included: a process that ignores the end of
    its children makes the kernel forget what they used. ``account`` remembers it where there is one."""

    def __init__(self, account: Account | None = None) -> None:
        self._account = account
        self._account_before_s = account.others_s() if account else None
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
        cpu_s = max(self._last.cpu_s, with_children_s, sum(alive.values()) + self._gone_s, self._accounted_s())
        self._last = Usage(cpu_s, resident, max(self._last.waited_s, waited_s - cpu_s))
        return self._last

    def _accounted_s(self) -> float:
        now_s = self._account.others_s() if self._account else None
        return 0.0 if now_s is None or self._account_before_s is None else now_s - self._account_before_s


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

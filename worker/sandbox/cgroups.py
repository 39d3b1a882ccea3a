"""Control groups for bubblewrap's boxes: what all processes of a box use together, where the host lets us make some.

Version 1 has a tree for each controller, version 2 one for all. Either way a box gets groups beside the worker's own,
so that whatever limits the worker limits its boxes too.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from dataclasses import dataclass
from pathlib import Path

from worker.sandbox.base import BoxLimits
from worker.sandbox.owner import is_orphan

_MIB = 1 << 20
_PERIOD_US = 100_000
_NEEDED = frozenset({"memory", "pids"})
_USED = _NEEDED | {"cpu", "cpuacct"}


@dataclass(frozen=True)
class Cgroup:
    """The groups of one box, one folder for each tree."""

    folders: tuple[Path, ...]

    def admit(self, pid: int) -> None:
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def oom_killed(self) -> bool:
        words = (self._read("memory.oom_control") + " " + self._read("memory.events")).split()
        return any(int(count) > 0 for word, count in itertools.pairwise(words) if word == "oom_kill")

    def peak_mib(self) -> float | None:
        peak = self._read("memory.max_usage_in_bytes") or self._read("memory.peak")
        return int(peak) / _MIB if peak else None

    def account(self) -> Path | None:
        """The file that says what CPU time all its processes have used, for exam.usage."""
        files = [folder / name for name in ("cpuacct.usage", "cpu.stat") for folder in self.folders]
        return next((file for file in files if file.is_file() and _is_account(file)), None)

    def _read(self, name: str) -> str:
        for folder in self.folders:
            with contextlib.suppress(OSError):
                return (folder / name).read_text()
        return ""

    def remove(self) -> None:
        """A group can be removed as soon as the kernel has let go of its last process."""
        deadline = time.monotonic() + 2
        for folder in self.folders:
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.002)


@dataclass(frozen=True)
class Cgroups:
    """Makes groups below ``parents``: controller -> folder (the same one for all in version 2). May be unable to."""

    parents: dict[str, Path]

    @property
    def usable(self) -> bool:
        return self.parents.keys() >= _NEEDED

    def make(self, name: str, limits: BoxLimits) -> Cgroup | None:
        """Groups that hold ``limits``, or None where none can be made."""
        if not self.usable:
            return None
        cgroup = Cgroup(tuple(dict.fromkeys(parent / name for parent in self.parents.values())))
        try:
            for folder in cgroup.folders:
                folder.mkdir()
                _set(folder, _values(limits))
        except BaseException:
            cgroup.remove()
            raise
        return cgroup

    def remove_orphans(self) -> int:
        """Remove the groups of boxes whose worker is gone; how many boxes that were."""
        found = [entry for parent in set(self.parents.values()) for entry in parent.iterdir() if is_orphan(entry.name)]
        for folder in found:
            with contextlib.suppress(OSError):  # its last process is still dying: the next time
                folder.rmdir()
        return len({folder.name for folder in found})


def _is_account(file: Path) -> bool:
    """In version 1 ``cpu.stat`` tells of the quota alone."""
    return file.name == "cpuacct.usage" or "usage_usec" in file.read_text()


def _values(limits: BoxLimits) -> dict[str, str]:
    """File -> value, for both versions; the order matters in version 1, and so does the absence of swap."""
    memory, quota = str(limits.memory_mib * _MIB), int(limits.cpus * _PERIOD_US)
    return {
        "memory.limit_in_bytes": memory,
        "memory.memsw.limit_in_bytes": memory,
        "memory.swappiness": "0",
        "cpu.cfs_quota_us": str(quota),
        "memory.max": memory,
        "memory.swap.max": "0",
        "cpu.max": f"{quota} {_PERIOD_US}",
        "pids.max": str(limits.processes),
    }


def _set(folder: Path, values: dict[str, str]) -> None:
    for name, value in values.items():
        if (folder / name).exists():
            (folder / name).write_text(value)


def find_cgroups(mounts: str | None = None, own: str | None = None) -> Cgroups:
    """Where this process may make groups; ``mounts`` and ``own`` are texts like /proc/self/mountinfo and cgroup."""
    mounts = Path("/proc/self/mountinfo").read_text() if mounts is None else mounts
    own = Path("/proc/self/cgroup").read_text() if own is None else own
    groups = {controllers: path for _, controllers, path in (line.split(":", 2) for line in own.splitlines())}
    parents: dict[str, Path] = {}
    for line in mounts.splitlines():
        fields, _, filesystem = line.partition(" - ")
        mount, kind = Path(fields.split()[4]), filesystem.split()[0]
        if kind == "cgroup2" and "" in groups:
            parents |= _version_2(mount, groups[""])
        elif kind == "cgroup":
            options = set(filesystem.split()[2].split(","))
            path = next((path for names, path in groups.items() if names and set(names.split(",")) <= options), "/")
            parents |= _version_1(mount, path, options)
    return Cgroups(parents)


def _version_1(mount: Path, path: str, options: set[str]) -> dict[str, Path]:
    folder = mount / path.lstrip("/")
    folder = folder if folder.is_dir() else mount  # in a container the path is the host's, the mount is ours
    return {name: folder for name in options & _USED if os.access(folder, os.W_OK)}


def _version_2(mount: Path, path: str) -> dict[str, Path]:
    """The nearest group around the worker's that hands both controllers to its children: the worker's own may not,
    for it holds processes."""
    own = mount / path.lstrip("/")
    for folder in (own, *own.parents):
        control = folder / "cgroup.subtree_control"
        handed = set(control.read_text().split()) if control.is_file() else set()
        if handed >= _NEEDED and os.access(folder, os.W_OK):
            return dict.fromkeys(handed & _USED, folder)
        if folder == mount:
            break
    return {}

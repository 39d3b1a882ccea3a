"""What every kind of sandbox offers: start one process of ours in a box of its own, wait for its end, kill it.

A box is used once. The process in it is PID 1 of its PID namespace and meets the outside only in mounted folders, where
Unix sockets lie. When ``kill`` returns, nothing of the box is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from core.errors import texts

SANDBOX_MISSING = texts(
    "sandbox.missing",
    en=("The sandbox {kind} cannot be used: {reason}.", "{remedy}"),
    de=("Die Sandbox {kind} ist nicht benutzbar: {reason}.", "{remedy}"),
)
BOX_FAILED = texts(
    "sandbox.box_failed",
    en=("A sandbox did not start: {reason}.", "It will be tried again."),
    de=("Eine Sandbox ist nicht gestartet: {reason}.", "Es wird noch einmal versucht."),
)


class Role(StrEnum):
    """The two trust zones of an exam."""

    EXAMINER = "examiner"
    CANDIDATE = "candidate"


@dataclass(frozen=True)
class BoxLimits:
    """What a whole box may use. Held from outside wherever the host lets us, and by rlimits inside in any case."""

    memory_mib: int
    processes: int
    tmp_mib: int
    """Of /tmp and, once more, of /dev/shm; both count as memory as well."""
    file_mib: int
    open_files: int
    cpus: float
    wall_time_s: float
    """The whole box dies after this time, even if everybody has forgotten it."""


@dataclass(frozen=True)
class Mount:
    """A folder or file of the host that the box sees at ``target``."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True)
class Order:
    """What to run and where: ``main(args)`` of ``module``, in the environment ``image``."""

    role: Role
    image: str
    module: str
    args: tuple[str, ...]
    mounts: tuple[Mount, ...]
    limits: BoxLimits


@dataclass(frozen=True)
class Ending:
    """How a box ended and what all its processes used. None: the engine cannot tell (any more)."""

    exit_code: int | None
    oom_killed: bool
    wall_s: float
    cpu_s: float | None
    max_memory_mib: float | None
    log: str
    """The end of what the module itself wrote to its standard output and error."""


class Box(Protocol):
    """One started process in its sandbox."""

    @property
    def name(self) -> str: ...

    def wait(self, timeout_s: float) -> Ending | None:
        """How it ended, or None where it still runs after ``timeout_s``."""

    def kill(self) -> None:
        """End it, by force; returns when nothing of it is left. Any number of times."""

    def alive(self) -> bool: ...


class Sandbox(Protocol):
    """A way to make boxes."""

    @property
    def kind(self) -> str:
        """``docker`` or ``bubblewrap``."""

    def engine(self) -> str:
        """Name and version of what makes the boxes, such as ``Docker 27.5.1``."""

    def image(self, name: str) -> str:
        """What exactly the environment ``name`` is: an image's id, or a digest of an environment's contents."""

    def start(self, order: Order) -> Box:
        """Raises SandboxFailed, or SandboxUnavailable where no box can be made at all."""

    def check(self, image: str) -> None:
        """Raises SandboxUnavailable, with the line that mends it, where no box of ``image`` would start."""

    def clean_up(self) -> int:
        """Remove what workers that died have left behind; how many boxes that were."""

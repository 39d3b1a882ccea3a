"""A sandbox whose boxes start at once and do nothing, for what a pool of pairs decides by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.errors import SandboxFailed
from worker.pair import SEAM
from worker.sandbox.base import Order, Role


@dataclass
class IdleBox:
    name: str = "idle"
    is_alive: bool = True

    def wait(self, timeout_s: float) -> None:
        return None

    def kill(self) -> None:
        self.is_alive = False

    def alive(self) -> bool:
        return self.is_alive


@dataclass
class IdleSandbox:
    """Starts boxes that do nothing, or fails to. Knows for which suites, by the names of their folders."""

    kind = "idle"
    broken = False
    suites: list[str] = field(default_factory=list)
    boxes: list[IdleBox] = field(default_factory=list)
    refused: int = 0
    cleaned: int = 0

    def start(self, order: Order) -> IdleBox:
        if self.broken:
            self.refused += 1
            raise SandboxFailed("box.failed", reason="the test says so")
        for mount in order.mounts:
            if mount.writable:
                (mount.source / SEAM).touch()  # as an examiner that listens
        if order.role is Role.EXAMINER:
            self.suites.append(order.mounts[-1].source.name)
        self.boxes.append(IdleBox())
        return self.boxes[-1]

    def clean_up(self) -> int:
        self.cleaned += 1
        return 0

"""User ids for sandboxes: one for each live box of this host, so that what the kernel counts by user (RLIMIT_NPROC) is
counted by box, and no two boxes can signal or read each other.

A name in the abstract socket namespace is the lock: the kernel gives it back when its holder dies, however it dies.
"""

from __future__ import annotations

import contextlib
import pwd
import random
import socket

from core.errors import SandboxFailed
from worker.sandbox.base import BOX_FAILED

FIRST, LAST = 61184, 65519  # what systemd sets aside for users that come and go; inside every user namespace as well


class Uid:
    """A user id that is ours until ``release``."""

    def __init__(self, number: int, lock: socket.socket) -> None:
        self.number = number
        self._lock = lock

    def release(self) -> None:
        self._lock.close()


def take_uid() -> Uid:
    """Raises SandboxFailed where thousands are in use."""
    candidates = range(FIRST, LAST + 1)
    for number in random.sample(candidates, len(candidates)):
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0abgabe-uid-{number}")
        except OSError:
            lock.close()
            continue
        if not _has_name(number):
            return Uid(number, lock)
        lock.close()
    raise SandboxFailed(BOX_FAILED, reason="no user id is free")


def _has_name(number: int) -> bool:
    """Whether the id belongs to somebody, for example to a service with a dynamic user."""
    with contextlib.suppress(KeyError):
        pwd.getpwuid(number)
        return True
    return False

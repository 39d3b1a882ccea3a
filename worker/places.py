"""How many things may compute at a time: one for each CPU, shared by all workers of a machine. An exam always goes on,
with a place or without; a spare pair is only started where a place is free.

A name in the abstract socket namespace is a place: the kernel gives it back when its holder dies, however it dies.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass


class Place:
    """Taken until ``release``."""

    def __init__(self, lock: socket.socket) -> None:
        self._lock = lock

    def release(self) -> None:
        """Any number of times."""
        self._lock.close()


@dataclass(frozen=True)
class Places:
    """``count`` places called ``name``."""

    name: str
    count: int

    def take(self) -> Place | None:
        """A free one, or None."""
        for number in range(self.count):
            lock = socket.socket(socket.AF_UNIX)
            try:
                lock.bind(f"\0abgabe-place-{self.name}-{number}")
            except OSError:
                lock.close()
            else:
                return Place(lock)
        return None

    def is_one_free(self) -> bool:
        place = self.take()
        if place:
            place.release()
        return place is not None


def of_this_machine() -> Places:
    """What all workers of one user share."""
    return Places(str(os.getuid()), len(os.sched_getaffinity(0)))

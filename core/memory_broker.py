"""Celery's broker inside one process: messages wait in memory, and consumers are woken instead of polling.

kombu's own memory transport sleeps between polls (10 ms cost 1 % of a core for ever, and stopping takes 2 s) and shares
its queues between all applications of a process. Here each application has a ``Board``; a consumer sleeps on its bell.
Nothing outlives the process and unacknowledged messages are forgotten: the reconciler knows what is queued.
"""

# mypy: disallow-untyped-calls=False
# (kombu is typed in parts only)

from __future__ import annotations

import threading
from collections import defaultdict, deque
from queue import Empty
from typing import Any

from kombu.transport import virtual


class Board:
    """The queues of one application, and the bell that says: look again."""

    def __init__(self) -> None:
        self.state = virtual.BrokerState()
        self.queues: defaultdict[str, deque[Any]] = defaultdict(deque)
        self._bell = threading.Condition()
        self._rings = 0

    def ring(self) -> None:
        with self._bell:
            self._rings += 1
            self._bell.notify_all()

    def rings(self) -> int:
        return self._rings

    def wait(self, seen: int, timeout_s: float | None) -> None:
        """Return once the bell has rung more than ``seen`` times, or after ``timeout_s``."""
        with self._bell:
            self._bell.wait_for(lambda: self._rings != seen, timeout_s)


class Channel(virtual.Channel):
    """Puts messages on its board and takes them off."""

    do_restore = False

    @property
    def board(self) -> Board:
        board: Board = self.connection.board
        return board

    def _put(self, queue: str, message: Any, **_: Any) -> None:
        self.board.queues[queue].append(message)
        self.board.ring()

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return self.board.queues[queue].popleft()
        except IndexError:
            raise Empty from None

    def _size(self, queue: str) -> int:
        return len(self.board.queues[queue])

    def _purge(self, queue: str) -> int:
        size = self._size(queue)
        self.board.queues[queue].clear()
        return size

    def basic_ack(self, *args: Any, **kwargs: Any) -> None:
        super().basic_ack(*args, **kwargs)
        self.board.ring()  # the consumer may take one more now

    def basic_reject(self, *args: Any, **kwargs: Any) -> None:
        super().basic_reject(*args, **kwargs)
        self.board.ring()


class Transport(virtual.Transport):
    """Transport of ``broker_transport_options = {"board": Board()}``."""

    Channel = Channel
    driver_type = driver_name = "memory"

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.board: Board = client.transport_options["board"]
        self.state = self.board.state

    def driver_version(self) -> str:
        return "N/A"

    def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:
        seen = self.board.rings()
        try:
            self.cycle.get(self._deliver, timeout=timeout)  # type: ignore[union-attr]  # None only in the base class
        except Empty:
            self.board.wait(seen, timeout)
            # whatever the bell meant, the consumer's loop looks after itself first and then comes again
            raise TimeoutError from None

"""Slows down who guesses passwords: so many failures per account and address, then a pause. Kept in memory: a
restart forgets it, and each server process counts for itself."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core import metrics
from core.errors import TooOften, texts

TOO_OFTEN = texts(
    "login.too_often",
    en=("Too many wrong passwords.", "Wait {minutes} min, then try again."),
    de=("Zu viele falsche Passwörter.", "Bitte {minutes} min warten und es dann noch einmal versuchen."),
)

MOST_LOGIN = 80
"""Characters of what was typed as a login that are remembered: no account has a longer one."""


class Throttle:
    """At most ``failures`` per account and address within ``window_s``; remembers ``most`` of them."""

    def __init__(
        self,
        failures: int = 8,
        window_s: float = 600.0,
        most: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures, self._window_s, self._most, self._clock = failures, window_s, most, clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def attempt(self, login: str, address: str) -> None:
        """Count one more attempt, as failed until ``succeeded``. Raises TooOften where it may not be made."""
        with self._lock:
            times = self._recent(_key(login, address))
            if len(times) < self._failures:
                times.append(self._clock())
                return
            wait_s = times[0] + self._window_s - self._clock()
        metrics.LOGINS.labels("throttled").inc()
        raise TooOften(TOO_OFTEN, retry_after_s=math.ceil(wait_s), minutes=math.ceil(wait_s / 60))

    @contextmanager
    def one_attempt(self, login: str, address: str) -> Iterator[None]:
        """An attempt, which has failed where the block raises; what raises TooOften was turned away and is none."""
        self.attempt(login, address)
        try:
            yield
        except TooOften:
            self._take_back(login, address)
            raise
        self.succeeded(login, address)

    def succeeded(self, login: str, address: str) -> None:
        with self._lock:
            self._seen.pop(_key(login, address), None)

    def _take_back(self, login: str, address: str) -> None:
        with self._lock:
            if times := self._seen.get(_key(login, address)):
                times.pop()

    def _recent(self, key: tuple[str, str]) -> deque[float]:
        times = self._seen.setdefault(key, deque(maxlen=self._failures))
        self._seen.move_to_end(key)
        while times and times[0] <= self._clock() - self._window_s:
            times.popleft()
        while len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return times


def _key(login: str, address: str) -> tuple[str, str]:
    return login[:MOST_LOGIN].casefold(), address

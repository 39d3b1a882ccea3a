"""Which spare pairs there are, and which there should be: what the queue asks for next, then what was asked for lately.

Not safe for threads: ``SparePairs`` holds a lock.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from core.suites import Suite
from worker.pair import Pair
from worker.places import Place

MAX_SUITES = 3
"""For which spare pairs are kept at a time: each pair holds memory."""
RUSH_S = 60.0
"""As many spares are kept as were asked for in this time, within bounds."""
LONELY_S = 3600.0
"""For an exercise that nobody asked for in this time none is kept, unless it is the last one."""


@dataclass(eq=False)
class Spare:
    """A pair that waits, or is being started at ``place``."""

    place: Place | None
    pair: Future[Pair] = field(default_factory=Future)
    taken: bool = False
    """Its place is then the exam's."""

    def is_ready(self) -> bool:
        return self.pair.done() and not self.pair.cancelled() and not self.pair.exception()

    def has_failed(self) -> bool:
        return self.pair.done() and not self.is_ready()


@dataclass
class Shelf:
    suite: Suite
    used_at: float
    asked: deque[float] = field(default_factory=deque)
    spares: list[Spare] = field(default_factory=list)

    def lately(self, now: float) -> int:
        """How often it was asked for."""
        while self.asked and now - self.asked[0] > RUSH_S:
            self.asked.popleft()
        return len(self.asked)


class Shelves:
    """One for each of the last ``max_suites`` suites, by their digests; up to ``size`` spares on each."""

    def __init__(self, size: int, max_suites: int) -> None:
        self._size = size
        self._max_suites = max_suites
        self._shelves: dict[str, Shelf] = {}

    def in_order(self) -> list[Shelf]:
        """The one used last stands last."""
        return list(self._shelves.values())

    def spares(self) -> Iterator[Spare]:
        return (spare for shelf in self._shelves.values() for spare in shelf.spares)

    def use(self, key: str, suite: Suite, now: float) -> Shelf:
        shelf = self._shelves.pop(key, None) or Shelf(suite, now)
        shelf.used_at = now
        self._shelves[key] = shelf
        return shelf

    def ask(self, key: str, suite: Suite, now: float) -> Spare | None:
        """For an exam: a spare, one that is ready before one that starts."""
        shelf = self.use(key, suite, now)
        shelf.asked.append(now)
        spare = min(shelf.spares, key=lambda one: not one.is_ready(), default=None)
        if spare:
            shelf.spares.remove(spare)
        return spare

    def lacking(self, ahead: Sequence[tuple[str, Suite]], now: float) -> tuple[Shelf, bool] | None:
        """Where a spare should be started next, and whether somebody waits for it."""
        wanted = Counter(key for key, _ in ahead)
        for key, suite in ahead:
            if key not in self._shelves or len(self._shelves[key].spares) < wanted[key]:
                return self.use(key, suite, now), True
        for key in reversed(self._shelves):
            if len(self._shelves[key].spares) < self._kept(key, now):
                return self._shelves[key], False
        return None

    def take_off(self, now: float) -> list[Spare]:
        """Those that nobody will need."""
        surplus = [spare for old in list(self._shelves)[: -self._max_suites] for spare in self._shelves.pop(old).spares]
        for key, shelf in self._shelves.items():
            most = self._kept(key, now) if now - shelf.used_at > RUSH_S else self._size
            surplus += shelf.spares[most:]
            del shelf.spares[most:]
        return surplus

    def _kept(self, key: str, now: float) -> int:
        """How many are kept while nobody waits."""
        shelf = self._shelves[key]
        if now - shelf.used_at > LONELY_S and key != next(reversed(self._shelves)):
            return 0
        return max(1, min(self._size, shelf.lately(now)))

    def remove(self, spare: Spare) -> bool:
        """Whether it was still there."""
        for shelf in self._shelves.values():
            if spare in shelf.spares:
                shelf.spares.remove(spare)
                return True
        return False

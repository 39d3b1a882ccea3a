"""Where exams get their pairs of sandboxes. ``ColdPairs`` starts one when it is asked; ``SparePairs`` keeps some ready.

Spares follow demand and never compete with an exam for its CPU: they are started one at a time for each place that is
free (worker/places.py), first for what waits in the queue, then for what was asked for lately.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import structlog

from core.suites import Suite
from worker import metrics
from worker.meeting import remove_lost_places
from worker.pair import EXAM_FAILED, LOOK_S, MAX_SPARE_AGE_S, START_WAIT_S, Pair, patience_s
from worker.places import Place, Places, of_this_machine
from worker.sandbox.base import Sandbox
from worker.shelves import MAX_SUITES, Shelf, Shelves, Spare

__all__ = ["EXAM_FAILED", "MAX_SUITES", "ColdPairs", "Pair", "Pairs", "SparePairs", "patience_s"]

TICK_S = 1.0
"""So soon a spare that has died is noticed."""
SETTLE_S = 0.2
"""After the end of an exam its worker looks for the next hand-in; only then it is known whether its place is free."""
CALM_S = 1.0
"""While nobody waits and exams begin and end, a CPU is left free beside them; after this time without either, none."""
FIRST_PAUSE_S, MAX_PAUSE_S = 0.5, 8.0
"""Between attempts to start spares that fail."""
CLEAN_S = 600.0

Ahead = Callable[[int], Sequence[Suite]]
"""The suites of so many hand-ins that are next in the queue."""

log = structlog.get_logger(__name__)


class Pairs(Protocol):
    """Where exams get their sandboxes."""

    def take(self, suite: Suite) -> Pair:
        """A pair for one exam of ``suite``, to be closed by the taker. Raises an OurError."""


@dataclass(frozen=True)
class ColdPairs:
    """Starts a pair when it is asked for one."""

    sandbox: Sandbox

    def take(self, suite: Suite) -> Pair:
        return Pair(suite, self.sandbox)


class SparePairs:
    """Keeps started pairs: up to ``size`` for each of the last ``max_suites`` suites that were asked for."""

    def __init__(
        self,
        sandbox: Sandbox,
        size: int = 1,
        max_suites: int = MAX_SUITES,
        *,
        ahead: Ahead = lambda most: (),
        places: Places | None = None,
    ) -> None:
        """``ahead`` is only asked while exams run: else nobody waits."""
        self._sandbox = sandbox
        self._size = size
        self._max_suites = max_suites
        self._ask_ahead = ahead
        self._places = places or of_this_machine()
        self._shelves = Shelves(size, max_suites)
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._closed = False
        self._lent = 0
        self._used_at = self._settled_at = self._try_at = 0.0
        self._pause_s = 0.0
        self._clean_at = time.monotonic() + CLEAN_S
        self._pool = ThreadPoolExecutor(self._places.count, thread_name_prefix="spare-pairs")
        self._keeper = threading.Thread(target=self._keep_house, name="spare-pairs", daemon=True)
        self._keeper.start()
        metrics.watch(self)

    # --- for exams ----------------------------------------------------------------------------------------------------

    def take(self, suite: Suite) -> Pair:
        self._note(+1)
        try:
            return self._take(suite.digest(), suite)
        except BaseException:
            self._note(-1)
            raise

    def _take(self, key: str, suite: Suite) -> Pair:
        while spare := self._ask(key, suite):
            pair = _result(spare)
            if pair and _is_usable(pair):
                return self._lend(pair, spare.place, "spare")
            _release(spare.place)
            self._discard([spare], "dead")
        place = self._places.take()
        try:
            return self._lend(Pair(suite, self._sandbox), place, "started")
        except BaseException:
            _release(place)
            raise

    def _ask(self, key: str, suite: Suite) -> Spare | None:
        with self._lock:
            spare = self._shelves.ask(key, suite, time.monotonic())
            if spare:
                spare.taken = True
                spare.place = spare.place or self._places.take()
            return spare

    def _lend(self, pair: Pair, place: Place | None, kind: str) -> Pair:
        def give_back() -> None:
            pair.on_close = lambda: None  # a pair that is closed twice was lent once
            _release(place)
            self._note(-1)

        metrics.PAIRS_TAKEN.labels(kind).inc()
        pair.on_close = give_back
        return pair

    def _note(self, lent: int) -> None:
        now = time.monotonic()
        with self._lock:
            self._lent += lent
            self._used_at = now
            if lent < 0:
                self._settled_at = now + SETTLE_S
        self._bell.set()

    def prepare(self, suite: Suite) -> None:
        """Have a spare started before anybody asks for one."""
        with self._lock:
            self._shelves.use(suite.digest(), suite, time.monotonic())
        self._bell.set()

    def census(self) -> metrics.Census:
        with self._lock:
            spares, lent = list(self._shelves.spares()), self._lent
        ready = [spare.pair.result() for spare in spares if spare.is_ready()]
        starting = sum(not spare.pair.done() for spare in spares)
        oldest_s = max((time.monotonic() - pair.started for pair in ready), default=0.0)
        return metrics.Census(len(ready), starting, lent, oldest_s)

    def close(self) -> None:
        """Throw all spares away; pairs that are in use stay their takers'."""
        self._closed = True
        self._bell.set()
        self._keeper.join()
        with self._lock:
            spares = list(self._shelves.spares())
            self._shelves = Shelves(self._size, self._max_suites)
        self._discard(spares, "surplus")
        self._pool.shutdown()

    # --- housekeeping, in a thread of its own -------------------------------------------------------------------------

    def _keep_house(self) -> None:
        remove_lost_places()
        while not self._closed:
            try:
                self._throw_away()
                while self._start_next():
                    pass
                self._clean_sometimes()
            except Exception as error:  # the next round may find the world in order again
                log.warning("pairs.housekeeping_failed", error=f"{type(error).__name__}: {error}")
            nap_s = self._settled_at - time.monotonic()
            self._bell.wait(nap_s if nap_s > 0 else TICK_S)
            self._bell.clear()

    def _throw_away(self) -> None:
        now = time.monotonic()
        with self._lock:
            bad = [spare for spare in self._shelves.spares() if _complaint(spare)]
            for spare in bad:
                self._shelves.remove(spare)
            surplus = self._shelves.take_off(now)
        for spare in bad:
            self._discard([spare], _complaint(spare))
        self._discard(surplus, "surplus")

    def _start_next(self) -> bool:
        """Start one spare, where one is lacking and may be started; whether that was so."""
        now = time.monotonic()
        if self._closed or now < max(self._settled_at, self._try_at):
            return False
        place = self._places.take()
        if place is None:
            return False
        shelf = self._lacking(now)
        if shelf is None:
            place.release()
            return False
        spare = Spare(place)
        with self._lock:
            shelf.spares.append(spare)
        self._pool.submit(self._make, shelf.suite, spare)
        return True

    def _lacking(self, now: float) -> Shelf | None:
        ahead = self._ahead() if self._lent else []
        with self._lock:
            found = self._shelves.lacking(ahead, now)
        if found is None:
            return None
        shelf, urgent = found
        at_rest = not self._lent or now - self._used_at > CALM_S
        return shelf if urgent or at_rest or self._places.is_one_free() else None

    def _ahead(self) -> list[tuple[str, Suite]]:
        suites = [(suite.digest(), suite) for suite in self._ask_ahead(self._size)]
        known = list(dict(suites))[: self._max_suites]
        return [(key, suite) for key, suite in suites if key in known]

    def _clean_sometimes(self) -> None:
        """Of workers that died beside this one, and of an engine that died below it."""
        if time.monotonic() > self._clean_at:
            self._clean_at = time.monotonic() + CLEAN_S
            self._sandbox.clean_up()

    def _discard(self, spares: list[Spare], why: str) -> None:
        for spare in spares:
            metrics.SPARES_DISCARDED.labels(why).inc()
            if not spare.pair.cancel() and (pair := _result(spare)):
                pair.close()

    # --- in the pool's threads ----------------------------------------------------------------------------------------

    def _make(self, suite: Suite, spare: Spare) -> None:
        try:
            if spare.pair.set_running_or_notify_cancel():
                self._start(suite, spare)
        finally:
            with self._lock:
                if not spare.taken:
                    _release(spare.place)
                    spare.place = None
            self._bell.set()

    def _start(self, suite: Suite, spare: Spare) -> None:
        try:
            pair = Pair(suite, self._sandbox, gently=True)
        except BaseException as error:
            self._pause_s = min(MAX_PAUSE_S, 2 * self._pause_s or FIRST_PAUSE_S)
            self._try_at = time.monotonic() + self._pause_s
            spare.pair.set_exception(error)
            return
        if self._pause_s:  # what was wrong is mended: away with what could not be removed meanwhile
            self._pause_s, self._clean_at = 0.0, 0.0
        spare.pair.set_result(pair)
        until = time.monotonic() + START_WAIT_S
        while not (self._closed or spare.taken or pair.is_warm()) and pair.alive() and time.monotonic() < until:
            time.sleep(LOOK_S)


def _result(spare: Spare) -> Pair | None:
    """The pair, or None where it did not start: the taker starts its own and gets the error, if it is still there."""
    try:
        return spare.pair.result()
    except Exception as error:
        log.warning("pairs.spare_failed", error=str(error))
        return None


def _is_usable(pair: Pair) -> bool:
    return pair.alive() and time.monotonic() - pair.started < MAX_SPARE_AGE_S


def _complaint(spare: Spare) -> str:
    """Why nobody should get it; empty where it is well."""
    if spare.has_failed():
        return "failed"
    if not spare.is_ready() or _is_usable(pair := spare.pair.result()):
        return ""
    return "old" if pair.alive() else "dead"


def _release(place: Place | None) -> None:
    if place:
        place.release()

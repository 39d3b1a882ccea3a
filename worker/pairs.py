"""Pairs of sandboxes: an examiner and a candidate that know each other's socket and nothing yet of a student.

A pair is used for one exam and thrown away. ``ColdPairs`` starts one when it is asked; ``SparePairs`` keeps one ready,
started while nobody waits for it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import structlog

from core.errors import AbgabeError, SandboxFailed, texts
from core.suites import Suite
from exam.channel import Channel
from worker import metrics
from worker.sandbox.base import Box, BoxLimits, Mount, Order, Role, Sandbox

EXAM_FAILED = texts(
    "exam.failed",
    en=("The exam could not be held: {reason}.", "It will be repeated; staff are told if that does not help."),
    de=("Die Prüfung kam nicht zustande: {reason}.", "Sie wird wiederholt; hilft das nicht, erfährt es die Leitung."),
)
MAX_FRAME_BYTES = 64 << 20
START_WAIT_S = 60.0
MARGIN_S = 30.0
MAX_SPARE_AGE_S = 900.0
MAX_SUITES = 3
"""For which spare pairs are kept at a time: each pair holds memory."""

log = structlog.get_logger(__name__)


def patience_s(suite: Suite) -> float:
    """How long its sandboxes may live, where everything else fails that should end them."""
    return MARGIN_S + suite.limits.exam_wall_s


class Pair:
    """Two started sandboxes and the private folder where they meet: ``control/`` is the worker's and the examiner's,
    ``seam/`` the examiner's and the candidate's."""

    def __init__(self, suite: Suite, sandbox: Sandbox, on_close: Callable[[], None] = lambda: None) -> None:
        """Raises an OurError where a sandbox does not start; then nothing is left of the other."""
        self.started = time.monotonic()
        self.on_close = on_close
        self._place = _meeting_place()
        self._listener = socket.socket(socket.AF_UNIX)
        self._channel: Channel | None = None
        self._boxes: list[Box] = []
        try:
            path = self._place / "control" / "worker.sock"
            self._listener.bind(str(path))
            os.chmod(path, 0o666)  # noqa: S103 - the examiner has a user id of its own; the folder is private
            self._listener.listen(1)
            with metrics.PAIR_START_SECONDS.time():
                self._start(sandbox, (_examiner_order(suite, self._place), _candidate_order(suite, self._place)))
        except BaseException:
            metrics.PAIR_STARTS.labels("failed").inc()
            self.close()
            raise
        metrics.PAIR_STARTS.labels("started").inc()

    def _start(self, sandbox: Sandbox, orders: tuple[Order, Order]) -> None:
        with ThreadPoolExecutor(2) as pool:
            starting = [pool.submit(sandbox.start, order) for order in orders]
        self._boxes = [future.result() for future in starting if future.exception() is None]
        for future in starting:
            future.result()

    def alive(self) -> bool:
        return all(box.alive() for box in self._boxes)

    def channel(self) -> Channel:
        """The examiner's stream. Raises SandboxFailed where it dies before it comes."""
        if self._channel is None:
            sock = self._accept()
            self._channel = Channel(sock, MAX_FRAME_BYTES)
        return self._channel

    def _accept(self) -> socket.socket:
        deadline = time.monotonic() + START_WAIT_S
        self._listener.settimeout(0.5)
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                return self._listener.accept()[0]
            if not self._boxes[0].alive():
                raise SandboxFailed(EXAM_FAILED, reason=f"the examiner did not start: {self.last_words()}")
        raise SandboxFailed(EXAM_FAILED, reason="the examiner did not connect")

    def last_words(self) -> str:
        """What the examiner's process said last, for staff."""
        ending = self._boxes[0].wait(1.0)
        return ending.log.strip()[-300:] if ending else "it still runs"

    def close(self) -> None:
        """Kill both sandboxes and remove the folder."""
        if self._channel is not None:
            self._channel.close()
        self._listener.close()
        for box in self._boxes:
            box.kill()
        shutil.rmtree(self._place, ignore_errors=True)
        self.on_close()


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


@dataclass
class _Shelf:
    suite: Suite
    spares: list[Future[Pair]] = field(default_factory=list)


class SparePairs:
    """Keeps up to ``size`` started pairs for each of the last ``max_suites`` suites that were asked for.

    A spare is replaced when the exam that took it has ended, so that starting it steals no CPU time from that exam.
    """

    def __init__(self, sandbox: Sandbox, size: int = 1, max_suites: int = MAX_SUITES) -> None:
        self._sandbox = sandbox
        self._size = size
        self._max_suites = max_suites
        self._shelves: dict[str, _Shelf] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._lent = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="spare-pairs")
        metrics.watch(self)

    def take(self, suite: Suite) -> Pair:
        key = suite.digest()
        while True:
            with self._lock:
                shelf = self._shelves.pop(key, None) or _Shelf(suite)
                self._shelves[key] = shelf  # the one used last stands last
                spare = shelf.spares.pop(0) if shelf.spares else None
            if spare is None:
                return self._lend(Pair(suite, self._sandbox, on_close=lambda: self._refill(key)), key, "started")
            pair = _result(spare)
            if pair and pair.alive() and time.monotonic() - pair.started < MAX_SPARE_AGE_S:
                return self._lend(pair, key, "spare")
            if pair:
                pair.close()

    def _lend(self, pair: Pair, key: str, kind: str) -> Pair:
        def give_back() -> None:
            pair.on_close = lambda: None  # a pair that is closed twice was lent once
            with self._lock:
                self._lent -= 1
            self._refill(key)

        metrics.PAIRS_TAKEN.labels(kind).inc()
        with self._lock:
            self._lent += 1
        pair.on_close = give_back
        return pair

    def census(self) -> metrics.Census:
        with self._lock:
            spares = [spare for shelf in self._shelves.values() for spare in shelf.spares]
            lent = self._lent
        done = [spare for spare in spares if spare.done() and not spare.cancelled() and not spare.exception()]
        ages = [time.monotonic() - spare.result().started for spare in done]
        starting = sum(not spare.done() for spare in spares)
        return metrics.Census(len(done), starting, lent, max(ages, default=0.0))

    def prepare(self, suite: Suite) -> None:
        """Have a spare started before anybody asks for one."""
        with self._lock:
            self._shelves.setdefault(suite.digest(), _Shelf(suite))
        self._refill(suite.digest())

    def _refill(self, key: str) -> None:
        with self._lock:
            shelf = self._shelves.get(key)
            if self._closed or shelf is None:
                return
            while len(shelf.spares) < self._size:
                shelf.spares.append(self._pool.submit(Pair, shelf.suite, self._sandbox))
            surplus = [self._shelves.pop(old) for old in list(self._shelves)[: -self._max_suites]]
        _discard(surplus)

    def close(self) -> None:
        """Throw all spares away; pairs that are in use stay their takers'."""
        with self._lock:
            self._closed = True
            shelves = list(self._shelves.values())
            self._shelves.clear()
        _discard(shelves)
        self._pool.shutdown()


def _result(spare: Future[Pair]) -> Pair | None:
    """The pair, or None where it did not start: the taker starts its own and gets the error, if it is still there."""
    try:
        return spare.result()
    except AbgabeError as error:
        log.warning("pairs.spare_failed", error=str(error))
        return None


def _discard(shelves: list[_Shelf]) -> None:
    for spare in (spare for shelf in shelves for spare in shelf.spares):
        if not spare.cancel() and (pair := _result(spare)):
            pair.close()


def _meeting_place() -> Path:
    place = Path(tempfile.mkdtemp(prefix="abgabe-exam-"))
    for name in ("control", "seam"):
        (place / name).mkdir()
        os.chmod(place / name, 0o777)  # noqa: S103 - the sandboxes have user ids of their own; the parent is private
    return place


def _examiner_order(suite: Suite, place: Path) -> Order:
    limits = BoxLimits(
        memory_mib=2048,
        processes=32,
        tmp_mib=64,
        file_mib=64,
        open_files=256,
        cpus=1.0,
        wall_time_s=MAX_SPARE_AGE_S + patience_s(suite),
    )
    return Order(
        role=Role.EXAMINER,
        image="examiner",
        module="exam.examiner",
        args=("--control", "/control/worker.sock", "--seam", "/seam/exam.sock", "--suites", "/suites"),
        mounts=(
            Mount(place / "control", "/control", writable=True),
            Mount(place / "seam", "/seam", writable=True),
            Mount(suite.folder, f"/suites/{suite.folder.name}"),
        ),
        limits=limits,
    )


def _candidate_order(suite: Suite, place: Path) -> Order:
    base, limits = _examiner_order(suite, place), suite.limits
    box = replace(
        base.limits,
        memory_mib=limits.memory_mib + 256,  # the supervisor and the scratch disk beside the case itself
        processes=limits.processes + 8,
        tmp_mib=limits.tmp_mib,
        file_mib=limits.tmp_mib,
    )
    return replace(
        base,
        role=Role.CANDIDATE,
        image=suite.image,
        module="exam.candidate",
        args=("--seam", "/seam/exam.sock", *suite.student.preload),
        mounts=(Mount(place / "seam", "/seam"),),
        limits=box,
    )

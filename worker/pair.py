"""A pair of sandboxes: an examiner and a candidate that know each other's socket and nothing yet of a student. It is
used for one exam and thrown away."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from core.errors import SandboxFailed, texts
from core.suites import Suite
from exam.channel import Channel, Closed
from worker import metrics
from worker.bytecode import compile_for
from worker.meeting import meeting_place
from worker.sandbox.base import Box, BoxLimits, Ending, Mount, Order, Role, Sandbox

EXAM_FAILED = texts(
    "exam.failed",
    en=("The exam could not be held: {reason}.", "It will be repeated; staff are told if that does not help."),
    de=("Die Prüfung kam nicht zustande: {reason}.", "Sie wird wiederholt; hilft das nicht, erfährt es die Leitung."),
)
MAX_FRAME_BYTES = 64 << 20
START_WAIT_S = 60.0
MARGIN_S = 30.0
MAX_SPARE_AGE_S = 900.0
LOOK_S = 0.02
LAST_WAIT_S = 1.0
SEAM = "exam.sock"


def patience_s(suite: Suite) -> float:
    """How long its sandboxes may live, where everything else fails that should end them."""
    return MARGIN_S + suite.limits.exam_wall_s


class Pair:
    """Two started sandboxes and the folder where they meet."""

    def __init__(self, suite: Suite, sandbox: Sandbox, *, gently: bool = False) -> None:
        """``gently``: one sandbox after the other, so that no more than one CPU is busy with them. Raises an OurError
        where a sandbox does not start; then nothing is left of the other."""
        self.started = time.monotonic()
        self.on_close: Callable[[], None] = lambda: None
        self._place = meeting_place()
        self._listener = socket.socket(socket.AF_UNIX)
        self._channel: Channel | None = None
        self.boxes: list[Box] = []
        try:
            path = self._place / "control" / "worker.sock"
            self._listener.bind(str(path))
            os.chmod(path, 0o666)  # noqa: S103 - the examiner has a user id of its own; the folder is private
            self._listener.listen(1)
            compile_for(suite.folder)
            orders = (_examiner_order(suite, self._place), _candidate_order(suite, self._place))
            with metrics.PAIR_START_SECONDS.time():
                (self._start_gently if gently else self._start)(sandbox, orders)
        except BaseException:
            metrics.PAIR_STARTS.labels("failed").inc()
            self.close()
            raise
        metrics.PAIR_STARTS.labels("started").inc()

    def _start(self, sandbox: Sandbox, orders: tuple[Order, Order]) -> None:
        with ThreadPoolExecutor(2) as pool:
            starting = [pool.submit(sandbox.start, order) for order in orders]
        self.boxes = [future.result() for future in starting if future.exception() is None]
        for future in starting:
            future.result()

    def _start_gently(self, sandbox: Sandbox, orders: tuple[Order, Order]) -> None:
        examiner, candidate = orders
        self.boxes.append(sandbox.start(examiner))
        deadline = time.monotonic() + START_WAIT_S
        while not (self._place / "seam" / SEAM).exists() and self.alive() and time.monotonic() < deadline:
            time.sleep(LOOK_S)
        self.boxes.append(sandbox.start(candidate))

    def is_warm(self) -> bool:
        """Whether both have loaded all that they load before there is a hand-in: only then the examiner comes."""
        if self._channel is not None:
            return True
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        return bool(poll.poll(0))

    def alive(self) -> bool:
        return all(box.alive() for box in self.boxes)

    def channel(self) -> Channel:
        """The examiner's stream. Raises Closed where a sandbox dies before it comes, and SandboxFailed where it never
        does."""
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
            if not self.alive():
                raise Closed("a sandbox ended")
        raise SandboxFailed(EXAM_FAILED, reason="the examiner did not connect")

    def last_words(self) -> str:
        """What the process that died said last, the examiner's if both did; for staff."""
        ending = min(self.boxes, key=lambda box: box.alive()).wait(LAST_WAIT_S)
        return ending.log.strip()[-300:] if ending else "it still runs"

    def candidate_ending(self) -> Ending | None:
        """How the candidate's sandbox ended, or None where it still runs."""
        return self.boxes[1].wait(LAST_WAIT_S)

    def close(self) -> None:
        """Kill both sandboxes and remove the folder."""
        if self._channel is not None:
            self._channel.close()
        self._listener.close()
        with ThreadPoolExecutor(2) as pool:  # an engine takes 60 ms for one, and the student waits for the points
            list(pool.map(lambda box: box.kill(), self.boxes))
        shutil.rmtree(self._place, ignore_errors=True)
        self.on_close()


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
        args=("--control", "/control/worker.sock", "--seam", f"/seam/{SEAM}", "--suites", "/suites"),
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
        args=("--seam", f"/seam/{SEAM}", *suite.student.preload),
        mounts=(Mount(place / "seam", "/seam"),),
        limits=box,
    )

"""One exam: two sandboxes, a job for the examiner, and its verdicts as they come. Sees to it that every case of the
suite gets one, whatever happens to the sandboxes."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import SandboxFailed, SuiteBroken, texts
from core.suites import SUITE_BROKEN, Suite
from exam import wire
from exam.report import CaseResult, CaseSpec, Message, Report, Verdict
from exam.wire import Channel, Closed, Late, WireError
from worker.sandbox.base import Box, BoxLimits, Mount, Order, Role, Sandbox

EXAM_FAILED = texts(
    "exam.failed",
    en=("The exam could not be held: {reason}.", "It will be repeated; staff are told if that does not help."),
    de=("Die Prüfung kam nicht zustande: {reason}.", "Sie wird wiederholt; hilft das nicht, erfährt es die Leitung."),
)
MAX_FRAME_BYTES = 64 << 20
MAX_ROUNDS = 6
"""Pairs of sandboxes per exam: after each death of the candidate's, the remaining cases go to a new pair."""
START_WAIT_S = 60.0
MARGIN_S = 30.0


@dataclass(frozen=True)
class Planned:
    """All cases, before the first one runs."""

    cases: tuple[CaseSpec, ...]


@dataclass(frozen=True)
class CaseStarted:
    case_id: str


@dataclass(frozen=True)
class CaseFinished:
    result: CaseResult


ExamEvent = Planned | CaseStarted | CaseFinished
OnEvent = Callable[[ExamEvent], None]


@dataclass(frozen=True)
class _Lost:
    """The candidate's sandbox died, during ``case`` (empty: before the first)."""

    case: str
    reason: str


def examine(
    suite: Suite, files: Mapping[str, bytes], seed: int, sandbox: Sandbox, on_event: OnEvent = lambda event: None
) -> Report:
    """Examine the canonical tree ``files``. Every case ends in a verdict; cases that ended by our doing have
    Verdict.OUR_ERROR. Raises SuiteBroken, or an OurError where not even that is possible."""
    course = _Course(suite, on_event)
    for _ in range(MAX_ROUNDS):
        lost = _round(suite, files, seed, sandbox, course)
        if course.note(lost):
            break
    return course.report(seed)


class _Course:
    """What is known so far over all rounds of one exam."""

    def __init__(self, suite: Suite, on_event: OnEvent) -> None:
        self._suite = suite
        self._on_event = on_event
        self._plan: tuple[CaseSpec, ...] = ()
        self._results: dict[str, CaseResult] = {}
        self._repeat: dict[str, int] = {}
        self._lost_in: dict[str, int] = {}
        self._trouble = "the sandboxes died again and again"

    def only(self) -> list[str]:
        """The cases of the next round; none means all."""
        return [spec.id for spec in self._plan if spec.id not in self._results]

    def planned(self, cases: tuple[CaseSpec, ...]) -> None:
        if not self._plan:
            self._plan = cases
            self._on_event(Planned(cases))

    def started(self, case_id: str) -> None:
        self._on_event(CaseStarted(case_id))

    def finished(self, result: CaseResult, rerun: bool) -> None:
        if result.spec.id not in {spec.id for spec in self._plan} or result.spec.id in self._results:
            raise SandboxFailed(EXAM_FAILED, reason=f"an unexpected result for {result.spec.id}")
        repeats = self._repeat[result.spec.id] = self._repeat.get(result.spec.id, 0) + rerun
        if not rerun or repeats > 2:
            self._results[result.spec.id] = result
            self._on_event(CaseFinished(result))

    def note(self, lost: _Lost | None) -> bool:
        """Take in how a round ended; True where no further round is needed."""
        if lost is not None and lost.case:
            deaths = self._lost_in[lost.case] = self._lost_in.get(lost.case, 0) + 1
            # Once may be our host's doing; twice in the same case is the case's.
            if deaths > 1:
                self.finished(self._ended_badly(lost.case, Verdict.CRASHED, Message("sandbox_lost")), False)
        if lost is not None:
            self._trouble = lost.reason
        return bool(self._plan) and not self.only()

    def _ended_badly(self, case_id: str, verdict: Verdict, message: Message) -> CaseResult:
        spec = next(spec for spec in self._plan if spec.id == case_id)
        return CaseResult(spec, verdict, message)

    def report(self, seed: int) -> Report:
        if not self._plan:
            raise SandboxFailed(EXAM_FAILED, reason=self._trouble)
        for case_id in self.only():
            message = Message("our_error", {"error": self._trouble})
            self.finished(self._ended_badly(case_id, Verdict.OUR_ERROR, message), False)
        cases = tuple(self._results[spec.id] for spec in self._plan)
        return Report(self._suite.id, self._suite.version, seed, cases)


def _round(suite: Suite, files: Mapping[str, bytes], seed: int, sandbox: Sandbox, course: _Course) -> _Lost | None:
    """One pair of sandboxes, until all is said or one of them is gone."""
    with _meeting_place() as place, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place / "control" / "worker.sock"))
        os.chmod(place / "control" / "worker.sock", 0o666)  # noqa: S103 - inside a private folder
        listener.listen(1)
        with _pair(suite, place, sandbox) as boxes:
            examiner = _accept(listener, boxes)
            with contextlib.closing(Channel(examiner, MAX_FRAME_BYTES)) as channel:
                channel.say(_job(suite, files, seed, course.only()))
                return _listen(channel, course, boxes, time.monotonic() + _patience_s(suite))


def _job(suite: Suite, files: Mapping[str, bytes], seed: int, only: list[str]) -> wire.Job:
    return wire.Job(
        protocol=wire.PROTOCOL,
        suite=suite.folder.name,
        groups=[[group.id, list(group.tests), list(group.promote)] for group in suite.groups],
        modules=list(suite.student.modules),
        examiner_modules=list(suite.student.examiner),
        required=list(suite.tree.required),
        provided=suite.tree.provided,
        files=dict(files),
        seed=seed,
        limits=suite.limits.model_dump(),
        only=only,
    )


def _listen(channel: Channel, course: _Course, boxes: tuple[Box, Box], deadline: float) -> _Lost | None:
    """Take the examiner's messages until it has finished. Raises SuiteBroken and SandboxFailed."""
    case = ""
    try:
        while True:
            message = wire.from_bytes(channel.receive(deadline))
            if isinstance(message, wire.Planned):
                course.planned(tuple(CaseSpec.from_json(spec) for spec in message.cases))
            elif isinstance(message, wire.CaseStarted):
                case = message.case
                course.started(case)
            elif isinstance(message, wire.CaseFinished):
                course.finished(CaseResult.from_json(message.result), message.rerun)
            elif isinstance(message, wire.CandidateLost):
                return _Lost(message.case, message.reason)
            elif isinstance(message, wire.SuiteFailed):
                raise SuiteBroken(SUITE_BROKEN, path="the suite", reason=message.text)
            elif isinstance(message, wire.Finished):
                return None
            else:
                raise SandboxFailed(EXAM_FAILED, reason=f"the examiner sent {type(message).__name__}")
    except (KeyError, TypeError, ValueError) as error:
        raise SandboxFailed(EXAM_FAILED, reason=f"the examiner sent a malformed result ({error})") from error
    except Late:
        return _Lost("", "the exam took too long")
    except Closed:
        return _Lost("", f"the examiner died: {_last_words(boxes[0])}")
    except WireError as error:
        raise SandboxFailed(EXAM_FAILED, reason=f"the examiner does not follow the protocol ({error})") from error


def _last_words(box: Box) -> str:
    ending = box.wait(1.0)
    return ending.log.strip()[-300:] if ending else "it still runs"


def _accept(listener: socket.socket, boxes: tuple[Box, Box]) -> socket.socket:
    """The examiner's connection. Raises SandboxFailed where it dies before it comes."""
    deadline = time.monotonic() + START_WAIT_S
    listener.settimeout(0.5)
    while time.monotonic() < deadline:
        with contextlib.suppress(TimeoutError):
            return listener.accept()[0]
        if not boxes[0].alive():
            raise SandboxFailed(EXAM_FAILED, reason=f"the examiner did not start: {_last_words(boxes[0])}")
    raise SandboxFailed(EXAM_FAILED, reason="the examiner did not connect")


def _patience_s(suite: Suite) -> float:
    """An upper bound that only a broken sandbox reaches: the examiner ends each case by its own limits."""
    tests = sum(len(group.tests) for group in suite.groups)
    return MARGIN_S + suite.limits.case_wall_s * (20 * tests)


@contextlib.contextmanager
def _meeting_place() -> Iterator[Path]:
    """A private folder with ``control/`` (worker and examiner) and ``seam/`` (examiner and candidate)."""
    place = Path(tempfile.mkdtemp(prefix="abgabe-exam-"))
    try:
        for name in ("control", "seam"):
            (place / name).mkdir()
            os.chmod(place / name, 0o777)  # noqa: S103 - the sandboxes have user ids of their own; the parent is private
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def _pair(suite: Suite, place: Path, sandbox: Sandbox) -> Iterator[tuple[Box, Box]]:
    """An examiner and a candidate, started at the same time, both gone afterwards."""
    orders = (_examiner_order(suite, place), _candidate_order(suite, place))
    with ThreadPoolExecutor(2) as pool:
        starting = [pool.submit(sandbox.start, order) for order in orders]
        try:
            examiner, candidate = (future.result() for future in starting)
            yield examiner, candidate
        finally:
            for future in starting:
                if future.exception() is None:
                    pool.submit(future.result().kill)


def _examiner_order(suite: Suite, place: Path) -> Order:
    limits = BoxLimits(
        memory_mib=2048, processes=32, tmp_mib=64, file_mib=64, open_files=256, cpus=1.0, wall_time_s=_patience_s(suite)
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
    limits = suite.limits
    box = BoxLimits(
        memory_mib=limits.memory_mib + 256,  # the supervisor and the scratch disk beside the case itself
        processes=limits.processes + 8,
        tmp_mib=limits.tmp_mib,
        file_mib=limits.tmp_mib,
        open_files=256,
        cpus=1.0,
        wall_time_s=_patience_s(suite),
    )
    return replace(
        _examiner_order(suite, place),
        role=Role.CANDIDATE,
        image=suite.image,
        module="exam.candidate",
        args=("--seam", "/seam/exam.sock"),
        mounts=(Mount(place / "seam", "/seam"),),
        limits=box,
    )

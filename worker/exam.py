"""One exam: two sandboxes, a job for the examiner, and its verdicts as they come. Sees to it that every case of the
suite gets one, whatever happens to the sandboxes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from core.errors import SandboxFailed, SuiteBroken
from core.suites import SUITE_BROKEN, Suite
from exam import wire
from exam.channel import Channel, Closed, Late
from exam.report import CaseResult, CaseSpec, Message, Report, Verdict
from exam.wire import WireError
from worker.pairs import EXAM_FAILED, Pair, Pairs

MAX_BARREN_ROUNDS = 3
"""Pairs of sandboxes in a row that brought no verdict. After each death the remaining cases go to a new pair."""
SILENCE_S = 120.0
"""Beyond a case's own limit: what examiner and candidate may need to begin and to end it."""
MAX_CASE_WALL_S = 3600.0
TICK_S = 1.0


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


@dataclass(frozen=True)
class Waiting:
    """The running case goes on. Comes about once a second while nothing else does; who has had enough may raise."""


log = structlog.get_logger(__name__)

ExamEvent = Planned | CaseStarted | CaseFinished | Waiting
OnEvent = Callable[[ExamEvent], None]


@dataclass(frozen=True)
class _Lost:
    """A sandbox died, during ``case`` (empty: outside of any), which gets ``verdict`` if that happens again."""

    case: str
    reason: str
    verdict: Verdict
    said: str = ""
    """The end of its log, for staff: a trusted sandbox may have said what was expected."""


def examine(
    suite: Suite, files: Mapping[str, bytes], seed: int, pairs: Pairs, on_event: OnEvent = lambda event: None
) -> Report:
    """Examine the canonical tree ``files``. Every case ends in a verdict; cases that ended by our doing have
    Verdict.OUR_ERROR. Raises SuiteBroken, or an OurError where not even that is possible."""
    course = _Course(suite, on_event)
    deadline = time.monotonic() + suite.limits.exam_wall_s
    barren = 0
    while barren < MAX_BARREN_ROUNDS:
        known = course.known()
        lost = _round(suite, files, seed, pairs, course, deadline)
        if time.monotonic() >= deadline:
            course.out_of_time()
            break
        if course.note(lost):
            break
        barren = barren + 1 if course.known() == known else 0
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
        self._trouble = _Lost("", "the sandboxes died again and again", Verdict.OUR_ERROR)

    def known(self) -> int:
        """How much is known: grows with each verdict and each suspicion, so that it cannot grow for ever."""
        return len(self._results) + len(self._lost_in) + sum(self._repeat.values())

    def only(self) -> list[str]:
        """The cases of the next round; none means all."""
        return [spec.id for spec in self._plan if spec.id not in self._results]

    def planned(self, cases: tuple[CaseSpec, ...]) -> None:
        if not self._plan:
            self._plan = cases
            self._on_event(Planned(cases))

    def waiting(self) -> None:
        self._on_event(Waiting())

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
        if lost is not None and lost.case and lost.case not in self._results:
            # Once may be our host's doing; twice in the same case is the case's.
            if lost.case in self._lost_in:
                self.finished(self._ended_badly(lost), False)
            self._lost_in[lost.case] = self._lost_in.get(lost.case, 0) + 1
        if lost is not None:
            self._trouble = lost
            if lost.said:
                log.warning("exam.sandbox_lost", case=lost.case, reason=lost.reason, said=lost.said)
        return bool(self._plan) and not self.only()

    def out_of_time(self) -> None:
        """End the cases that are left: by the student's doing, where most of the time went to cases that did not end
        by themselves; else by ours."""
        used_up_s = sum(one.wall_s for one in self._results.values() if one.verdict is Verdict.TIMEOUT)
        self._trouble = _Lost("", "the exam as a whole took too long", Verdict.OUR_ERROR)
        if used_up_s > self._suite.limits.exam_wall_s / 2:
            message = Message("exam_too_long", {"minutes": f"{self._suite.limits.exam_wall_s / 60:.3g}"})
            for spec in self._plan:
                if spec.id not in self._results:
                    self.finished(CaseResult(spec, Verdict.TIMEOUT, message), False)

    def _ended_badly(self, lost: _Lost) -> CaseResult:
        spec = next(spec for spec in self._plan if spec.id == lost.case)
        if lost.verdict is Verdict.CRASHED:
            return CaseResult(spec, lost.verdict, Message("sandbox_lost"))
        return CaseResult(spec, Verdict.OUR_ERROR, Message("our_error", {"error": lost.reason}))

    def report(self, seed: int) -> Report:
        if not self._plan:
            reason = " ".join(filter(None, (self._trouble.reason, self._trouble.said)))
            raise SandboxFailed(EXAM_FAILED, reason=reason)
        for case_id in self.only():
            self.finished(self._ended_badly(_Lost(case_id, self._trouble.reason, Verdict.OUR_ERROR)), False)
        cases = tuple(self._results[spec.id] for spec in self._plan)
        return Report(self._suite.id, self._suite.version, seed, cases)


def _round(
    suite: Suite, files: Mapping[str, bytes], seed: int, pairs: Pairs, course: _Course, latest: float
) -> _Lost | None:
    """One pair of sandboxes, until all is said or one of them is gone."""
    with contextlib.closing(pairs.take(suite)) as pair:
        try:
            channel = pair.channel()
            channel.say(_job(suite, files, seed, course.only()))
        except Closed:  # a spare may die at any time
            return _Lost("", "a sandbox died before the exam", Verdict.OUR_ERROR, pair.last_words())
        return _listen(channel, course, pair, suite, latest)


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
        limits=suite.limits.of_a_case(),
        most_cpu_s=suite.limits.most_cpu_s,
        only=only,
    )


def _listen(channel: Channel, course: _Course, pair: Pair, suite: Suite, latest: float) -> _Lost | None:
    """Take the examiner's messages until it has finished. Raises SuiteBroken and SandboxFailed."""
    case, wall_s = "", suite.limits.case_wall_s
    try:
        while True:
            soon = time.monotonic() + wall_s + SILENCE_S
            frame = _receive(channel, course, pair, min(latest, soon))
            if frame is None:
                return _Lost(case, "the candidate's sandbox died", _blame(pair))
            message = wire.from_bytes(frame)
            if isinstance(message, wire.Planned):
                course.planned(tuple(CaseSpec.from_json(spec) for spec in message.cases))
            elif isinstance(message, wire.CaseStarted):
                case, wall_s = message.case, min(message.wall_s, MAX_CASE_WALL_S)
                course.started(case)
            elif isinstance(message, wire.CaseFinished):
                case = ""
                course.finished(CaseResult.from_json(message.result), message.rerun)
            elif isinstance(message, wire.CandidateLost):
                return _Lost(message.case, message.reason, _blame(pair))
            elif isinstance(message, wire.SuiteFailed):
                raise SuiteBroken(SUITE_BROKEN, path=f"test_suites/{suite.id}", reason=message.text)
            elif isinstance(message, wire.Finished):
                return None
            else:
                raise SandboxFailed(EXAM_FAILED, reason=f"the examiner sent {type(message).__name__}")
    except (KeyError, TypeError, ValueError) as error:
        raise SandboxFailed(EXAM_FAILED, reason=f"the examiner sent a malformed result ({error})") from error
    except Late:
        return _Lost(case, "the examiner was silent for too long", Verdict.OUR_ERROR)
    except Closed:
        return _Lost(case, "the examiner died", Verdict.OUR_ERROR, pair.last_words())
    except WireError as error:
        raise SandboxFailed(EXAM_FAILED, reason=f"the examiner does not follow the protocol ({error})") from error


def _blame(pair: Pair) -> Verdict:
    """For a candidate that is gone: where the engine cannot tell how its sandbox ended, the engine has failed."""
    ending = pair.candidate_ending()
    return Verdict.OUR_ERROR if ending and ending.exit_code is None else Verdict.CRASHED


def _receive(channel: Channel, course: _Course, pair: Pair, deadline: float) -> bytearray | None:
    """The examiner's next frame; None where its candidate is dead. An examiner notices that itself, except while it
    still waits for the candidate to come. Raises Late and Closed."""
    while not channel.readable(min(deadline, time.monotonic() + TICK_S)):
        if time.monotonic() >= deadline:
            raise Late("no message")
        if not pair.alive():
            return None
        course.waiting()
    return channel.receive(deadline)

"""One exam: two sandboxes, a job for the examiner, and its verdicts as they come. Sees to it that every case of the
suite gets one, whatever happens to the sandboxes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.errors import SandboxFailed, SuiteBroken
from core.suites import SUITE_BROKEN, Suite
from exam import wire
from exam.report import CaseResult, CaseSpec, Message, Report, Verdict
from exam.wire import Channel, Closed, Late, WireError
from worker.pairs import EXAM_FAILED, Pair, Pairs, patience_s

MAX_ROUNDS = 6
"""Pairs of sandboxes per exam: after each death of the candidate's, the remaining cases go to a new pair."""


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
    suite: Suite, files: Mapping[str, bytes], seed: int, pairs: Pairs, on_event: OnEvent = lambda event: None
) -> Report:
    """Examine the canonical tree ``files``. Every case ends in a verdict; cases that ended by our doing have
    Verdict.OUR_ERROR. Raises SuiteBroken, or an OurError where not even that is possible."""
    course = _Course(suite, on_event)
    for _ in range(MAX_ROUNDS):
        lost = _round(suite, files, seed, pairs, course)
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


def _round(suite: Suite, files: Mapping[str, bytes], seed: int, pairs: Pairs, course: _Course) -> _Lost | None:
    """One pair of sandboxes, until all is said or one of them is gone."""
    with contextlib.closing(pairs.take(suite)) as pair:
        channel = pair.channel()
        channel.say(_job(suite, files, seed, course.only()))
        return _listen(channel, course, pair, time.monotonic() + patience_s(suite))


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


def _listen(channel: Channel, course: _Course, pair: Pair, deadline: float) -> _Lost | None:
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
        return _Lost("", f"the examiner died: {pair.last_words()}")
    except WireError as error:
        raise SandboxFailed(EXAM_FAILED, reason=f"the examiner does not follow the protocol ({error})") from error

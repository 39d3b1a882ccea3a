"""Grading a submission, from its claim to its points. ``worker.binding`` makes a Celery task of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog
from prometheus_client import Histogram
from structlog.contextvars import bound_contextvars

from core import intake, metrics, submissions
from core.deps import Deps
from core.errors import AbgabeError, GradingFailed, LeaseLost, StudentError, SuiteBroken, texts
from core.models import AttemptState
from core.queue import Worker
from core.scoring import score
from core.submissions import Claim, Setting
from core.suites import Suite
from exam.report import Fault, Report
from worker.exam import CaseFinished, ExamEvent, OnEvent, Planned
from worker.lease import KeptLease, WorkerStopped

NO_HONEST_VERDICT = texts(
    "grading.no_honest_verdict",
    en=("These cases ended through no fault of the student's: {cases}.", "The verdicts of the cases say why."),
    de=("Diese Fälle endeten ohne Verschulden der Studierenden: {cases}.", "Die Urteile der Fälle sagen, warum."),
)
ACCEPTED_BUT_UNREADABLE = texts(
    "grading.accepted_but_unreadable",
    en=("The hand-in was accepted, but cannot be graded by today's suite: {reason}", "Was the suite changed since?"),
    de=(
        "Die Abgabe wurde angenommen, lässt sich mit der heutigen Suite aber nicht bewerten: {reason}",
        "Wurde die Suite seitdem geändert?",
    ),
)
UNEXPECTED = texts(
    "grading.unexpected",
    en=("Grading failed unexpectedly ({error}).", "The worker's log has the traceback; please report it."),
    de=(
        "Die Bewertung schlug unerwartet fehl ({error}).",
        "Das Protokoll des Workers hat den Traceback; bitte melden.",
    ),
)

log = structlog.get_logger(__name__)


class Examine(Protocol):
    def __call__(self, suite: Suite, files: Mapping[str, bytes], seed: int, *, on_event: OnEvent) -> Report: ...


@dataclass(frozen=True)
class GradeDeps:
    """What grading needs beside the state: where suites are, and who examines."""

    state: Deps
    worker: Worker
    find_suite: Callable[[str], Suite]
    examine: Examine
    sandbox_kind: str
    image: Callable[[str], str]
    """The digest of the image that a suite names."""


def grade(deps: GradeDeps) -> None:
    """Hold one exam for the submission whose turn it is, and make its report final; nothing where none waits.

    Every ending leaves the submission done, or queued for another attempt, or stuck and shown to staff.
    """
    claim = submissions.claim(deps.state, deps.worker.name)
    if claim is None:
        return
    names = {"submission": claim.submission_id, "attempt": claim.number, "worker": deps.worker.name}
    with bound_contextvars(**names), _endings(deps, claim), KeptLease(deps.state, claim, deps.worker) as lease:
        log.info("attempt.began", exercise=claim.exercise)
        suite = deps.find_suite(claim.exercise)
        with deps.state.blobs.open(claim.blob_sha256) as archive:
            files = intake.read(archive, suite, intake.Limits()).files
        protocol = _Protocol(deps, claim, suite, lease)
        report = deps.examine(suite, files, claim.seed, on_event=protocol.note)
        metrics.count_verdicts(claim.exercise, report)
        if report.fault is not Fault.NOBODY:
            raise _no_honest_verdict(report)
        submissions.finish(deps.state, claim, report, score(suite, report))
        _observe_latency(metrics.FINAL_VERDICT_SECONDS, deps, claim)


def _observe_latency(histogram: Histogram, deps: GradeDeps, claim: Claim) -> None:
    """Seconds since the submission was accepted; not below 0, also where two machines' clocks differ. Nobody has
    waited for a regrade since then."""
    if not claim.is_regrade:
        seconds = (deps.state.clock() - claim.received_at).total_seconds()
        histogram.labels(claim.exercise).observe(max(0.0, seconds))


@contextmanager
def _endings(deps: GradeDeps, claim: Claim) -> Iterator[None]:
    """Whatever ends the block but its own end is nobody's loss: the submission is given back or tried again."""
    began = time.monotonic()
    try:
        state, fault = AttemptState.FINISHED, Fault.NOBODY
        try:
            yield
        except LeaseLost:
            raise
        except WorkerStopped:
            submissions.release(deps.state, claim)
            state = AttemptState.ABANDONED
        except Exception as error:
            ours = _not_the_students(error)
            submissions.fail(deps.state, claim, ours)
            state, fault = AttemptState.FAILED, ours.fault
        metrics.count_attempt(claim.exercise, state, fault)
        seconds = time.monotonic() - began
        metrics.EXAM_SECONDS.labels(claim.exercise).observe(seconds)
        log.info("attempt.ended", state=state.value, fault=fault.value, seconds=round(seconds, 3))
    except LeaseLost as lost:
        log.warning("grade.lease_lost", error=str(lost))


class _Protocol:
    """Writes down what happens in an exam while it happens."""

    def __init__(self, deps: GradeDeps, claim: Claim, suite: Suite, lease: KeptLease) -> None:
        self._deps = deps
        self._claim = claim
        self._suite = suite
        self._lease = lease
        self._position: dict[str, int] = {}
        self._has_verdict = False

    def note(self, event: ExamEvent) -> None:
        self._lease.check()
        if isinstance(event, Planned):
            self._position = {case.id: position for position, case in enumerate(event.cases)}
            submissions.plan(self._deps.state, self._claim, event.cases, self._setting())
        elif isinstance(event, CaseFinished):
            if not self._has_verdict:
                self._has_verdict = True
                _observe_latency(metrics.FIRST_VERDICT_SECONDS, self._deps, self._claim)
            position = self._position[event.result.spec.id]
            submissions.record(self._deps.state, self._claim, position, event.result)

    def _setting(self) -> Setting:
        suite, deps = self._suite, self._deps
        return Setting(suite.version, suite.digest(), deps.sandbox_kind, deps.image(suite.image))


def _no_honest_verdict(report: Report) -> AbgabeError:
    fault = report.fault
    cases = ", ".join(case.spec.id for case in report.cases if case.verdict.fault is fault)
    return (SuiteBroken if fault is Fault.SUITE else GradingFailed)(NO_HONEST_VERDICT, cases=cases)


def _not_the_students(error: Exception) -> AbgabeError:
    """What to blame for an exam that did not come about; never the student, whose hand-in was accepted."""
    if isinstance(error, StudentError):
        return SuiteBroken(ACCEPTED_BUT_UNREADABLE, reason=str(error))
    if isinstance(error, AbgabeError):
        return error
    log.error("grade.unexpected", exc_info=error)
    return GradingFailed(UNEXPECTED, error=f"{type(error).__name__}: {error}"[:500])

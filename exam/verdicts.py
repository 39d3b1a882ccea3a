"""From what happened in a case to its verdict: which ending, and what to tell the student about it."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Any

import pytest
from _pytest.fixtures import FixtureLookupError

from exam.checks import CheckFailed, Skipped
from exam.conversation import CaseLimits, Conversation
from exam.errors import CaseOver, NotHandedIn, StudentRaised, SuiteMistake
from exam.report import Message, Verdict
from exam.wire import Ended

BUSY_SHARE = 0.1
"""A wall timeout during which the exam's processes waited for a CPU this share of the time is the host's doing."""

# Never the student's, whatever the student's code returned. Anything else that a test's own code raises after it has
# talked to the student's is put down to what it was told: the suite's check on the reference proves the test sound.
_SUITE_BUGS = (NameError, ImportError, SyntaxError, OSError, SuiteMistake, FixtureLookupError)
_DENIED = ("Operation not permitted", "Read-only file system", "Permission denied", "Network is unreachable")
_DURING = {"en": "the case", "de": "der Fall"}
_TEXT_LIMIT = 2000


@dataclass(frozen=True)
class Judgement:
    """A verdict with its message; ``rerun`` where the host was too busy to tell."""

    verdict: Verdict
    message: Message
    traceback: str = ""
    rerun: bool = False


def judge(error: BaseException | None, case: Conversation, ended: Ended, waited_s: float = 0.0) -> Judgement:
    """The verdict of a case that ended with ``error`` in the test and with ``ended`` in the candidate; the examiner
    itself has waited ``waited_s`` for a CPU."""
    if case.over is not None:
        busy = ended.waited_s + waited_s >= BUSY_SHARE * case.limits.case_wall_s
        return _over(case.over, case, ended, busy)
    if isinstance(error, ImportError) and error.name in case.unfound:
        error = case.unfound[error.name]
    return judge_error(error, case.limits, case.answers > 0)


def judge_error(error: BaseException | None, limits: CaseLimits, answered: bool) -> Judgement:
    """The verdict of a case whose test came to its end, by ``error`` or without one; ``answered`` says whether the
    student's code had told the test anything."""
    if error is None:
        return Judgement(Verdict.PASSED, Message("passed"))
    if isinstance(error, NotHandedIn):
        return Judgement(Verdict.MISSING, Message(error.code, error.params))
    if isinstance(error, StudentRaised):
        return _raised(error, limits)
    return _in_the_test(error, answered)


def _over(over: CaseOver, case: Conversation, ended: Ended, busy: bool) -> Judgement:
    limits = case.limits
    during = {"during": case.doing or _DURING}
    if over.reason == "stuck" or (over.reason == "late" and ended.reason == "asked"):
        if busy:
            return Judgement(Verdict.OUR_ERROR, Message("busy_host"), rerun=True)
        return _stuck(case) if over.reason == "stuck" else _idle(during, limits)
    if over.reason == "call_cpu":
        return Judgement(Verdict.TIMEOUT, Message("timeout_cpu", {**during, "limit_s": limits.call_cpu_s}))
    if over.reason == "too_many_calls":
        return Judgement(Verdict.TIMEOUT, Message("too_many_calls", {"limit": over.params["limit"]}))
    if over.reason == "garbled":
        return Judgement(Verdict.CRASHED, Message("garbled", {**during, "detail": over.params["detail"]}))
    return _died(during, ended, limits)


def _idle(during: dict[str, Any], limits: CaseLimits) -> Judgement:
    return Judgement(Verdict.TIMEOUT, Message("timeout_idle", {**during, "limit_s": limits.case_wall_s}))


def _stuck(case: Conversation) -> Judgement:
    """The test itself did not end."""
    if case.answers > 0:
        return Judgement(Verdict.FAILED, Message("stuck"))
    return Judgement(Verdict.SUITE_ERROR, Message("suite_error", {"error": "the test does not come to an end"}))


def _died(during: dict[str, Any], ended: Ended, limits: CaseLimits) -> Judgement:
    if ended.reason == "cpu":
        return Judgement(Verdict.TIMEOUT, Message("timeout_cpu", {**during, "limit_s": limits.case_cpu_s}))
    if ended.reason == "memory":
        return Judgement(Verdict.MEMORY, Message("memory", {**during, "limit_mib": limits.memory_mib}))
    if ended.reason == "signal" and ended.code == signal.SIGSYS:
        return Judgement(Verdict.FORBIDDEN, Message("forbidden", {"text": "a system call of the operating system"}))
    if ended.reason == "signal":
        return Judgement(Verdict.CRASHED, Message("killed", {**during, "signal": _signal_name(ended.code)}))
    if ended.reason == "asked":
        return Judgement(Verdict.CRASHED, Message("hung_up", during))  # it lived on, without its stream
    return Judgement(Verdict.CRASHED, Message("exited", {**during, "code": ended.code}))


def _signal_name(code: int) -> str:
    try:
        return signal.Signals(code).name
    except ValueError:
        return f"signal {code}"


def _raised(error: StudentRaised, limits: CaseLimits) -> Judgement:
    raised = error.raised
    if "MemoryError" in raised.bases:
        message = Message("memory", {"during": error.during or _DURING, "limit_mib": limits.memory_mib})
        return Judgement(Verdict.MEMORY, message, raised.traceback)
    if raised.missing:
        return Judgement(Verdict.RAISED, Message("missing_module", {"name": raised.missing}), raised.traceback)
    if "OSError" in raised.bases and any(text in raised.text for text in _DENIED):
        return Judgement(Verdict.FORBIDDEN, Message("forbidden", {"text": raised.text}), raised.traceback)
    return Judgement(
        Verdict.RAISED, Message("raised", {"type": raised.type_name, "text": raised.text}), raised.traceback
    )


def _in_the_test(error: BaseException, answered: bool) -> Judgement:
    if isinstance(error, CheckFailed):
        return Judgement(Verdict.FAILED, error.message)
    if isinstance(error, Skipped):
        return Judgement(Verdict.MISSING, error.message)
    text = _text(error)
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return Judgement(Verdict.FAILED, Message.plain(text) if text else Message("check"))
    if isinstance(error, pytest.skip.Exception):
        return Judgement(Verdict.MISSING, Message.plain(text))
    named = f"{type(error).__name__}: {text}"
    if isinstance(error, _SUITE_BUGS) or not answered:
        return Judgement(Verdict.SUITE_ERROR, Message("suite_error", {"error": named}))
    return Judgement(Verdict.FAILED, Message("unusable", {"error": named}))


def _text(error: BaseException) -> str:
    """What it says. An assertion's message may hold a proxy of an object of the student's, which is asked for it."""
    try:
        return str(error).strip()[:_TEXT_LIMIT]
    except Exception as other:
        return f"(no text: {type(other).__name__})"

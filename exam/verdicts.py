"""From what happened in a case to its verdict: which ending, and what to tell the student about it."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from exam.checks import CheckFailed
from exam.errors import CaseOver, NotHandedIn, StudentRaised, SuiteMistake
from exam.report import Message, Verdict
from exam.seam import CaseLimits, Conversation
from exam.wire import Ended

BUSY_SHARE = 0.1
"""A wall timeout during which the student's processes waited for a CPU this share of the time is the host's doing."""

# What a test's own code raises when the student's value is not what it expected. The suite's check on the reference
# proves that the test itself is sound; a name that does not exist is never the student's.
_STUDENT_VALUES = (TypeError, AttributeError, ValueError, LookupError, ArithmeticError, np.linalg.LinAlgError)
_DENIED = ("Operation not permitted", "Read-only file system", "Permission denied", "Network is unreachable")
_DURING = {"en": "the case", "de": "der Fall"}


@dataclass(frozen=True)
class Judgement:
    """A verdict with its message; ``rerun`` where the host was too busy to tell."""

    verdict: Verdict
    message: Message
    traceback: str = ""
    rerun: bool = False


def judge(error: BaseException | None, case: Conversation, ended: Ended, limits: CaseLimits) -> Judgement:
    """The verdict of a case that ended with ``error`` in the test and with ``ended`` in the candidate."""
    if case.over is not None:
        return _over(case.over, case, ended, limits)
    if error is None:
        return Judgement(Verdict.PASSED, Message("passed"))
    if isinstance(error, NotHandedIn):
        return Judgement(Verdict.MISSING, Message(error.code, error.params))
    if isinstance(error, StudentRaised):
        return _raised(error, case, limits)
    return _in_the_test(error, case)


def _over(over: CaseOver, case: Conversation, ended: Ended, limits: CaseLimits) -> Judgement:
    during = {"during": case.doing or _DURING}
    if over.reason == "late" and ended.reason == "asked":
        if ended.waited_s >= BUSY_SHARE * limits.case_wall_s:
            return Judgement(Verdict.OUR_ERROR, Message("busy_host"), rerun=True)
        return Judgement(Verdict.TIMEOUT, Message("timeout_idle", {**during, "limit_s": limits.case_wall_s}))
    if over.reason == "call_cpu":
        return Judgement(Verdict.TIMEOUT, Message("timeout_cpu", {**during, "limit_s": limits.call_cpu_s}))
    if over.reason == "too_many_calls":
        return Judgement(Verdict.TIMEOUT, Message("too_many_calls", {"limit": over.params["limit"]}))
    if over.reason == "garbled":
        return Judgement(Verdict.CRASHED, Message("garbled", {**during, "detail": over.params["detail"]}))
    return _died(during, ended, limits)


def _died(during: dict[str, Any], ended: Ended, limits: CaseLimits) -> Judgement:
    if ended.reason == "cpu":
        return Judgement(Verdict.TIMEOUT, Message("timeout_cpu", {**during, "limit_s": limits.case_cpu_s}))
    if ended.reason == "memory":
        return Judgement(Verdict.MEMORY, Message("memory", {**during, "limit_mib": limits.memory_mib}))
    if ended.reason == "signal" and ended.code == signal.SIGSYS:
        return Judgement(Verdict.FORBIDDEN, Message("forbidden", {"text": "a system call of the operating system"}))
    if ended.reason == "signal":
        return Judgement(Verdict.CRASHED, Message("killed", {**during, "signal": _signal_name(ended.code)}))
    return Judgement(Verdict.CRASHED, Message("exited", {**during, "code": ended.code}))


def _signal_name(code: int) -> str:
    try:
        return signal.Signals(code).name
    except ValueError:
        return f"signal {code}"


def _raised(error: StudentRaised, case: Conversation, limits: CaseLimits) -> Judgement:
    raised = error.raised
    if "MemoryError" in raised.bases:
        message = Message("memory", {"during": case.doing or _DURING, "limit_mib": limits.memory_mib})
        return Judgement(Verdict.MEMORY, message, raised.traceback)
    if raised.missing:
        return Judgement(Verdict.RAISED, Message("missing_module", {"name": raised.missing}), raised.traceback)
    if "OSError" in raised.bases and any(text in raised.text for text in _DENIED):
        return Judgement(Verdict.FORBIDDEN, Message("forbidden", {"text": raised.text}), raised.traceback)
    return Judgement(
        Verdict.RAISED, Message("raised", {"type": raised.type_name, "text": raised.text}), raised.traceback
    )


def _in_the_test(error: BaseException, case: Conversation) -> Judgement:
    if isinstance(error, CheckFailed):
        return Judgement(Verdict.FAILED, error.message)
    if isinstance(error, AssertionError | pytest.fail.Exception):
        text = str(error).strip()
        return Judgement(Verdict.FAILED, Message.plain(text[:2000]) if text else Message("check"))
    if isinstance(error, pytest.skip.Exception):
        return Judgement(Verdict.MISSING, Message.plain(str(error)))
    named = f"{type(error).__name__}: {error}"[:1000]
    blame_student = isinstance(error, _STUDENT_VALUES) and not isinstance(error, SuiteMistake) and case.answers > 0
    if blame_student:
        return Judgement(Verdict.FAILED, Message("unusable", {"error": named}))
    return Judgement(Verdict.SUITE_ERROR, Message("suite_error", {"error": named}))

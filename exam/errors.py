"""What can go wrong in an exam, by whose doing.

CaseOver        the student's process cannot answer any more (BaseException: no test's ``except`` may swallow it)
StudentRaised   the student's code raised; is also the built-in exception it was, so assertRaises works
CannotCross     a value cannot be given to the student's code: too large, too deep, or of a kind that never crosses
SuiteMistake    the test asks for something that cannot be asked
CandidateGone   the candidate's sandbox is gone
"""

from __future__ import annotations

import builtins
from functools import cache
from typing import Any

from exam.wire import Raised

_NEVER = (StopIteration, StopAsyncIteration, GeneratorExit)


class CaseOver(BaseException):
    """``reason``: died, late, garbled, call_cpu, too_many_calls, stuck (it is the test that does not end)."""

    def __init__(self, reason: str, **params: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


class CannotCross(ValueError):
    """Perhaps the test's doing; where it depends on what the student's code returned, the student's."""


class SuiteMistake(Exception):
    """The suite's author's to mend."""


class CandidateGone(Exception):
    """The supervisor's stream is gone or makes no sense; the worker decides whose doing it was."""


class StudentRaised(Exception):
    """An exception of the student's code, described by the candidate; ``during`` says what had been asked of it."""

    def __init__(self, raised: Raised, during: str = "") -> None:
        super().__init__(raised.text)
        self.raised = raised
        self.during = during

    def __str__(self) -> str:
        return self.raised.text


class NotHandedIn(StudentRaised, AttributeError):
    """A file, class or function that the suite needs is not there. ``code`` is a message's, with its ``params``."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(Raised("AttributeError", ["AttributeError"], code, "", 0, ""))
        self.code = code
        self.params = params


def raised_here(raised: Raised, during: str = "") -> StudentRaised:
    """The exception to raise in the test for one the student's code raised."""
    return _class_for(_builtin_base(raised.bases))(raised, during)


def _builtin_base(bases: list[str]) -> str:
    """The nearest built-in exception among ``bases`` that may be raised here; empty where there is none."""
    for name in bases:
        found = getattr(builtins, name, None) if isinstance(name, str) else None
        if isinstance(found, type) and issubclass(found, Exception) and not issubclass(found, _NEVER):
            return name
    return ""


@cache
def _class_for(name: str) -> type[StudentRaised]:
    if name in ("", "Exception"):
        return StudentRaised
    try:
        made = type(f"Student{name}", (StudentRaised, getattr(builtins, name)), {})
        made(Raised("", [], "", "", 0, ""))
    except TypeError:  # a layout of its own, as UnicodeDecodeError has
        return StudentRaised
    return made

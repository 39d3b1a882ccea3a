"""Objects of the test that the student's code may use: initializers, data layers, spies. Only lent names work."""

from __future__ import annotations

import copy
import functools
import inspect
import sys
import types
from dataclasses import dataclass
from typing import Any

import numpy as np

from exam.codec import CodecError, LentRef, TooLarge
from exam.errors import CandidateGone
from exam.wire import Callback, Refused, Returned

MAX_LOANS = 10_000
MAX_STASHED = 100
_FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial)
_NEVER_LENT_FROM = ("numpy", "scipy", "exam", "pytest", "_pytest")
_NEVER_LENT = (type, types.ModuleType, np.dtype, types.FrameType, types.CodeType, types.GeneratorType)


@dataclass(frozen=True)
class Lease:
    """One lent object: ``methods`` may be called; where ``open``, public data attributes may be read and set."""

    value: Any
    methods: tuple[str, ...]
    open: bool


class LentByName:
    """What ``student.lend(value, "next")`` returns: pass it to the student's code in place of the value."""

    def __init__(self, value: Any, methods: tuple[str, ...]) -> None:
        self.value = value
        self.methods = methods


class Lending:
    """The loans of one case."""

    def __init__(self) -> None:
        self._leases: dict[int, Lease] = {}
        self._numbers: dict[int, int] = {}
        self._stash: dict[int, BaseException] = {}
        self._refusals = 0
        self.calls = 0

    def lend(self, value: Any) -> LentRef:
        """A reference to ``value`` for the candidate. Raises CodecError for what is never lent."""
        by_name = isinstance(value, LentByName)
        lease = Lease(value.value, value.methods, False) if by_name else _whole(value)
        number = self._numbers.get(id(lease.value))
        if number is None or self._leases[number].methods != lease.methods:
            number = len(self._leases) + 1
            if number > MAX_LOANS:
                raise TooLarge(f"more than {MAX_LOANS} objects of the test")
            self._leases[number] = lease
            self._numbers[id(lease.value)] = number
        return LentRef(number, type(lease.value).__name__, lease.methods, lease.open)

    def owned(self, number: int) -> Any:
        """The object itself, when the candidate hands its reference back."""
        if number not in self._leases:
            raise CodecError("a loan that was never made")
        return self._leases[number].value

    def stashed(self, token: int) -> BaseException | None:
        """The test's own exception that a student's code let pass through."""
        return self._stash.pop(token, None)

    def serve(self, call: Callback) -> Returned | Refused:
        """Do what the student's code asks of a lent object, if it may ask that."""
        self.calls += 1
        lease = self._leases.get(call.target)
        try:
            if lease is None:
                raise AttributeError("no such object of the test")
            return Returned(_use(lease, call))
        except CandidateGone:
            raise
        except Exception as error:
            return self.refused(error)

    def refused(self, error: Exception) -> Refused:
        """The student's code sees the exception's type and, unless it may tell what was expected, its text. If it
        lets the exception pass, the test gets its own one back."""
        self._refusals += 1
        self._stash[self._refusals] = _without_frames(error)
        self._stash.pop(self._refusals - MAX_STASHED, None)
        text = "" if isinstance(error, AssertionError) else str(error)[:500]
        return Refused(type(error).__name__, text, self._refusals)


def _without_frames(error: BaseException) -> BaseException:
    """The frames of a traceback keep alive what the student passed, and that may be a lot."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _use(lease: Lease, call: Callback) -> Any:
    if call.op == "copy":
        made = copy.copy(lease.value) if call.name == "shallow" else copy.deepcopy(lease.value)
        return made if lease.open else LentByName(made, lease.methods)
    if call.op == "call" and call.name in lease.methods:
        if not isinstance(call.args, tuple) or not isinstance(call.kwargs, dict):
            raise TypeError("arguments must be a tuple and a dict")
        function = lease.value if call.name == "__call__" else getattr(lease.value, call.name)
        return function(*call.args, **call.kwargs)
    if lease.open and call.op in ("get", "set"):
        return _data(lease.value, call)
    raise AttributeError(f"'{type(lease.value).__name__}' object has no attribute '{call.name}'")


def _data(value: Any, call: Callback) -> Any:
    """Read or set a public data attribute; methods and everything with an underscore stay out of reach."""
    if call.name.startswith("_") or _is_method(type(value), call.name) or not call.name.isidentifier():
        raise AttributeError(f"'{type(value).__name__}' object has no attribute '{call.name}'")
    if call.op == "get":
        return getattr(value, call.name)
    (new,) = call.args
    return setattr(value, call.name, new)


def _whole(value: Any) -> Lease:
    """The loan of an object that a test simply passes: its class's public methods."""
    if isinstance(value, _FUNCTIONS):
        return Lease(value, ("__call__",), False)
    module = type(value).__module__.partition(".")[0]
    if isinstance(value, _NEVER_LENT) or module in _NEVER_LENT_FROM or module in sys.stdlib_module_names:
        raise CodecError(f"a {type(value).__name__} cannot be lent to the student's code")
    cls = type(value)
    names = [name for name in dir(cls) if not name.startswith("_") or name == "__call__"]
    return Lease(value, tuple(name for name in names if _is_method(cls, name)), True)


def _is_method(cls: type, name: str) -> bool:
    found = inspect.getattr_static(cls, name, None)
    return callable(found) or isinstance(found, classmethod | staticmethod)

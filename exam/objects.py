"""The student's objects that stay with the candidate, by the numbers under which the examiner knows them."""

from __future__ import annotations

import importlib
import types
from typing import Any

import numpy as np

from exam.codec import LentRef, PathRef, Reference, RemoteRef, wire_dtype
from exam.lent import CallBack, Lent, lent_ref

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type, "class"),
    (list, "list"),
    (tuple, "tuple"),
    (dict, "dict"),
    (types.ModuleType, "module"),
    ((types.MethodType, types.BuiltinMethodType), "method"),
    (types.FunctionType, "function"),
)


class Objects:
    """One case's references, in both directions."""

    def __init__(self, call_back: CallBack) -> None:
        self._call_back = call_back
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._lent: dict[int, Lent] = {}
        self._next = 1
        self._failure: BaseException | None = None

    def hold(self, value: Any) -> RemoteRef:
        """Keep ``value`` for the examiner."""
        number = self._numbers.get(id(value))
        if number is None:
            number, self._next = self._next, self._next + 1
            self._objects[number] = value  # keeps it alive, so its id() stays its own
            self._numbers[id(value)] = number
        return RemoteRef(number, _kind(value), type_name(value))

    def forget(self, number: int) -> None:
        """The examiner has no use for it any more."""
        if number in self._objects:
            del self._numbers[id(self._objects.pop(number))]

    def refer(self, value: Any) -> Reference:
        """The reference that stands for ``value`` on the wire."""
        return lent_ref(value) if type(value) is Lent else self.hold(value)

    def resolve(self, ref: Reference) -> Any:
        """What a reference on the wire stands for."""
        if isinstance(ref, RemoteRef):
            return self._objects[ref.id]
        if isinstance(ref, LentRef):
            return self._lent.setdefault(ref.id, Lent(self._call_back, ref))
        return self._follow(ref)

    def _follow(self, path: PathRef) -> Any:
        """Runs the student's code, which may raise: the rest of the message is read first, and nothing more is run."""
        if self._failure is None:
            try:
                module = importlib.import_module(path.module)
                return getattr(module, path.name) if path.name else module
            except BaseException as error:
                self._failure = error
        return None

    def check(self) -> None:
        """Raises what a path in the last message has raised."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure


def type_name(value: Any) -> str:
    """For messages: the name of a class, or of the class of an object."""
    name = value.__name__ if isinstance(value, type) else type(value).__name__
    return str.__str__(name) if isinstance(name, str) else ""


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return "array" if wire_dtype(value.dtype) is not None else "objects"
    return next((name for kinds, name in _KINDS if isinstance(value, kinds)), "object")

"""The untrusted end of a case: a forked process that loads the student's modules and does what it is asked.

Runs beside the student's code and protects nothing: whatever it sends is a claim that the examiner checks. It holds no
expected value, no test and no name of a student.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import importlib
import os
import random
import socket
import sys
import threading
import traceback
import types
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from exam.codec import CodecError, Encoder, LentRef, PathRef, RemoteRef, is_plain_dtype
from exam.wire import Answer, Ask, Callback, Channel, Closed, Raised, Refused, Returned, from_bytes, to_bytes

_PLAIN = frozenset({type(None), bool, int, float, complex, str, bytes, slice})
_TEXT_LIMIT = 2_000
_TRACEBACK_LIMIT = 8_000


class ExaminerRefused(RuntimeError):
    """A lent object's method raised on the examiner's side; the student's code sees this."""

    token = 0


class Lent:
    """The examiner's object, as the student's code sees it: its lent methods can be called, and nothing else."""

    def __init__(self, serving: Respondent, ref: LentRef) -> None:
        object.__setattr__(self, "_lent", (serving, ref))

    def __getattr__(self, name: str) -> Any:
        serving, ref = object.__getattribute__(self, "_lent")
        if name in ref.methods:
            return lambda *args, **kwargs: serving.call_back("call", ref.id, name, args, kwargs)
        if not ref.open or name.startswith("_"):
            raise AttributeError(f"'{ref.type_name}' object has no attribute '{name}'")
        return serving.call_back("get", ref.id, name)

    def __setattr__(self, name: str, value: Any) -> None:
        serving, ref = object.__getattribute__(self, "_lent")
        serving.call_back("set", ref.id, name, (value,))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__getattr__("__call__")(*args, **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        serving, ref = object.__getattribute__(self, "_lent")
        return serving.call_back("copy", ref.id, "")

    def __copy__(self) -> Any:
        return self.__deepcopy__({})

    def __repr__(self) -> str:
        return f"<{object.__getattribute__(self, '_lent')[1].type_name} of the test>"


class Respondent:
    """Answers one case's questions until the examiner hangs up."""

    def __init__(self, channel: Channel, root: str) -> None:
        self._channel = channel
        self._root = os.path.join(root, "")
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._lent: dict[int, Lent] = {}
        self._next = 1
        self._thread = threading.get_ident()

    def serve(self) -> None:
        """Answer until the stream ends."""
        while True:
            try:
                self._channel.send(self._respond(self._receive()))
            except Closed:
                return

    def _receive(self) -> Any:
        return from_bytes(self._channel.receive(), self._resolve)

    def _respond(self, message: Any) -> bytes:
        try:
            for number in message.release:
                self._forget(number)
            result = self._do(message)
            if message.keep:
                result = self._hold(result)
            return to_bytes(Answer(result), self._refer)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the student's too
            return to_bytes(self._describe(error))
        finally:
            _flush()

    def _do(self, ask: Ask) -> Any:
        if ask.op == "many":
            return [self._call(ask.target, ask.name, tuple(args), {}) for args in ask.args]
        return _OPERATIONS[ask.op](self, ask)

    def _call(self, target: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return (getattr(target, name) if name else target)(*args, **kwargs)

    # --- references -------------------------------------------------------------------------------------------------

    def _hold(self, value: Any) -> RemoteRef:
        number = self._numbers.get(id(value))
        if number is None:
            number, self._next = self._next, self._next + 1
            self._objects[number] = value  # keeps it alive, so its id() stays its own
            self._numbers[id(value)] = number
        return RemoteRef(number, _kind(value), _type_name(value))

    def _forget(self, number: int) -> None:
        value = self._objects.pop(number, None)
        self._numbers.pop(id(value), None)

    def _refer(self, value: Any) -> RemoteRef | LentRef:
        if isinstance(value, Lent):
            ref: LentRef = object.__getattribute__(value, "_lent")[1]
            return ref
        return self._hold(value)

    def _resolve(self, ref: RemoteRef | LentRef | PathRef) -> Any:
        if isinstance(ref, RemoteRef):
            return self._objects[ref.id]
        if isinstance(ref, LentRef):
            return self._lent.setdefault(ref.id, Lent(self, ref))
        return _Path(ref)

    def by_path(self, path: Any) -> Any:
        """The module or attribute a path names; anything else is itself."""
        if not isinstance(path, _Path):
            return path
        module = importlib.import_module(path.ref.module)
        return getattr(module, path.ref.name) if path.ref.name else module

    def deep(self, value: Any) -> Any:
        """``value`` with the paths in it followed; arguments may hold some."""
        if isinstance(value, _Path):
            return self.by_path(value)
        if type(value) in (list, tuple):
            return type(value)(self.deep(item) for item in value)
        if type(value) is dict:
            return {key: self.deep(item) for key, item in value.items()}
        return value

    # --- the examiner's objects -------------------------------------------------------------------------------------

    def call_back(
        self, op: str, target: int, name: str, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Ask the examiner to use one of its objects; answers questions that come in the meantime."""
        if threading.get_ident() != self._thread:
            raise RuntimeError("objects of the test can only be used from the main thread")
        self._channel.send(to_bytes(Callback(op, target, name, args, kwargs or {}), self._refer))
        while True:
            message = self._receive()
            if isinstance(message, Returned):
                return self.deep(message.value)
            if isinstance(message, Refused):
                raise self._refusal(message)
            self._channel.send(self._respond(message))

    def _refusal(self, message: Refused) -> ExaminerRefused:
        base = getattr(builtins, message.type_name, None)
        kind: type[ExaminerRefused] = ExaminerRefused
        if isinstance(base, type) and issubclass(base, Exception):
            with contextlib.suppress(TypeError):  # a layout of its own
                kind = cast(type[ExaminerRefused], type(message.type_name, (ExaminerRefused, base), {}))
        error = kind(message.text)
        error.token = message.token
        return error

    # --- exceptions -------------------------------------------------------------------------------------------------

    def _describe(self, error: BaseException) -> Raised:
        kind = type(error)
        bases = [base.__name__ for base in kind.__mro__ if getattr(builtins, base.__name__, None) is base]
        missing = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
        return Raised(
            type_name=_text(lambda: kind.__name__, 200),
            bases=bases,
            text=_text(lambda: str(error), _TEXT_LIMIT),
            traceback=_text(lambda: self._traceback(error), _TRACEBACK_LIMIT),
            token=error.token if isinstance(error, ExaminerRefused) else 0,
            missing=missing if type(missing) is str else "",
        )

    def _traceback(self, error: BaseException) -> str:
        """The traceback, cut to the student's own files, with their paths in the tree."""
        told = traceback.TracebackException(type(error), error, error.__traceback__, limit=-60, compact=True)
        lines = []
        for frame in told.stack:
            if frame.filename.startswith(self._root):
                place = frame.filename.removeprefix(self._root)
                lines.append(f'  File "{place}", line {frame.lineno}, in {frame.name}\n    {frame.line}\n')
        last = [line.replace(self._root, "") for line in told.format_exception_only()]
        if not lines and not isinstance(error, SyntaxError):
            return ""
        return "".join(["Traceback (most recent call last):\n", *lines, *last])


class _Path:
    """A path on the wire, before it is followed: following may run the student's code and raise."""

    def __init__(self, ref: PathRef) -> None:
        self.ref = ref


def _text(make: Callable[[], str], limit: int) -> str:
    try:
        text = make()
    except BaseException as error:
        return f"(the exception cannot be described: {type(error).__name__})"
    return text if len(text) <= limit else text[: limit // 2] + "\n…\n" + text[-limit // 2 :]


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the student may have closed or replaced it
            stream.flush()


def _type_name(value: Any) -> str:
    return str(value.__name__) if isinstance(value, type) else type(value).__name__


def _kind(value: Any) -> str:
    if isinstance(value, type):
        return "class"
    if isinstance(value, np.ndarray):
        return "array" if is_plain_dtype(value.dtype) else "objects"
    for kind, name in ((list, "list"), (tuple, "tuple"), (dict, "dict"), (types.ModuleType, "module")):
        if isinstance(value, kind):
            return name
    if isinstance(value, types.MethodType | types.BuiltinMethodType):
        return "method"
    return "function" if isinstance(value, types.FunctionType | types.BuiltinFunctionType) else "object"


def _is_data(value: Any) -> bool:
    """Whether a container holds nothing but data, so that it may cross by value."""
    try:
        Encoder(_no_references).encode(value)
    except CodecError:
        return False
    return True


def _no_references(value: Any) -> RemoteRef:
    raise CodecError("not data")


def _get(self: Respondent, ask: Ask) -> Any:
    """An attribute. Containers stay where they are, so that appending to ``net.layers`` means something."""
    value = getattr(self.by_path(ask.target), ask.name)
    if isinstance(value, list | dict) or (isinstance(value, np.ndarray) and not is_plain_dtype(value.dtype)):
        return self._hold(value)
    return value


def _crossing(self: Respondent, value: Any) -> Any:
    """A result: data by value; a list or dict with objects in it by reference, as it can change."""
    return self._hold(value) if isinstance(value, list | dict) and not _is_data(value) else value


def _op_call(self: Respondent, ask: Ask) -> Any:
    args, kwargs = self.deep(ask.args), self.deep(ask.kwargs)
    return _crossing(self, self._call(self.by_path(ask.target), ask.name, args, kwargs))


def _op_set(self: Respondent, ask: Ask) -> None:
    setattr(self.by_path(ask.target), ask.name, self.deep(ask.args))


def _op_delete(self: Respondent, ask: Ask) -> None:
    delattr(self.by_path(ask.target), ask.name)


def _op_item(self: Respondent, ask: Ask) -> Any:
    return _crossing(self, self.by_path(ask.target)[self.deep(ask.args)])


def _op_set_item(self: Respondent, ask: Ask) -> None:
    key, value = self.deep(ask.args)
    self.by_path(ask.target)[key] = value


def _op_delete_item(self: Respondent, ask: Ask) -> None:
    del self.by_path(ask.target)[self.deep(ask.args)]


def _op_items(self: Respondent, ask: Ask) -> list[Any]:
    return list(self.by_path(ask.target))


def _op_fetch(self: Respondent, ask: Ask) -> Any:
    value = self.by_path(ask.target)
    if isinstance(value, dict) and type(value) is not dict:
        return dict(value)
    return list(value) if isinstance(value, list) and type(value) is not list else value


def _op_array(self: Respondent, ask: Ask) -> Any:
    array = np.asarray(self.by_path(ask.target))
    if not is_plain_dtype(array.dtype):
        raise TypeError(f"{_type_name(ask.target)} does not hold numbers only (its array has dtype {array.dtype})")
    return array


def _op_same(self: Respondent, ask: Ask) -> bool:
    first, second = self.deep(ask.args)
    return first is second


def _op_shares(self: Respondent, ask: Ask) -> bool:
    first, second = self.deep(ask.args)
    return bool(np.shares_memory(np.asarray(first), np.asarray(second)))


def _op_seed(self: Respondent, ask: Ask) -> None:
    seed_everything(ask.args)


_OPERATIONS: dict[str, Callable[[Respondent, Ask], Any]] = {
    "import": lambda self, ask: importlib.import_module(ask.name) and None,
    "call": _op_call,
    "get": _get,
    "set": _op_set,
    "delete": _op_delete,
    "item": _op_item,
    "set_item": _op_set_item,
    "delete_item": _op_delete_item,
    "items": _op_items,
    "length": lambda self, ask: len(self.by_path(ask.target)),
    "contains": lambda self, ask: self.deep(ask.args) in self.by_path(ask.target),
    "truth": lambda self, ask: bool(self.by_path(ask.target)),
    "number": lambda self, ask: float(self.by_path(ask.target)),
    "text": lambda self, ask: str(self.by_path(ask.target))[:_TEXT_LIMIT],
    "equal": lambda self, ask: bool(self.by_path(ask.target) == self.deep(ask.args)),
    "instance": lambda self, ask: isinstance(self.deep(ask.args), self.by_path(ask.target)),
    "same": _op_same,
    "shares": _op_shares,
    "copy": lambda self, ask: copy.deepcopy(self.by_path(ask.target)),
    "fetch": _op_fetch,
    "array": _op_array,
    "keep": lambda self, ask: self.deep(ask.args),
    "seed": _op_seed,
}


def seed_everything(seed: int) -> None:
    """Seed the generators a student's code draws from: np.random's global one and random's."""
    np.random.seed(seed % (1 << 32))
    random.seed(seed)


def answer(sock: socket.socket, root: str, max_frame_bytes: int) -> None:
    """Serve one case on ``sock``; the student's files lie below ``root``."""
    Respondent(Channel(sock, max_frame_bytes), root).serve()

"""Objects of the test, as the student's code sees them."""

from __future__ import annotations

import builtins
import contextlib
from typing import Any, Protocol, cast

from exam.codec import LentRef
from exam.wire import Refused


class CallBack(Protocol):
    """Asks the examiner to use one of its objects."""

    def __call__(
        self, op: str, target: int, name: str, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any: ...


class Lent:
    """The examiner's object: its lent methods can be called, and nothing else."""

    def __init__(self, call_back: CallBack, ref: LentRef) -> None:
        object.__setattr__(self, "_lent", (call_back, ref))

    def __getattr__(self, name: str) -> Any:
        call_back, ref = _inside(self)
        if name in ref.methods:
            return lambda *args, **kwargs: call_back("call", ref.id, name, args, kwargs)
        if not ref.open or name.startswith("_"):
            raise AttributeError(f"'{ref.type_name}' object has no attribute '{name}'")
        return call_back("get", ref.id, name)

    def __setattr__(self, name: str, value: Any) -> None:
        call_back, ref = _inside(self)
        call_back("set", ref.id, name, (value,))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__getattr__("__call__")(*args, **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        call_back, ref = _inside(self)
        return call_back("copy", ref.id, "deep")

    def __copy__(self) -> Any:
        call_back, ref = _inside(self)
        return call_back("copy", ref.id, "shallow")

    def __repr__(self) -> str:
        return f"<{lent_ref(self).type_name} of the test>"


def lent_ref(lent: Lent) -> LentRef:
    """The reference behind it, for the way back."""
    return _inside(lent)[1]


def _inside(lent: Lent) -> tuple[CallBack, LentRef]:
    return cast("tuple[CallBack, LentRef]", object.__getattribute__(lent, "_lent"))


class ExaminerRefused(RuntimeError):
    """A lent object's method raised on the examiner's side; the student's code sees this, which is also the built-in
    exception that it was."""

    token = 0


def refusal(message: Refused) -> ExaminerRefused:
    """What to raise in the student's code for what a lent object's method raised."""
    base = getattr(builtins, message.type_name, None)
    kind: type[ExaminerRefused] = ExaminerRefused
    if isinstance(base, type) and issubclass(base, Exception):
        with contextlib.suppress(TypeError):  # a layout of its own
            kind = cast("type[ExaminerRefused]", type(message.type_name, (ExaminerRefused, base), {}))
    error = kind(message.text)
    error.token = message.token
    return error

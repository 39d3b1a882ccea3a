"""What the examiner is told of an exception of the student's: its kind, its text, and the part of the traceback that
runs through the student's own files. The exception may be hostile in all it does; describing it never raises."""

from __future__ import annotations

import builtins
import traceback
from collections.abc import Callable

from exam.wire import Raised

_TEXT_LIMIT = 2_000
_TRACEBACK_LIMIT = 8_000
_NAME_LIMIT = 200
_FRAMES = 60


def describe(error: BaseException, root: str, token: int) -> Raised:
    """``root`` is the folder of the student's files, ending in a slash."""
    kind = type(error)
    if isinstance(error, MemoryError):
        traceback.clear_frames(error.__traceback__)  # their variables are what fills the memory
    return Raised(
        type_name=clean(lambda: kind.__name__, _NAME_LIMIT),
        bases=_built_in_bases(kind),
        text=clean(lambda: str(error).replace(root, ""), _TEXT_LIMIT),
        traceback=clean(lambda: _traceback(error, root), _TRACEBACK_LIMIT),
        token=token,
        missing=clean(lambda: (error.name or "") if isinstance(error, ModuleNotFoundError) else "", _NAME_LIMIT),
    )


def _built_in_bases(kind: type[BaseException]) -> list[str]:
    """Nearest first. ``type``'s own idea of the bases: a metaclass of the student's may have another one."""
    mro = type.__dict__["__mro__"].__get__(kind)
    names = [type.__dict__["__name__"].__get__(base) for base in mro]
    return [name for name, base in zip(names, mro, strict=True) if getattr(builtins, name, None) is base]


def clean(make: Callable[[], str], limit: int) -> str:
    """The text that ``make`` makes, as an exact str of bounded length."""
    try:
        text = make()
        text = str.__str__(text) if isinstance(text, str) else ""
    except BaseException as error:
        return f"(this cannot be told: {type.__dict__['__name__'].__get__(type(error))})"
    return text if len(text) <= limit else text[: limit // 2] + "\n…\n" + text[-limit // 2 :]


def _traceback(error: BaseException, root: str) -> str:
    told = traceback.TracebackException(type(error), error, error.__traceback__, limit=-_FRAMES, compact=True)
    lines = []
    for frame in told.stack:
        if frame.filename.startswith(root):
            place = frame.filename.removeprefix(root)
            lines.append(f'  File "{place}", line {frame.lineno}, in {frame.name}\n    {frame.line}\n')
    last = [line.replace(root, "") for line in told.format_exception_only()]
    if not lines and not isinstance(error, SyntaxError):
        return ""
    return "".join(["Traceback (most recent call last):\n", *lines, *last])

"""What a suite says about a value of the student's: checks that explain what they found, in German and English.

They take whatever came across the seam (None, a wrong type, a remote object) without raising anything but
CheckFailed, so that a strange answer is the student's failure and never a broken test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np
from _pytest import outcomes

from exam.messages import Message

What = str | dict[str, str]
"""What is being checked, as the subject of a sentence: "the output of forward", or {"en": …, "de": …}."""
Factors = Mapping[str | tuple[str, str], float]
"""By name, English or ("the batch size", "die Batchgröße"): what may have got into an answer by mistake."""
Array = np.ndarray[Any, Any]
_RELATION_RTOL = 1e-5
_SCALARS = (bool, int, float, str, np.generic)
GERMAN_FACTORS = {"the batch size": "die Batchgröße", "the learning rate": "die Lernrate", "two": "zwei"}


class CheckFailed(AssertionError):
    """The student's value is wrong; ``message`` says how."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text())
        self.message = message


def fail(code: str, **params: Any) -> None:
    """Raise CheckFailed with the message ``code`` of exam.messages."""
    raise CheckFailed(Message(code, params))


class Skipped(outcomes.Skipped):
    """What the case examines need not be there, and is not; ``message`` says so."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text())
        self.message = message


def skip(en: str, de: str) -> NoReturn:
    """End a case that looks at something optional, where it was left out."""
    raise Skipped(Message("text", {"text": {"en": en, "de": de}}))


def assert_true(condition: object, en: str, de: str | None = None) -> None:
    """``en`` (and ``de``) say what is wrong where ``condition`` does not hold."""
    if not condition:
        raise CheckFailed(Message("text", {"text": {"en": en, "de": de or en}}))


def assert_equal(actual: Any, expected: Any, *, what: What) -> None:
    """For flags, counts, names: the same type of thing and equal. Not for floats or arrays."""
    kinds = type(expected) | np.generic if isinstance(expected, _SCALARS) else type(expected)
    try:
        same = isinstance(actual, kinds) and bool(np.all(actual == expected))
    except ValueError:  # arrays in a list or tuple: neither equal nor not
        same = False
    if not same:
        fail("not_equal", what=what, expected=repr(expected), got=describe(actual))


def assert_shape(actual: Any, shape: tuple[int, ...], *, what: What) -> Array:
    """An array of numbers of exactly this shape."""
    array = assert_array(actual, what=what)
    if array.shape != tuple(shape):
        fail("wrong_shape", what=what, expected=str(tuple(shape)), got=str(array.shape))
    return array


def assert_array(actual: Any, *, what: What, ndim: int | None = None) -> Array:
    """Something that NumPy takes as an array of numbers; returned as a plain ndarray."""
    kind = getattr(type(actual), "exam_kind", None)
    if kind is not None and actual.exam_kind == "objects":
        fail("object_array", what=what)
    try:
        array = np.asarray(actual)
    except Exception:  # whatever it is, it is not an array
        fail("not_numbers", what=what, got=describe(actual))
    if array.dtype.kind not in "biufc":
        fail("not_numbers", what=what, got=describe(actual))
    if ndim is not None and array.ndim != ndim:
        fail("not_numbers", what=what, got=describe(actual))
    return array


def assert_finite(actual: Any, *, what: What) -> Array:
    """An array of numbers without NaN or infinity."""
    array = assert_array(actual, what=what)
    bad = ~np.isfinite(array)
    if bad.any():
        index = _first(bad)
        fail(
            "not_finite", what=what, bad=int(bad.sum()), size=array.size, got=_number(array[index]), index=_place(index)
        )
    return array


def assert_number(actual: Any, *, what: What) -> float:
    """A single finite number: int, float, or an array with one element."""
    try:
        array = np.asarray(actual)
    except Exception:
        array = np.empty(0)
    if array.dtype.kind not in "biuf" or array.size != 1:
        fail("not_a_number", what=what, got=describe(actual))
    number = float(array.reshape(-1)[0])
    if not np.isfinite(number):
        fail("not_a_number", what=what, got=describe(actual))
    return number


def assert_close(
    actual: Any,
    expected: Any,
    *,
    what: What,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    known: Factors | None = None,
) -> None:
    """|actual - expected| <= atol + rtol * |expected|, both finite, element by element, shape and all.

    ``known`` are factors a student may have got in by mistake ({"the batch size": 9}); the message says so where
    one explains the error. So it does for a transposed, negated, scaled or shifted answer.
    """
    wanted = np.asarray(expected)
    if wanted.ndim == 0:
        _assert_number_close(actual, float(wanted), what, rtol, atol, known or {})
        return
    array = assert_array(actual, what=what)
    if array.shape != wanted.shape:
        finding = Message("wrong_shape", {"what": what, "expected": str(wanted.shape), "got": str(array.shape)})
        raise CheckFailed(_with_relation(finding, _transposed(array, wanted, rtol, atol)))
    assert_finite(array, what=what)
    array, wanted = (np.asarray(one, float) if one.dtype == bool else one for one in (array, wanted))
    error = np.abs(_never_whole(array) - _never_whole(wanted))
    # What is wanted may have been worked out from other answers of the student's: close to NaN is nothing.
    bad = ~(error <= atol + rtol * np.abs(wanted)) | ~np.isfinite(wanted)
    if bad.any():
        index = _first(bad)
        finding = Message(
            "wrong_values",
            {
                "what": what,
                "bad": int(bad.sum()),
                "size": array.size,
                "shape": str(array.shape),
                "dtype": str(array.dtype),
                "index": _place(index),
                "expected": _number(wanted[index]),
                "got": _number(array[index]),
                "error": _number(error.max()),
            },
        )
        raise CheckFailed(_with_relation(finding, _relation(array, wanted, known or {})))


def _never_whole(array: Array) -> Array:
    """Whole numbers overflow where they are subtracted."""
    return array.astype(float) if array.dtype.kind in "iu" else array


def _assert_number_close(actual: Any, wanted: float, what: What, rtol: float, atol: float, known: Factors) -> None:
    number = assert_number(actual, what=what)
    error = abs(number - wanted)
    if not error <= atol + rtol * abs(wanted) or not np.isfinite(wanted):
        finding = Message(
            "wrong_number",
            {"what": what, "expected": _number(wanted), "got": _number(number), "error": _number(error)},
        )
        relation = _relation(np.array([number]), np.array([wanted]), known) if known else None
        raise CheckFailed(_with_relation(finding, relation))


def _with_relation(finding: Message, relation: Message | None) -> Message:
    if relation is None:
        return finding
    return Message("relation", {"finding": finding.to_json(), "relation": relation.to_json()})


def _relation(array: Array, wanted: Array, known: Factors) -> Message | None:
    """How a wrong answer relates to the right one, where that is simple enough to be the mistake."""
    with np.errstate(all="ignore"):
        for name, factor in known.items():
            if _alike(array, wanted / factor):
                return Message("divided_by", {"name": _both(name), "factor": _number(factor)})
            if _alike(array, wanted * factor):
                return Message("scaled_by", {"name": _both(name), "factor": _number(factor)})
        if _alike(array, -wanted):
            return Message("negated")
        if array.ndim == 2 and array.shape[0] == array.shape[1] and _alike(array, wanted.T):
            return Message("transposed")
        return _linear(array, wanted)


def _both(name: str | tuple[str, str]) -> dict[str, str]:
    english, german = (name, GERMAN_FACTORS.get(name, name)) if isinstance(name, str) else name
    return {"en": english, "de": german}


def _linear(array: Array, wanted: Array) -> Message | None:
    if array.size < 3:
        return None
    norm = float(np.vdot(wanted, wanted).real)
    factor = float(np.vdot(wanted, array).real) / norm if norm else 0.0
    if factor and _alike(array, factor * wanted):
        return Message("scaled", {"factor": _number(factor)})
    offset = float(np.mean(array - wanted))
    if _alike(array, wanted + offset):
        return Message("shifted", {"offset": _number(offset)})
    return None


def _transposed(array: Array, wanted: Array, rtol: float, atol: float) -> Message | None:
    if array.ndim == 2 and array.T.shape == wanted.shape and np.allclose(array.T, wanted, rtol, atol):
        return Message("transposed")
    return None


def _alike(first: Array, second: Array) -> bool:
    scale = float(np.max(np.abs(second))) if second.size else 0.0
    return 0 < scale < np.inf and bool(np.max(np.abs(first - second)) <= _RELATION_RTOL * scale)


def _first(mask: Array) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))


def _place(index: tuple[int, ...]) -> str:
    return "[" + ", ".join(str(i) for i in index) + "]"


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def describe(value: Any) -> str:
    """What a value is, in a few words, for a message."""
    if value is None or isinstance(value, bool | int | float | np.number):
        return repr(value) if value is None else str(value)
    if isinstance(value, str):
        return repr(value[:60])
    if isinstance(value, np.ndarray):
        return f"ndarray, shape {value.shape}, dtype {value.dtype}"
    kind = getattr(value, "exam_type", None)
    if isinstance(kind, str):
        return kind
    return f"{type(value).__name__} ({len(value)})" if isinstance(value, list | tuple | dict) else type(value).__name__


def directional_derivative(f: Callable[[Array], float], x: Array, direction: Array, eps: float = 1e-5) -> float:
    """Central difference (f(x + eps v) - f(x - eps v)) / (2 eps): the derivative of ``f`` at ``x`` along ``v``.

    Two calls whatever the size of ``x``; a gradient g is right where <g, v> agrees for a few random v.
    """
    return (f(x + eps * direction) - f(x - eps * direction)) / (2 * eps)

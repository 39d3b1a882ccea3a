"""Values as bytes: the only things that cross between examiner and candidate. Nothing is ever unpickled.

A value is one tag byte and its payload, numbers little-endian, lengths as unsigned 32-bit:

    N T F                     None, True, False
    i <int64>                 int                   I <len> <two's complement>   a longer int
    d <float64>               float                 c <2 x float64>              complex
    s <len> <UTF-8>           str                   b <len> <bytes>              bytes
    l <n> values              list                  t <n> values                 tuple
    m <n> (key, value)        dict                  S 3 values                   slice
    A <dtype> <ndim> <dims> <raw>   array           G <dtype> <raw>              NumPy scalar
    R <id> <kind> <type>      an object of the candidate, by reference
    L <id> <type> <open> <n> <names>   an object of the examiner, lent
    P <module> <name>         something in one of the student's modules, by its path

This module holds what both directions share: the references, the limits, and which arrays are plain data. exam.encoder
writes, exam.decoder reads. docs/exam-protocol.md is the specification.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 40
MAX_ELEMENTS = 1_000_000
"""Elements of lists, tuples and dicts in one frame, all together: an element may be one byte on the wire and many
in memory."""
MAX_KEYS = 4096
"""Keys of dicts in one frame, all together: keys can be chosen so that each collides with all before it."""
MAX_REFERENCES = 10_000
MAX_INT_BYTES = 512
MAX_NDIM = 16
MAX_BYTES = 1 << 30
"""Of one array or text, and of what an empty array would hold if its empty dimensions were 1. Channels allow less."""

KINDS = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8), "c": (8, 16)}
_MAX_TEXT_WIDTH = 4096


class CodecError(ValueError):
    """Bytes that are not a value, or a value that may not cross."""


class TooLarge(CodecError):
    """A value of the right kind, but too long, too deep or too big to cross."""


@dataclass(frozen=True)
class RemoteRef:
    """An object that stays with the candidate. ``kind`` tells what it is like: object, list, dict, tuple, class,
    function, method, module, array, objects (an array of objects); ``type_name`` is text for messages only."""

    id: int
    kind: str
    type_name: str


@dataclass(frozen=True)
class LentRef:
    """An object that stays with the examiner; the candidate may call its ``methods`` and no others.
    ``open`` also allows public data attributes (objects a test passes without lending them by name)."""

    id: int
    type_name: str
    methods: tuple[str, ...]
    open: bool


@dataclass(frozen=True)
class PathRef:
    """The attribute ``name`` of the student's module ``module``; the module itself where ``name`` is empty."""

    module: str
    name: str


Reference = RemoteRef | LentRef | PathRef
Refer = Callable[[Any], Reference]
Resolve = Callable[[Reference], Any]


def is_plain_dtype(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of ``dtype`` cross as raw bytes: booleans, integers, floats up to 64 bit, complex, text."""
    if dtype.kind in "US":
        return 0 < dtype.itemsize <= _MAX_TEXT_WIDTH
    return dtype.kind in KINDS and dtype.itemsize in KINDS[dtype.kind]


def wire_dtype(dtype: np.dtype[Any]) -> np.dtype[Any] | None:
    """What an array of ``dtype`` is on the wire: little-endian, floats of at most 64 bit; None for what is no data."""
    if dtype.kind in "US" and dtype.itemsize == 0:  # of the empty text, as a scalar
        return np.dtype(f"<{dtype.kind}1")
    if dtype.kind in "fc" and not is_plain_dtype(dtype):
        return np.dtype("<f8" if dtype.kind == "f" else "<c16")
    return dtype.newbyteorder("<") if is_plain_dtype(dtype) else None


def check_shape(shape: tuple[int, ...], itemsize: int) -> None:
    """Raises TooLarge. Empty arrays are measured as well: what a test makes of shape (0, 2**32) may not be empty."""
    size = itemsize
    for length in shape:
        size *= max(1, length)
    if len(shape) > MAX_NDIM:
        raise TooLarge(f"an array of more than {MAX_NDIM} dimensions")
    if size > MAX_BYTES:
        raise TooLarge(f"an array of more than {MAX_BYTES >> 20} MiB")


def refuse(value: Any) -> RemoteRef:
    """The ``refer`` of a stream on which only data may cross."""
    raise CodecError(f"{type(value).__name__} is not data")

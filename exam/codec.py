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
    L <id> <type> <names>     an object of the examiner, lent
    P <module> <name>         something in one of the student's modules, by its path

Decoding trusts nothing: every length is checked against the bytes that are there, depth and element count are
bounded, dtypes come from a whitelist, and whatever is wrong is a CodecError. Source of truth: docs/exam-protocol.md.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 40
MAX_ELEMENTS = 1_000_000
"""Elements of lists, tuples and dicts in one frame, all together: an element may be one byte on the wire and many
in memory."""
MAX_INT_BYTES = 512
MAX_NDIM = 16

_I64 = struct.Struct("<q")
_F64 = struct.Struct("<d")
_C128 = struct.Struct("<dd")
_U32 = struct.Struct("<I")
_KINDS = frozenset("biufc")
_SIZES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8), "c": (8, 16)}
_MAX_TEXT_WIDTH = 4096


class CodecError(Exception):
    """Bytes that are not a value, or a value that may not cross."""


@dataclass(frozen=True)
class RemoteRef:
    """An object that stays with the candidate. ``kind`` tells what it is like: object, list, dict, class,
    function, module, array, ndarray-of-objects; ``type_name`` is text for messages only."""

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


Refer = Callable[[Any], "RemoteRef | LentRef | PathRef"]
Resolve = Callable[["RemoteRef | LentRef | PathRef"], Any]


def is_plain_dtype(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of ``dtype`` cross as raw bytes: booleans, integers, floats up to 64 bit, complex, text."""
    if dtype.kind in "US":
        return 0 < dtype.itemsize <= _MAX_TEXT_WIDTH
    return dtype.kind in _KINDS and dtype.itemsize in _SIZES[dtype.kind]


class Encoder:
    """Turns values into bytes. ``refer`` is asked for everything that is not plain data; it returns a reference or
    raises CodecError. Exact types only: a subclass of ``float`` or ``dict`` is somebody's object, not data."""

    def __init__(self, refer: Refer) -> None:
        self._refer = refer
        self._out: list[bytes] = []

    def encode(self, value: Any) -> bytes:
        """The bytes of ``value``. Raises CodecError where it may not cross."""
        self._out = []
        try:
            self._value(value, 0)
        except RecursionError as error:
            raise CodecError("the value is nested too deeply") from error
        return b"".join(self._out)

    def _value(self, value: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise CodecError("the value is nested too deeply, or contains itself")
        write = _WRITERS.get(type(value))
        if write is not None:
            write(self, value, depth)
        elif isinstance(value, np.generic) and is_plain_dtype(value.dtype):
            self._scalar(value)
        elif isinstance(value, np.ndarray) and is_plain_dtype(value.dtype):
            self._array(np.asarray(value))  # a subclass arrives as its exact base
        else:
            self._reference(value)

    def _none(self, value: None, depth: int) -> None:
        self._out.append(b"N")

    def _bool(self, value: bool, depth: int) -> None:
        self._out.append(b"T" if value else b"F")

    def _int(self, value: int, depth: int) -> None:
        if -(1 << 63) <= value < 1 << 63:
            self._out.append(b"i" + _I64.pack(value))
            return
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise CodecError("an int of more than 4000 bits")
        self._out.append(b"I" + _U32.pack(size) + value.to_bytes(size, "little", signed=True))

    def _float(self, value: float, depth: int) -> None:
        self._out.append(b"d" + _F64.pack(value))

    def _complex(self, value: complex, depth: int) -> None:
        self._out.append(b"c" + _C128.pack(value.real, value.imag))

    def _str(self, value: str, depth: int) -> None:
        self._sized(b"s", value.encode("utf-8", "surrogatepass"))

    def _bytes(self, value: bytes, depth: int) -> None:
        self._sized(b"b", value)

    def _sized(self, tag: bytes, data: bytes) -> None:
        self._out += (tag + _U32.pack(len(data)), data)

    def _list(self, value: list[Any], depth: int) -> None:
        self._items(b"l", value, depth)

    def _tuple(self, value: tuple[Any, ...], depth: int) -> None:
        self._items(b"t", value, depth)

    def _items(self, tag: bytes, items: Any, depth: int) -> None:
        self._out.append(tag + _U32.pack(len(items)))
        for item in items:
            self._value(item, depth + 1)

    def _dict(self, value: dict[Any, Any], depth: int) -> None:
        self._out.append(b"m" + _U32.pack(len(value)))
        for key, item in value.items():
            self._value(key, depth + 1)
            self._value(item, depth + 1)

    def _slice(self, value: slice, depth: int) -> None:
        self._out.append(b"S")
        for part in (value.start, value.stop, value.step):
            self._value(part, depth + 1)

    def _any_array(self, value: np.ndarray[Any, Any], depth: int) -> None:
        if is_plain_dtype(value.dtype):
            self._array(value)
        else:
            self._reference(value)

    def _array(self, value: np.ndarray[Any, Any]) -> None:
        little = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        dims = b"".join(_U32.pack(size) for size in value.shape)
        self._out += (b"A" + _dtype_bytes(little.dtype) + bytes([value.ndim]) + dims, little.tobytes())

    def _scalar(self, value: np.generic) -> None:
        little = np.asarray(value).astype(value.dtype.newbyteorder("<"))
        self._out.append(b"G" + _dtype_bytes(little.dtype) + little.tobytes())

    def _reference(self, value: Any) -> None:
        ref = value if isinstance(value, RemoteRef | LentRef | PathRef) else self._refer(value)
        if isinstance(ref, RemoteRef):
            self._out.append(b"R" + _U32.pack(ref.id) + _short(ref.kind) + _short(ref.type_name))
        elif isinstance(ref, LentRef):
            names = b"".join(_short(name) for name in ref.methods)
            head = b"L" + _U32.pack(ref.id) + _short(ref.type_name) + bytes([ref.open]) + _U32.pack(len(ref.methods))
            self._out += (head, names)
        else:
            self._out.append(b"P" + _short(ref.module) + _short(ref.name))


_WRITERS: dict[type, Callable[[Encoder, Any, int], None]] = {
    type(None): Encoder._none,
    bool: Encoder._bool,
    int: Encoder._int,
    float: Encoder._float,
    complex: Encoder._complex,
    str: Encoder._str,
    bytes: Encoder._bytes,
    list: Encoder._list,
    tuple: Encoder._tuple,
    dict: Encoder._dict,
    slice: Encoder._slice,
    np.ndarray: Encoder._any_array,
}


def _short(text: str) -> bytes:
    data = text.encode("utf-8", "replace")[:200]
    return bytes([len(data)]) + data


def _dtype_bytes(dtype: np.dtype[Any]) -> bytes:
    return _short(dtype.str)


class Decoder:
    """Reads one value. ``resolve`` turns references into objects; where None, references are refused."""

    def __init__(self, data: bytes | bytearray | memoryview, resolve: Resolve | None = None) -> None:
        self._data = memoryview(data)
        self._at = 0
        self._left = MAX_ELEMENTS
        self._resolve = resolve

    def decode(self) -> Any:
        """The value. Raises CodecError for anything that is not exactly one value."""
        value = self._value(0)
        if self._at != len(self._data):
            raise CodecError("bytes after the value")
        return value

    def _take(self, size: int) -> memoryview:
        end = self._at + size
        if end > len(self._data):
            raise CodecError("the value is cut short")
        part = self._data[self._at : end]
        self._at = end
        return part

    def _u32(self) -> int:
        return int(_U32.unpack(self._take(4))[0])

    def _value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise CodecError("nested too deeply")
        read = _READERS.get(self._take(1)[0])
        if read is None:
            raise CodecError("an unknown tag")
        return read(self, depth)

    def _int(self, depth: int) -> int:
        return int(_I64.unpack(self._take(8))[0])

    def _long(self, depth: int) -> int:
        size = self._u32()
        if size > MAX_INT_BYTES:
            raise CodecError("an int of more than 4000 bits")
        return int.from_bytes(self._take(size), "little", signed=True)

    def _float(self, depth: int) -> float:
        return float(_F64.unpack(self._take(8))[0])

    def _complex(self, depth: int) -> complex:
        return complex(*_C128.unpack(self._take(16)))

    def _str(self, depth: int) -> str:
        try:
            return str(self._take(self._u32()), "utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise CodecError("text that is not UTF-8") from error

    def _bytes(self, depth: int) -> bytes:
        return bytes(self._take(self._u32()))

    def _count(self) -> int:
        count = self._u32()
        self._left -= count
        if self._left < 0:
            raise CodecError("too many elements")
        return count

    def _list(self, depth: int) -> list[Any]:
        return [self._value(depth + 1) for _ in range(self._count())]

    def _tuple(self, depth: int) -> tuple[Any, ...]:
        return tuple(self._list(depth))

    def _dict(self, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for _ in range(self._count()):
            key = self._value(depth + 1)
            try:
                result[key] = self._value(depth + 1)
            except TypeError as error:
                raise CodecError("a key that cannot be hashed") from error
        return result

    def _slice(self, depth: int) -> slice:
        return slice(*(self._value(depth + 1) for _ in range(3)))

    def _dtype(self) -> np.dtype[Any]:
        text = self._short()
        if len(text) < 3 or text[1] not in "biufcUS" or not text[2:].isascii() or not text[2:].isdigit():
            raise CodecError("an unknown dtype")
        try:
            dtype = np.dtype(text)
        except (TypeError, ValueError) as error:
            raise CodecError("an unknown dtype") from error
        if not is_plain_dtype(dtype):
            raise CodecError("a dtype that may not cross")
        return dtype

    def _array(self, depth: int) -> np.ndarray[Any, Any]:
        dtype = self._dtype()
        ndim = self._take(1)[0]
        if ndim > MAX_NDIM:
            raise CodecError("too many dimensions")
        shape = tuple(self._u32() for _ in range(ndim))
        count = 1
        for size in shape:
            count *= size
        return self._buffer(dtype, count).reshape(shape)

    def _scalar(self, depth: int) -> Any:
        return self._buffer(self._dtype(), 1)[0]

    def _buffer(self, dtype: np.dtype[Any], count: int) -> np.ndarray[Any, Any]:
        flat = np.frombuffer(bytearray(self._take(count * dtype.itemsize)), dtype=dtype)
        if dtype.kind == "U" and flat.size and int(flat.view(np.uint32).max()) > 0x10FFFF:
            raise CodecError("text that is not Unicode")
        return flat.astype(dtype.newbyteorder("="), copy=False)

    def _short(self) -> str:
        try:
            return str(self._take(self._take(1)[0]), "utf-8")
        except UnicodeDecodeError as error:
            raise CodecError("a name that is not UTF-8") from error

    def _refer(self, ref: RemoteRef | LentRef | PathRef) -> Any:
        if self._resolve is None:
            raise CodecError("a reference where only data may stand")
        return self._resolve(ref)

    def _remote(self, depth: int) -> Any:
        return self._refer(RemoteRef(self._u32(), self._short(), self._short()))

    def _lent(self, depth: int) -> Any:
        number, type_name, is_open = self._u32(), self._short(), bool(self._take(1)[0])
        return self._refer(LentRef(number, type_name, tuple(self._short() for _ in range(self._count())), is_open))

    def _path(self, depth: int) -> Any:
        return self._refer(PathRef(self._short(), self._short()))


_READERS: dict[int, Callable[[Decoder, int], Any]] = {
    ord("N"): lambda decoder, depth: None,
    ord("T"): lambda decoder, depth: True,
    ord("F"): lambda decoder, depth: False,
    ord("i"): Decoder._int,
    ord("I"): Decoder._long,
    ord("d"): Decoder._float,
    ord("c"): Decoder._complex,
    ord("s"): Decoder._str,
    ord("b"): Decoder._bytes,
    ord("l"): Decoder._list,
    ord("t"): Decoder._tuple,
    ord("m"): Decoder._dict,
    ord("S"): Decoder._slice,
    ord("A"): Decoder._array,
    ord("G"): Decoder._scalar,
    ord("R"): Decoder._remote,
    ord("L"): Decoder._lent,
    ord("P"): Decoder._path,
}


def refuse(value: Any) -> RemoteRef:
    """The ``refer`` of a stream on which only data may cross."""
    raise CodecError(f"{type(value).__name__} is not data")

"""From bytes to values, as exam.codec describes them. Trusts nothing: each length is checked against the bytes that
are there, depth, elements, keys and references are bounded, dtypes come from a whitelist, and whatever is wrong is a
CodecError."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from exam.codec import (
    KINDS,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_INT_BYTES,
    MAX_KEYS,
    MAX_NDIM,
    MAX_REFERENCES,
    CodecError,
    LentRef,
    PathRef,
    Reference,
    RemoteRef,
    Resolve,
    check_shape,
    is_plain_dtype,
)

_I64 = struct.Struct("<q")
_F64 = struct.Struct("<d")
_C128 = struct.Struct("<dd")
_U32 = struct.Struct("<I")
_DIMS = tuple(struct.Struct(f"<{ndim}I") for ndim in range(MAX_NDIM + 1))
_MAX_CODE_POINT = 0x10FFFF


class Decoder:
    """Reads one value. ``resolve`` turns references into objects; where None, references are refused.

    A test in the course's manner crosses the seam 100,000 times, so this reads in place: no slice of the bytes is made
    but for what is kept, and a read beyond their end is noticed where it happens (IndexError, struct.error).
    """

    def __init__(self, data: bytes | bytearray | memoryview, resolve: Resolve | None = None) -> None:
        self._data = data
        self._end = len(data)
        self._at = 0
        self._elements = MAX_ELEMENTS
        self._keys = MAX_KEYS
        self._references = MAX_REFERENCES
        self._resolve = resolve

    def decode(self) -> Any:
        """The value. Raises CodecError for anything that is not exactly one value."""
        value = self._value(0)
        if self._at != self._end:
            raise CodecError("bytes after the value")
        return value

    def _take(self, size: int) -> bytes | bytearray | memoryview:
        at = self._at
        self._at = end = at + size
        if end > self._end:
            raise CodecError("the value is cut short")
        return self._data[at:end]

    def _unpack(self, form: struct.Struct) -> tuple[Any, ...]:
        at = self._at
        self._at = at + form.size
        try:
            return form.unpack_from(self._data, at)
        except struct.error as error:
            raise CodecError("the value is cut short") from error

    def _byte(self) -> int:
        at = self._at
        self._at = at + 1
        try:
            return self._data[at]
        except IndexError as error:
            raise CodecError("the value is cut short") from error

    def _u32(self) -> int:
        number: int = self._unpack(_U32)[0]
        return number

    def _value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise CodecError("nested too deeply")
        read = _READERS.get(self._byte())
        if read is None:
            raise CodecError("an unknown tag")
        return read(self, depth)

    def _int(self, depth: int) -> int:
        number: int = self._unpack(_I64)[0]
        return number

    def _long(self, depth: int) -> int:
        size = self._u32()
        if size > MAX_INT_BYTES:
            raise CodecError("an int of more than 4000 bits")
        return int.from_bytes(self._take(size), "little", signed=True)

    def _float(self, depth: int) -> float:
        number: float = self._unpack(_F64)[0]
        return number

    def _complex(self, depth: int) -> complex:
        return complex(*self._unpack(_C128))

    def _str(self, depth: int) -> str:
        try:
            return str(self._take(self._u32()), "utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise CodecError("text that is not UTF-8") from error

    def _bytes(self, depth: int) -> bytes:
        return bytes(self._take(self._u32()))

    def _count(self) -> int:
        count = self._u32()
        self._elements -= count
        if self._elements < 0:
            raise CodecError("too many elements")
        return count

    def _list(self, depth: int) -> list[Any]:
        deeper = depth + 1
        return [self._value(deeper) for _ in range(self._count())]

    def _tuple(self, depth: int) -> tuple[Any, ...]:
        return tuple(self._list(depth))

    def _dict(self, depth: int) -> dict[Any, Any]:
        count = self._count()
        self._keys -= count
        if self._keys < 0:
            raise CodecError("too many keys")
        result: dict[Any, Any] = {}
        for _ in range(count):
            key = self._key(depth)
            result[key] = self._value(depth + 1)
        return result

    def _key(self, depth: int) -> Any:
        """Data only: comparing two proxies is a question to the other end, in mid-sentence."""
        resolve, self._resolve = self._resolve, None
        key = self._value(depth + 1)
        self._resolve = resolve
        try:
            hash(key)
        except TypeError as error:
            raise CodecError("a key that cannot be hashed") from error
        return key

    def _slice(self, depth: int) -> slice:
        return slice(*(self._value(depth + 1) for _ in range(3)))

    def _array(self, depth: int) -> np.ndarray[Any, Any]:
        dtype = _dtype(self._short())
        ndim = self._byte()
        if ndim > MAX_NDIM:
            raise CodecError("too many dimensions")
        shape = self._unpack(_DIMS[ndim])
        check_shape(shape, dtype.itemsize)
        count = 1
        for size in shape:
            count *= size
        return self._buffer(dtype, count).reshape(shape)

    def _scalar(self, depth: int) -> Any:
        return self._buffer(_dtype(self._short()), 1)[0]

    def _buffer(self, dtype: np.dtype[Any], count: int) -> np.ndarray[Any, Any]:
        """An array of its own memory that can be written to."""
        at = self._at
        self._at = end = at + count * dtype.itemsize
        if end > self._end:
            raise CodecError("the value is cut short")
        flat: np.ndarray[Any, Any] = np.frombuffer(self._data, dtype, count, at) if count else np.empty(0, dtype)
        if dtype.kind == "b":
            # A byte that is neither 0 nor 1 would make a bool that equals neither False nor True.
            return np.asarray(flat.view(np.uint8) != 0)
        if dtype.kind == "U" and flat.size and int(flat.view("<u4").max()) > _MAX_CODE_POINT:
            raise CodecError("text that is not Unicode")
        return flat.astype(_native(dtype))

    def _short(self) -> str:
        try:
            return str(self._take(self._byte()), "utf-8")
        except UnicodeDecodeError as error:
            raise CodecError("a name that is not UTF-8") from error

    def _refer(self, ref: Reference) -> Any:
        self._references -= 1
        if self._references < 0:
            raise CodecError("too many references")
        if self._resolve is None:
            raise CodecError("a reference where only data may stand")
        return self._resolve(ref)

    def _remote(self, depth: int) -> Any:
        return self._refer(RemoteRef(self._u32(), self._short(), self._short()))

    def _lent(self, depth: int) -> Any:
        number, type_name, is_open = self._u32(), self._short(), bool(self._byte())
        return self._refer(LentRef(number, type_name, tuple(self._short() for _ in range(self._count())), is_open))

    def _path(self, depth: int) -> Any:
        return self._refer(PathRef(self._short(), self._short()))


@lru_cache(maxsize=64)
def _dtype(text: str) -> np.dtype[Any]:
    """The dtype of this name. Raises CodecError for one that is not on the list."""
    order, kind, size = text[:1], text[1:2], text[2:]
    if order not in ("<", "|") or kind not in (*KINDS, "U", "S") or not size.isdecimal() or not size.isascii():
        raise CodecError("an unknown dtype")
    try:
        dtype = np.dtype(text)
    except (TypeError, ValueError, OverflowError) as error:
        raise CodecError("an unknown dtype") from error
    if not is_plain_dtype(dtype):
        raise CodecError("a dtype that may not cross")
    return dtype


@lru_cache(maxsize=64)
def _native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype.newbyteorder("=")


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

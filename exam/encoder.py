"""From values to bytes, as exam.codec describes them. Both ends write with this; what it writes exam.decoder accepts,
so that a value which came across can be sent back (if what surrounds it leaves room)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from exam.codec import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_INT_BYTES,
    MAX_KEYS,
    MAX_NDIM,
    MAX_REFERENCES,
    CodecError,
    LentRef,
    PathRef,
    Refer,
    RemoteRef,
    TooLarge,
    check_shape,
    wire_dtype,
)

_I64 = struct.Struct("<Bq")
_F64 = struct.Struct("<Bd")
_C128 = struct.Struct("<Bdd")
_SIZED = struct.Struct("<BI")
_U32 = struct.Struct("<I")
_DIMS = tuple(struct.Struct(f"<B{ndim}I") for ndim in range(MAX_NDIM + 1))
_MAX_NAME_BYTES = 200


class Encoder:
    """Turns values into bytes. ``refer`` is asked for everything that is not plain data; it returns a reference or
    raises CodecError. Exact types only: a subclass of ``float`` or ``dict`` is somebody's object, not data."""

    def __init__(self, refer: Refer) -> None:
        self._refer = refer
        self._out: list[bytes] = []
        self._elements = MAX_ELEMENTS
        self._keys = MAX_KEYS
        self._references = MAX_REFERENCES

    def encode(self, value: Any) -> bytes:
        """The bytes of ``value``; once per encoder. Raises CodecError where it may not cross."""
        try:
            self._value(value, 0)
        except RecursionError as error:
            raise TooLarge("the value is nested too deeply") from error
        return b"".join(self._out)

    def _value(self, value: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise TooLarge("the value is nested too deeply, or contains itself")
        write = _WRITERS.get(type(value))
        if write is not None:
            write(self, value, depth)
        elif isinstance(value, np.generic):
            self._scalar(value)
        elif isinstance(value, np.ndarray):
            self._array(np.asarray(value), depth)  # a subclass arrives as its exact base
        else:
            self._reference(value)

    def _none(self, value: None, depth: int) -> None:
        self._out.append(b"N")

    def _bool(self, value: bool, depth: int) -> None:
        self._out.append(b"T" if value else b"F")

    def _int(self, value: int, depth: int) -> None:
        if -(1 << 63) <= value < 1 << 63:
            self._out.append(_I64.pack(ord("i"), value))
            return
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise TooLarge("an int of more than 4000 bits")
        self._out.append(_SIZED.pack(ord("I"), size) + value.to_bytes(size, "little", signed=True))

    def _float(self, value: float, depth: int) -> None:
        self._out.append(_F64.pack(ord("d"), value))

    def _complex(self, value: complex, depth: int) -> None:
        self._out.append(_C128.pack(ord("c"), value.real, value.imag))

    def _str(self, value: str, depth: int) -> None:
        self._sized("s", value.encode("utf-8", "surrogatepass"))

    def _bytes(self, value: bytes, depth: int) -> None:
        self._sized("b", value)

    def _sized(self, tag: str, data: bytes) -> None:
        if len(data) > MAX_BYTES:
            raise TooLarge(f"a text of more than {MAX_BYTES >> 20} MiB")
        self._out += (_SIZED.pack(ord(tag), len(data)), data)

    def _list(self, value: list[Any], depth: int) -> None:
        self._items("l", value, depth)

    def _tuple(self, value: tuple[Any, ...], depth: int) -> None:
        self._items("t", value, depth)

    def _items(self, tag: str, items: Any, depth: int) -> None:
        self._count(len(items))
        self._out.append(_SIZED.pack(ord(tag), len(items)))
        deeper = depth + 1
        for item in items:
            self._value(item, deeper)

    def _dict(self, value: dict[Any, Any], depth: int) -> None:
        if not all(_is_key(key) for key in value):
            self._reference(value)
            return
        self._count(len(value))
        self._keys -= len(value)
        if self._keys < 0:
            raise TooLarge(f"more than {MAX_KEYS} keys of dicts")
        self._out.append(_SIZED.pack(ord("m"), len(value)))
        for key, item in value.items():
            self._value(key, depth + 1)
            self._value(item, depth + 1)

    def _count(self, elements: int) -> None:
        self._elements -= elements
        if self._elements < 0:
            raise TooLarge(f"more than {MAX_ELEMENTS} elements of lists, tuples and dicts")

    def _slice(self, value: slice, depth: int) -> None:
        self._out.append(b"S")
        for part in (value.start, value.stop, value.step):
            self._value(part, depth + 1)

    def _array(self, value: np.ndarray[Any, Any], depth: int) -> None:
        dtype, name = _on_the_wire(value.dtype)
        if dtype is None:
            self._reference(value)
            return
        check_shape(value.shape, dtype.itemsize)
        raw = (value if value.dtype == dtype else value.astype(dtype)).tobytes()  # in C order, whatever the array's
        self._out += (b"A", name, _DIMS[value.ndim].pack(value.ndim, *value.shape), raw)

    def _scalar(self, value: np.generic) -> None:
        dtype, name = _on_the_wire(value.dtype)
        if dtype is None:
            self._reference(value)
        else:
            self._out.append(b"G" + name + np.asarray(value).astype(dtype, copy=False).tobytes())

    def _reference(self, value: Any) -> None:
        self._references -= 1
        if self._references < 0:
            raise TooLarge(f"more than {MAX_REFERENCES} references to objects")
        ref = value if isinstance(value, RemoteRef | LentRef | PathRef) else self._refer(value)
        if isinstance(ref, RemoteRef):
            self._out.append(b"R" + _U32.pack(ref.id) + _short(ref.kind) + _short(ref.type_name))
        elif isinstance(ref, LentRef):
            self._count(len(ref.methods))
            head = b"L" + _U32.pack(ref.id) + _short(ref.type_name) + bytes([ref.open]) + _U32.pack(len(ref.methods))
            self._out += (head, *map(_short, ref.methods))
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
    np.ndarray: Encoder._array,
}


def _is_key(key: Any) -> bool:
    """Objects are no keys on the wire: comparing two proxies is a question to the other end, in mid-sentence."""
    return type(key) in (str, int) or is_data(key)


def is_data(value: Any) -> bool:
    """Whether a value holds nothing but data, so that it may cross by value."""
    try:
        Encoder(_no_references).encode(value)
    except CodecError:
        return False
    return True


def _no_references(value: Any) -> RemoteRef:
    raise CodecError("not data")


@lru_cache(maxsize=64)
def _on_the_wire(dtype: np.dtype[Any]) -> tuple[np.dtype[Any] | None, bytes]:
    """What an array of ``dtype`` is on the wire, and that dtype's name there; None for what is no data."""
    found = wire_dtype(dtype)
    return found, b"" if found is None else _short(found.str)


@lru_cache(maxsize=256)
def _short(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if len(data) > _MAX_NAME_BYTES:
        data = data[:_MAX_NAME_BYTES].decode("utf-8", "ignore").encode()  # cut between two characters
    return bytes([len(data)]) + data

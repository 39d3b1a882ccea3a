"""Values cross the seam unchanged, as exact base types; bytes that are no value are refused, cheaply."""

from __future__ import annotations

import struct
import time
import tracemalloc
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exam.codec import (
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_KEYS,
    MAX_NDIM,
    MAX_REFERENCES,
    CodecError,
    LentRef,
    PathRef,
    Reference,
    RemoteRef,
    TooLarge,
)
from exam.encoder import is_data
from tests.exam.values import LARGEST_INT, arrays, assert_same, cross, decode, encode, scalars, values

MIB = 1 << 20


def u32(number: int) -> bytes:
    return struct.pack("<I", number)


@contextmanager
def cheaply(seconds: float = 2.0, mib: float = 8.0) -> Iterator[None]:
    """The block needs no more than this, however it ends."""
    tracemalloc.start()
    start = time.process_time()
    try:
        yield
    finally:
        took, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert took < seconds
    assert peak < mib * MIB


# --- what crosses -----------------------------------------------------------------------------------------------------


@given(values)
def test_every_value_arrives_as_it_was_sent(value: Any) -> None:
    assert_same(cross(value), value)


@given(arrays() | scalars)
def test_arrays_and_scalars_arrive_bit_for_bit_in_memory_of_their_own(value: Any) -> None:
    assert_same(cross(value), value)


@pytest.mark.parametrize(
    "number", [LARGEST_INT, -LARGEST_INT, 2**63, -(2**63) - 1, 2**64], ids=lambda number: f"{number.bit_length()} bits"
)
def test_large_ints_cross(number: int) -> None:
    assert cross(number) == number


def test_an_int_too_large_to_print_does_not_cross() -> None:
    with pytest.raises(TooLarge):
        encode(LARGEST_INT + 1)


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="this machine has no longer double")
def test_empty_text_crosses_as_a_scalar_too() -> None:
    assert_same(cross(np.array(["a", ""])[1]), np.str_(""))
    assert_same(cross(np.array([b"a", b""])[1]), np.bytes_(b""))


def test_long_doubles_arrive_as_doubles() -> None:
    array = np.array([[1.5, np.longdouble("0.1")]], dtype=np.longdouble)
    assert_same(cross(array), array.astype(np.float64))
    assert_same(cross(array[0, 1]), np.float64(0.1))
    assert_same(cross(array.astype(np.clongdouble)), array.astype(np.complex128))


def test_nan_keeps_its_payload() -> None:
    bits = np.array([0x7FF8000000000123, 0xFFF0000000000001], np.uint64)
    assert_same(cross(bits.view(np.float64)), bits.view(np.float64))


class Liar(np.ndarray[Any, Any]):
    """Says that it equals everything."""

    def __eq__(self, other: object) -> Any:
        return np.True_

    def __array_finalize__(self, obj: Any) -> None:
        self.extra = "hidden"


@pytest.mark.parametrize("make", [lambda a: a.view(Liar), lambda a: np.ma.masked_less(a, 2)], ids=["liar", "masked"])
def test_subclasses_of_ndarray_arrive_as_ndarrays(make: Any) -> None:
    plain = np.arange(6.0).reshape(2, 3)
    assert_same(cross(make(plain)), plain)


class MyFloat(float): ...


class MyInt(int): ...


class MyStr(str):
    __slots__ = ()


class MyList(list[Any]): ...


class MyTuple(tuple[Any, ...]):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        *(
            MyFloat(1),
            MyInt(1),
            MyStr("x"),
            MyList(),
            MyTuple(),
            OrderedDict(),
            object(),
            int,
            len,
            {1, 2},
            bytearray(1),
        ),
        np.array([None, 1], object),
        np.array(["2020-01-01"], "M8[D]"),
        np.zeros(2, [("a", "i4")]),
        np.datetime64("2020-01-01"),
        {object(): 1},
    ],
    ids=lambda value: type(value).__name__,
)
def test_everything_else_is_somebodys_object(value: Any) -> None:
    ref = RemoteRef(7, "object", "Thing")
    assert decode(encode([value], lambda found: ref), lambda found: ("resolved", found)) == [("resolved", ref)]
    assert not is_data([value])
    with pytest.raises(CodecError):
        encode(value)


@given(
    st.builds(RemoteRef, st.integers(0, 2**32 - 1), st.text(max_size=30), st.text(max_size=30))
    | st.builds(PathRef, st.text(max_size=30), st.text(max_size=30))
    | st.builds(
        LentRef,
        st.integers(0, 2**32 - 1),
        st.text(max_size=30),
        st.lists(st.text(max_size=9), max_size=5).map(tuple),
        st.booleans(),
    )
)
def test_references_arrive_as_they_were_sent(ref: Reference) -> None:
    assert decode(encode(ref), lambda found: found) == ref


def test_long_names_are_cut_between_two_characters() -> None:
    ref = decode(encode(RemoteRef(1, "object", "ä" * 150 + "x")), lambda found: found)
    assert ref.type_name == "ä" * 100


# --- what does not ----------------------------------------------------------------------------------------------------


def test_a_list_that_contains_itself_does_not_cross() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(TooLarge):
        encode(endless)


def nested(depth: int) -> Any:
    value: Any = None
    for _ in range(depth):
        value = [value]
    return value


def test_depth_has_the_same_bound_in_both_directions() -> None:
    assert cross(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    with pytest.raises(TooLarge):
        encode(nested(MAX_DEPTH + 1))
    with pytest.raises(CodecError):
        decode((b"l" + u32(1)) * (MAX_DEPTH + 1) + b"N")


def test_so_has_the_number_of_elements() -> None:
    assert cross([None] * MAX_ELEMENTS) == [None] * MAX_ELEMENTS
    with pytest.raises(TooLarge):
        encode([[None] * MAX_ELEMENTS])
    with pytest.raises(CodecError):
        decode(b"l" + u32(1) + b"l" + u32(MAX_ELEMENTS) + b"N" * MAX_ELEMENTS)


def test_and_the_number_of_dimensions() -> None:
    assert cross(np.zeros((1,) * MAX_NDIM)).ndim == MAX_NDIM
    with pytest.raises(TooLarge):
        encode(np.zeros((1,) * (MAX_NDIM + 1)))
    with pytest.raises(CodecError):
        decode(b"A\x03<f8" + bytes([MAX_NDIM + 1]) + u32(1) * (MAX_NDIM + 1) + bytes(8))


def test_and_of_references() -> None:
    ref = RemoteRef(1, "object", "Thing")
    crossed = decode(encode([ref] * MAX_REFERENCES), lambda found: found)
    assert crossed == [ref] * MAX_REFERENCES
    with pytest.raises(TooLarge):
        encode([ref] * (MAX_REFERENCES + 1))
    many = b"l" + u32(MAX_REFERENCES + 1) + encode(ref) * (MAX_REFERENCES + 1)
    with pytest.raises(CodecError):
        decode(many, lambda found: found)


@pytest.mark.parametrize("shape", [(0, 2**31, 2**31), (2**32 - 1, 0), (0,) + (2**32 - 1,) * 15])
def test_an_empty_array_is_not_empty_in_other_dimensions(shape: tuple[int, ...]) -> None:
    dims = b"".join(map(u32, shape))
    with pytest.raises(CodecError):
        decode(b"A\x03<f8" + bytes([len(shape)]) + dims)


def test_a_broadcast_giant_is_refused_before_it_is_copied() -> None:
    with cheaply(), pytest.raises(TooLarge):
        encode(np.broadcast_to(np.float64(1), (1 << 20, 1 << 20)))


def test_a_bool_is_true_or_false() -> None:
    strange = decode(b"A\x03|b1\x01" + u32(3) + b"\x00\x01\x07")
    assert strange.view(np.uint8).tolist() == [0, 1, 1]


def test_text_is_unicode() -> None:
    with pytest.raises(CodecError):
        decode(b"A\x03<U1\x01" + u32(1) + b"\xff\xff\xff\xff")
    with pytest.raises(CodecError):
        decode(b"s" + u32(1) + b"\xff")


@pytest.mark.parametrize(
    "dtype",
    ["<f16", "|O8", "|V4", "<M8", "f8", ">f8", "=f8", "<f3", "<U0", "<U4097", "<i4,", "(2)f8", "<f²", "<U9" + "9" * 30],
)
def test_a_dtype_that_is_not_listed_is_refused(dtype: str) -> None:
    data = dtype.encode()
    with cheaply(), pytest.raises(CodecError):
        decode(b"G" + bytes([len(data)]) + data + bytes(64))


@pytest.mark.parametrize("key", [[1], {}, np.zeros(2), ([],)], ids=repr)
def test_a_key_that_cannot_be_hashed_is_refused(key: Any) -> None:
    with pytest.raises(CodecError):
        decode(b"m" + u32(1) + encode(key) + b"N")


def test_an_object_is_no_key() -> None:
    ref = encode(RemoteRef(1, "object", "Thing"))
    with pytest.raises(CodecError):
        decode(b"m" + u32(1) + ref + b"N", lambda found: found)
    with pytest.raises(CodecError):
        decode(b"m" + u32(1) + b"t" + u32(1) + ref + b"N", lambda found: found)
    assert decode(b"m" + u32(1) + b"N" + ref, lambda found: found) == {None: RemoteRef(1, "object", "Thing")}


def test_references_are_refused_where_only_data_may_stand() -> None:
    with pytest.raises(CodecError):
        decode(encode(RemoteRef(1, "object", "Thing")))


# --- bytes that are no value ------------------------------------------------------------------------------------------


def only_codec_errors(data: bytes) -> None:
    with suppress(CodecError):
        decode(data, lambda ref: ref)


@given(st.binary(max_size=200))
@settings(max_examples=500)
def test_any_bytes_are_a_value_or_a_codec_error(data: bytes) -> None:
    only_codec_errors(data)


@given(
    st.lists(
        st.sampled_from([bytes([tag]) for tag in b"NTFiIdcsblmtSAGRLP"])
        | st.sampled_from(
            [b"\x03<f8", b"\x03|b1", b"\x03<U2", b"\x03|S3", u32(0), u32(1), u32(3), u32(2**32 - 1), b"\x00", b"\x02"]
        )
        | st.binary(max_size=9),
        max_size=40,
    ).map(b"".join)
)
@settings(max_examples=500)
def test_so_are_bytes_that_look_like_values(data: bytes) -> None:
    only_codec_errors(data)


@given(values, st.data())
@settings(max_examples=150)
def test_so_are_values_with_something_changed(value: Any, data: st.DataObject) -> None:
    good = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(good)))
        how = data.draw(st.sampled_from(["replace", "insert", "delete", "cut"]))
        if how == "cut":
            del good[at:]
        elif how == "insert":
            good[at:at] = data.draw(st.binary(max_size=5))
        elif how == "delete":
            del good[at : at + data.draw(st.integers(1, 5))]
        else:
            good[at : at + 1] = data.draw(st.binary(min_size=1, max_size=1))
    only_codec_errors(bytes(good))


@given(values, st.binary(min_size=1, max_size=5))
def test_nothing_may_follow_the_value(value: Any, more: bytes) -> None:
    with pytest.raises(CodecError):
        decode(encode(value) + more)


@pytest.mark.parametrize(
    "bomb",
    [
        b"s" + u32(2**32 - 1),
        b"b" + u32(2**31) + b"x" * 100,
        b"I" + u32(2**32 - 1) + b"\x01" * 600,
        b"l" + u32(2**32 - 1),
        b"l" + u32(MAX_ELEMENTS),
        b"m" + u32(MAX_KEYS),
        b"m" + u32(MAX_KEYS + 1) + b"NN" * (MAX_KEYS + 1),
        (b"l" + u32(MAX_ELEMENTS // 2)) * 60,
        (b"t" + u32(2)) * 100_000,
        b"A\x03<f8\x02" + u32(2**32 - 1) * 2,
        b"A\x03<f8\x10" + u32(2**32 - 1) * 16,
        b"A\x06<U4096\x01" + u32(2**20),
        b"L" + u32(1) + b"\x00\x00" + u32(2**32 - 1),
        b"S" * 100_000,
    ],
    ids=lambda bomb: repr(bytes(bomb[:12])),
)
def test_an_announced_size_costs_nothing(bomb: bytes) -> None:
    with cheaply(seconds=0.5, mib=1), pytest.raises(CodecError):
        decode(bomb, lambda ref: ref)


@pytest.mark.parametrize(
    "element",
    [b"N", b"l" + u32(0), b"m" + u32(0), b"A\x03<f8\x00" + bytes(8), b"A\x03<f8\x01" + u32(0), b"G\x03<i2\x00\x00"],
)
def test_a_million_small_elements_take_seconds_and_megabytes(element: bytes) -> None:
    part = MAX_ELEMENTS // 100  # tracing makes it slow
    data = b"l" + u32(part) + element * part
    with cheaply(seconds=4, mib=800 / 100):
        assert len(decode(data)) == part


def test_keys_that_all_collide_are_bounded() -> None:
    modulus = 2**61 - 1  # ints that differ by it have the same hash
    data = b"m" + u32(MAX_KEYS) + b"".join(encode(5 + at * modulus * 2**64) + b"N" for at in range(MAX_KEYS))
    assert len({hash(5 + at * modulus * 2**64) for at in range(9)}) == 1
    start = time.process_time()
    assert len(decode(data)) == MAX_KEYS
    assert time.process_time() - start < 10

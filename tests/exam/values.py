"""Values that may cross the seam, drawn at random, and what it means that one has arrived."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from exam.codec import Refer, Resolve, refuse
from exam.decoder import Decoder
from exam.encoder import Encoder

LARGEST_INT = (1 << (512 * 8 - 1)) - 1


def encode(value: Any, refer: Refer = refuse) -> bytes:
    return Encoder(refer).encode(value)


def decode(data: bytes, resolve: Resolve | None = None) -> Any:
    return Decoder(data, resolve).decode()


def cross(value: Any) -> Any:
    return decode(encode(value))


texts = st.text(st.characters(), max_size=20) | st.just("\ud800 alone \udfff") | st.just("\0")
ints = st.integers() | st.sampled_from([0, -1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, LARGEST_INT, -LARGEST_INT])
floats = st.floats() | st.binary(min_size=8, max_size=8).map(lambda raw: struct.unpack("<d", raw)[0])
atoms = st.none() | st.booleans() | ints | floats | st.complex_numbers() | texts | st.binary(max_size=20)

dtypes = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.unsigned_integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64))
    | hnp.complex_number_dtypes(endianness="?", sizes=(64, 128))
    | hnp.unicode_string_dtypes(endianness="?", min_len=1, max_len=5)
    | hnp.byte_string_dtypes(min_len=1, max_len=5)
)
shapes = hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    """Any byte pattern a dtype may hold, in any layout of memory: transposed, strided, backwards, broadcast."""
    dtype, shape = draw(dtypes), draw(shapes)
    array = draw(hnp.arrays(dtype, shape)) if dtype.kind in "USb" else _any_bits(draw, dtype, shape)
    layout = draw(st.sampled_from(["as it is", "transposed", "backwards", "every second", "broadcast", "read-only"]))
    if layout == "transposed":
        array = array.T
    elif layout == "backwards" and array.ndim:
        array = array[::-1]
    elif layout == "every second" and array.ndim:
        array = array[..., ::2]
    elif layout == "broadcast":
        array = np.broadcast_to(array, (3, *array.shape))
    elif layout == "read-only":
        array.flags.writeable = False
    return array


def _any_bits(draw: st.DrawFn, dtype: np.dtype[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    size = dtype.itemsize * int(np.prod(shape))
    return np.frombuffer(bytearray(draw(st.binary(min_size=size, max_size=size))), dtype).reshape(shape)


scalars = arrays().filter(lambda array: array.size > 0).map(lambda array: array.reshape(-1)[0])
keys = st.none() | st.booleans() | ints | texts | st.binary(max_size=5) | st.tuples(ints, texts)
leaves = atoms | arrays() | scalars | st.slices(9)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.builds(slice, inner, inner, inner)
    ),
    max_leaves=15,
)


def assert_same(arrived: Any, sent: Any) -> None:
    """Same exact type and the same bits."""
    if isinstance(sent, np.ndarray | np.generic):
        _assert_same_array(arrived, sent)
        return
    assert type(arrived) is type(sent)
    if isinstance(sent, list | tuple):
        assert len(arrived) == len(sent)
        for first, second in zip(arrived, sent, strict=True):
            assert_same(first, second)
    elif isinstance(sent, dict):
        assert_same(list(arrived), list(sent))
        assert_same(list(arrived.values()), list(sent.values()))
    elif isinstance(sent, slice):
        assert_same((arrived.start, arrived.stop, arrived.step), (sent.start, sent.stop, sent.step))
    elif isinstance(sent, float | complex):
        assert struct.pack("<dd", arrived.real, arrived.imag) == struct.pack("<dd", sent.real, sent.imag)
    else:
        assert arrived == sent


def _assert_same_array(arrived: Any, sent: Any) -> None:
    native = sent.dtype.newbyteorder("=")
    if isinstance(sent, np.ndarray):
        assert type(arrived) is np.ndarray
        assert arrived.shape == sent.shape
        assert arrived.flags.writeable
        assert arrived.flags.owndata or arrived.base.flags.owndata
    else:
        assert type(arrived) is native.type
    assert arrived.dtype == native
    assert np.asarray(arrived).tobytes() == np.asarray(sent).astype(native).tobytes()

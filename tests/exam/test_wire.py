"""Messages are recognised or Garbled; frames arrive whole, in time, or with the reason why not."""

from __future__ import annotations

import dataclasses
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exam.channel import Channel, Closed, Late
from exam.codec import CodecError, LentRef, PathRef, RemoteRef, TooLarge
from exam.wire import MESSAGES, Answer, Begun, Ended, Garbled, Ready, WireError, from_bytes, to_bytes
from tests.exam.values import assert_same, encode, values

MIB = 1 << 20
EXAMPLES: dict[str, Any] = {
    "int": 7,
    "float": 1.5,
    "str": "text",
    "bool": True,
    "list[Any]": [1],
    "list[str]": ["a"],
    "list[int]": [1],
    "dict[str, Any]": {"a": 1},
    "dict[str, bytes]": {"a": b"1"},
    "Any": (1, None),
}


def example(cls: type[Any]) -> Any:
    return cls(*(EXAMPLES[str(field.type)] for field in dataclasses.fields(cls)))


# --- messages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", MESSAGES.values(), ids=MESSAGES)
def test_every_message_arrives_as_it_was_sent(cls: type[Any]) -> None:
    assert from_bytes(to_bytes(example(cls))) == example(cls)


@given(values)
def test_an_answer_carries_any_value(value: Any) -> None:
    assert_same(from_bytes(to_bytes(Answer(value))).value, value)


@pytest.mark.parametrize("base", [None, 1, b"", ["MemoryError"], np.array(["a", "b"])])
def test_a_list_that_holds_something_else_is_garbled(base: Any) -> None:
    raised = dataclasses.replace(example(MESSAGES["Raised"]), bases=["ValueError", base])
    with pytest.raises(Garbled):
        from_bytes(to_bytes(raised))


@pytest.mark.parametrize("cls", MESSAGES.values(), ids=MESSAGES)
def test_a_field_of_the_wrong_type_is_garbled(cls: type[Any]) -> None:
    for field in dataclasses.fields(cls):
        if field.type != "Any":
            wrong = dataclasses.replace(example(cls), **{field.name: None})
            with pytest.raises(Garbled):
                from_bytes(to_bytes(wrong))


def test_a_bool_is_no_int_and_an_int_no_float() -> None:
    for wrong in (Ended("asked", True, 0.0, 0.0, 0.0, ""), Ended("asked", 0, 0, 0.0, 0.0, "")):
        with pytest.raises(Garbled):
            from_bytes(to_bytes(wrong))


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        [1],
        ["Nonsense"],
        ["Ready"],
        ["Ready", 1, "a", "b", "c"],
        ("Begun",),
        "Begun",
        [b"Begun"],
        {"Begun": 1},
    ],
    ids=repr,
)
def test_what_is_no_message_is_garbled(value: Any) -> None:
    with pytest.raises(Garbled):
        from_bytes(encode(value))


@given(st.binary(max_size=300) | values.map(encode) | values.map(lambda value: encode(["Answer", value, 1])))
def test_any_bytes_are_a_message_or_garbled(data: bytes) -> None:
    with suppress(Garbled):
        assert type(from_bytes(data)).__name__ in MESSAGES


@pytest.mark.parametrize("ref", [RemoteRef(1, "object", "T"), LentRef(1, "T", (), True), PathRef("m", "n")], ids=repr)
def test_a_reference_is_garbled_where_only_data_may_stand(ref: Any) -> None:
    with pytest.raises(Garbled):
        from_bytes(to_bytes(Answer(ref)))


def test_a_reference_that_was_never_given_is_garbled() -> None:
    def resolve(ref: Any) -> Any:
        raise CodecError("never given")

    with pytest.raises(Garbled):
        from_bytes(to_bytes(Answer(RemoteRef(1, "object", "T"))), resolve)


# --- frames -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    """A channel for frames of up to 4 MiB, and the naked other end."""
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        yield Channel(ours, 4 * MIB), theirs


def soon(seconds: float = 0.05) -> float:
    return time.monotonic() + seconds


def frame(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def test_frames_arrive_one_by_one(ends: tuple[Channel, socket.socket]) -> None:
    channel, other = ends
    other.sendall(frame(b"one") + frame(b"") + frame(b"three"))
    assert [bytes(channel.receive(soon())) for _ in range(3)] == [b"one", b"", b"three"]


def test_a_frame_larger_than_any_buffer_arrives_whole(ends: tuple[Channel, socket.socket]) -> None:
    channel, other = ends
    data = bytes(range(256)) * (4 * MIB // 256)
    reader = Channel(other, 4 * MIB)
    received: list[bytes] = []
    thread = threading.Thread(target=lambda: received.append(bytes(reader.receive(soon(20)))))
    thread.start()
    channel.send(data, soon(20))
    thread.join()
    assert received == [data]


def test_no_byte_is_read_beyond_the_frame(ends: tuple[Channel, socket.socket]) -> None:
    channel, other = ends
    other.sendall(frame(b"one") + b"rest")
    channel.receive(soon())
    assert channel.sock.recv(10) == b"rest"


def test_silence_is_late(ends: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(Late):
        ends[0].receive(soon())
    assert not ends[0].readable(soon())


@pytest.mark.parametrize("sent", [b"\x00\x00", frame(b"whole")[:-1]], ids=["within the length", "within the frame"])
def test_half_a_frame_is_late(ends: tuple[Channel, socket.socket], sent: bytes) -> None:
    channel, other = ends
    other.sendall(sent)
    with pytest.raises(Late):
        channel.receive(soon())


def test_a_slow_drip_does_not_extend_the_deadline(ends: tuple[Channel, socket.socket]) -> None:
    channel, other = ends
    enough = threading.Event()

    def drip() -> None:
        other.sendall((1 << 20).to_bytes(4, "big"))
        while not enough.wait(0.005):
            other.sendall(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    start = time.monotonic()
    with pytest.raises(Late):
        channel.receive(soon(0.1))
    assert time.monotonic() - start < 2
    enough.set()
    thread.join()


class Fountain(socket.socket):
    """A stream that always has one more byte, however fast it is read."""

    def recv(self, size: int, flags: int = 0) -> bytes:
        return b"x"


def test_neither_does_a_stream_that_never_pauses() -> None:
    with Fountain(socket.AF_UNIX) as fountain, pytest.raises(Late):
        Channel(fountain, MIB).exactly(MIB, soon())


@pytest.mark.parametrize("sent", [b"", b"\x00", b"\x00\x00\x00\x05abc"], ids=repr)
def test_an_end_within_a_frame_is_closed(ends: tuple[Channel, socket.socket], sent: bytes) -> None:
    channel, other = ends
    other.sendall(sent)
    other.close()
    with pytest.raises(Closed):
        channel.receive(soon())


def test_an_announcement_beyond_the_limit_is_garbled(ends: tuple[Channel, socket.socket]) -> None:
    channel, other = ends
    other.sendall((4 * MIB + 1).to_bytes(4, "big"))
    with pytest.raises(Garbled):
        channel.receive(soon())


def test_who_does_not_read_makes_the_sender_late(ends: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(Late):
        ends[0].send(bytes(4 * MIB), soon())


def test_nobody_there_to_read_is_closed(ends: tuple[Channel, socket.socket]) -> None:
    ends[1].close()
    with pytest.raises(Closed):
        ends[0].send(b"anything", soon())


def test_a_closed_channel_says_so(ends: tuple[Channel, socket.socket]) -> None:
    channel, _ = ends
    channel.close()
    for use in (lambda: channel.receive(soon()), lambda: channel.send(b"", soon()), lambda: channel.readable(soon())):
        with pytest.raises(Closed):
            use()


def test_too_large_a_frame_is_not_sent_at_all(ends: tuple[Channel, socket.socket]) -> None:
    channel, other = ends
    with pytest.raises(TooLarge):
        channel.send(bytes(4 * MIB + 1))
    channel.send(b"next", soon())
    assert other.recv(100) == frame(b"next")


def test_hear_wants_the_one_message_that_is_due(ends: tuple[Channel, socket.socket]) -> None:
    channel, other = ends
    other.sendall(frame(to_bytes(Ready(1, "3", "2"))) + frame(to_bytes(Begun())))
    assert channel.hear(Ready, soon()) == Ready(1, "3", "2")
    with pytest.raises(Garbled):
        channel.hear(Ready, soon())


@given(st.binary(max_size=60))
def test_any_stream_is_frames_or_a_wire_error(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        theirs.sendall(data)
        theirs.close()
        channel = Channel(ours, 50)
        with pytest.raises(WireError):
            receive_for_ever(channel)


def receive_for_ever(channel: Channel) -> None:
    while True:
        from_bytes(channel.receive(soon(5)))

"""A candidate that follows a script in place of the protocol: its supervisor and the processes of its cases, played by
threads at the other ends of the examiner's streams."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from exam.channel import Channel
from exam.codec import CodecError
from exam.conversation import CaseLimits, Patience
from exam.proxies import make_remote
from exam.seam import Seam
from exam.wire import PROTOCOL, Begin, Begun, End, Ended, Look, Ready, Seen, WireError, from_bytes, to_bytes
from tests.exam.small import LIMITS

WALL_S = 0.25
HURRIED = replace(LIMITS, case_wall_s=WALL_S, call_cpu_s=0.1, value_mib=1)
PATIENCE = Patience(control_wait_s=0.5, callbacks=50)
SLACK_S = 3.0
"""What a busy machine may add to any deadline."""


def frame(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


@dataclass(frozen=True)
class Send:
    """Raw bytes, whatever they are."""

    data: bytes

    def play(self, stream: socket.socket) -> None:
        stream.sendall(self.data)


def say(message: Any) -> Send:
    return Send(frame(to_bytes(message)))


@dataclass(frozen=True)
class Hear:
    """Wait for a question, as an honest candidate would."""

    def play(self, stream: socket.socket) -> None:
        size = int.from_bytes(stream.recv(4, socket.MSG_WAITALL), "big")
        stream.recv(size, socket.MSG_WAITALL)


@dataclass(frozen=True)
class Drip:
    """Bytes of one long frame, one by one, so that there is always another one."""

    def play(self, stream: socket.socket) -> None:
        stream.sendall((1 << 20).to_bytes(4, "big"))
        while True:
            stream.sendall(b"N")


@dataclass(frozen=True)
class Flood:
    """One message again and again, without waiting for anything."""

    message: Any

    def play(self, stream: socket.socket) -> None:
        data = frame(to_bytes(self.message))
        while True:
            stream.sendall(data)


@dataclass(frozen=True)
class Stall:
    """Nothing more, but the stream stays open."""

    def play(self, stream: socket.socket) -> None:
        while stream.recv(1 << 16):
            pass


Move = Send | Hear | Drip | Flood | Stall


def _begun(control: socket.socket, stream: socket.socket) -> None:
    socket.send_fds(control, [frame(to_bytes(Begun()))], [stream.fileno()])


@dataclass(frozen=True)
class Manners:
    """How the supervisor behaves; honest where nothing else is said."""

    ready: bytes = frame(to_bytes(Ready(PROTOCOL, "3", "2")))
    begun: Callable[[socket.socket, socket.socket], None] = _begun
    seen: bytes = frame(to_bytes(Seen(0.0, "printed")))
    ended: bytes = frame(to_bytes(Ended("asked", 0, 0.1, 0.0, 1.0, "")))


def _supervise(
    control: socket.socket, manners: Manners, script: Sequence[Move], actors: list[threading.Thread]
) -> None:
    channel = Channel(control, 64 << 20)
    with contextlib.suppress(WireError, OSError):
        control.sendall(manners.ready)
        while True:
            message = from_bytes(channel.receive())
            if isinstance(message, Begin):
                ours, theirs = socket.socketpair()
                manners.begun(control, ours)
                ours.close()
                actors.append(threading.Thread(target=_act, args=(theirs, script), daemon=True))
                actors[-1].start()
            elif isinstance(message, Look):
                control.sendall(manners.seen)
            elif isinstance(message, End):
                control.sendall(manners.ended)


def _act(stream: socket.socket, script: Sequence[Move]) -> None:
    with contextlib.suppress(OSError), stream:
        for move in script:
            move.play(stream)


@contextmanager
def lying(
    script: Sequence[Move] = (),
    manners: Manners = Manners(),
    limits: CaseLimits = HURRIED,
    patience: Patience = PATIENCE,
    prepared: bool = True,
) -> Iterator[Seam]:
    """The examiner's end of a conversation with such a candidate. At the end the examiner has closed all its ends, or
    those who play at the others would never notice."""
    ours, theirs = socket.socketpair()
    actors: list[threading.Thread] = []
    thread = threading.Thread(target=_supervise, args=(theirs, manners, script, actors), daemon=True)
    thread.start()
    seam = Seam(ours, limits, make_remote, patience)
    try:
        if prepared:
            seam.prepare({}, time.monotonic() + 5)
        yield seam
    finally:
        if seam.running:
            seam.case.channel.close()
        ours.close()
        for player in (thread, *actors):
            player.join(10)
            assert not player.is_alive()
        theirs.close()


@contextmanager
def quickly(seconds: float) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds + SLACK_S


def encodable(value: Any) -> bool:
    try:
        to_bytes(value)
    except CodecError:
        return False
    return True

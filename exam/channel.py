"""Frames over a stream: a 4-byte big-endian length and that many bytes. Every wait has a deadline, every length a
bound, and an announced length costs nobody memory before its bytes are there."""

from __future__ import annotations

import select
import socket
import struct
import time
from typing import Any, TypeVar

from exam.codec import TooLarge
from exam.wire import Garbled, WireError, from_bytes, to_bytes

_HEADER = struct.Struct(">I")
_PART_BYTES = 1 << 20
_AHEAD_BYTES = 1 << 13
M = TypeVar("M")


class Closed(WireError):
    """The other end is gone."""


class Late(WireError):
    """The deadline passed before a whole frame had crossed."""


class Channel:
    """Frames over a connected Unix socket. Deadlines are times of time.monotonic(); None waits for ever.

    Reads no byte beyond the frame it is asked for, since file descriptors may travel beside the next one; unless
    ``ahead``, which takes a small frame with its length in one read.
    """

    def __init__(self, sock: socket.socket, max_frame_bytes: int, ahead: bool = False) -> None:
        sock.setblocking(False)  # most reads and writes succeed at once; a timeout would poll before each
        self.sock = sock
        self.max_frame_bytes = max_frame_bytes
        self._least_bytes = _AHEAD_BYTES if ahead else 0
        self._unread = bytearray()
        self._incoming = select.poll()
        self._incoming.register(sock, select.POLLIN)

    def send(self, data: bytes, deadline: float | None = None) -> None:
        """Send one frame. Raises Closed, Late, or TooLarge (then nothing was sent)."""
        self.check_size(data)
        rest = memoryview(_HEADER.pack(len(data)) + data)
        while rest:
            try:
                rest = rest[self.sock.send(rest) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)
            except OSError as error:
                raise Closed(str(error)) from error

    def check_size(self, data: bytes) -> None:
        """Raises TooLarge where ``data`` is no frame of this channel."""
        if len(data) > self.max_frame_bytes:
            raise TooLarge(f"a value of more than {self.max_frame_bytes >> 20} MiB")

    def receive(self, deadline: float | None = None) -> bytearray:
        """One frame. Raises Closed, Late, or Garbled where it announces more than it may."""
        (size,) = _HEADER.unpack(self.exactly(_HEADER.size, deadline))
        if size > self.max_frame_bytes:
            raise Garbled(f"a frame of {size} bytes")
        return self.exactly(size, deadline)

    def exactly(self, size: int, deadline: float | None) -> bytearray:
        """``size`` bytes, framed or not. Raises Closed or Late."""
        data, self._unread = self._unread, bytearray()
        while len(data) < size:
            try:
                part = self.sock.recv(min(max(size - len(data), self._least_bytes), _PART_BYTES))
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            except OSError as error:
                raise Closed(str(error)) from error
            if not part:
                raise Closed("the other end is gone")
            data += part
            if deadline is not None and time.monotonic() > deadline:
                raise Late("no whole frame in time")
        if len(data) > size:
            data, self._unread = data[:size], data[size:]
        return data

    def readable(self, deadline: float | None) -> bool:
        """Whether there is something to receive, or an end to notice, before ``deadline``."""
        return bool(self._unread) or self._ready(select.POLLIN, deadline)

    def _wait(self, event: int, deadline: float | None) -> None:
        if not self._ready(event, deadline):
            raise Late("no whole frame in time" if event == select.POLLIN else "the other end does not read")

    def _ready(self, event: int, deadline: float | None) -> bool:
        if self.sock.fileno() < 0:
            raise Closed("closed at this end")
        poll = self._incoming
        if event != select.POLLIN:
            poll = select.poll()
            poll.register(self.sock, event)
        left_ms = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
        return bool(poll.poll(left_ms))

    def say(self, message: Any, deadline: float | None = None) -> None:
        """Send a message of plain data."""
        self.send(to_bytes(message), deadline)

    def hear(self, expected: type[M], deadline: float | None = None) -> M:
        """Receive a message of plain data that must be an ``expected``; anything else is Garbled."""
        message = from_bytes(self.receive(deadline))
        if not isinstance(message, expected):
            raise Garbled(f"{type(message).__name__} where {expected.__name__} was due")
        return message

    def close(self) -> None:
        self.sock.close()

"""The untrusted end of a case: a forked process that loads the student's modules and does what it is asked.

Runs beside the student's code and protects nothing: whatever it sends is a claim that the examiner checks. It holds no
expected value, no test and no name of a student.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from typing import Any

from exam.channel import Channel, Closed
from exam.codec import CodecError
from exam.describing import describe
from exam.lent import ExaminerRefused, refusal
from exam.objects import Objects
from exam.operations import perform
from exam.wire import Answer, Ask, Callback, Refused, Returned, from_bytes, to_bytes


class Respondent:
    """Answers one case's questions until the examiner hangs up."""

    def __init__(self, channel: Channel, root: str) -> None:
        self._channel = channel
        self._root = os.path.join(root, "")
        self._objects = Objects(self._call_back)
        self._thread = threading.get_ident()

    def serve(self) -> None:
        """Answer until the stream ends."""
        while True:
            try:
                self._channel.send(self._respond(self._receive()))
            except Closed:
                return

    def _receive(self) -> Any:
        self._channel.readable(None)  # waiting first spares a read that finds nothing
        return from_bytes(self._channel.receive(), self._objects.resolve)

    def _respond(self, ask: Ask) -> bytes:
        """The answer to send. Whatever the student's code raises becomes one; SystemExit is the student's too."""
        try:
            for number in ask.release:
                self._objects.forget(number)
            self._objects.check()
            answer = to_bytes(Answer(perform(self._objects, ask)), self._objects.refer)
            self._channel.check_size(answer)
        except CodecError as error:
            answer = to_bytes(describe(ValueError(f"This cannot be handed to the test: {error}."), self._root, 0))
        except BaseException as error:
            answer = to_bytes(describe(error, self._root, _token(error)))
        _flush()
        return answer

    def _call_back(
        self, op: str, target: int, name: str, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Ask the examiner to use one of its objects; answers questions that come in the meantime."""
        if threading.get_ident() != self._thread:
            raise RuntimeError("objects of the test can only be used from the main thread")
        self._channel.send(to_bytes(Callback(op, target, name, args, kwargs or {}), self._objects.refer))
        while True:
            message = self._receive()
            if isinstance(message, Returned):
                self._objects.check()
                return message.value
            if isinstance(message, Refused):
                raise refusal(message)
            self._channel.send(self._respond(message))


def _token(error: BaseException) -> int:
    return error.token if isinstance(error, ExaminerRefused) and type(error.token) is int else 0


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - in each answer; suppress() takes five times as long
            stream.flush()
        except BaseException:  # noqa: S110 - the student may have closed or replaced it
            pass


def answer(sock: socket.socket, root: str, max_frame_bytes: int) -> None:
    """Serve one case on ``sock``; the student's files lie below ``root``."""
    Respondent(Channel(sock, max_frame_bytes, ahead=True), root).serve()

"""The examiner's end of the seam: one conversation per case, in which the student's objects are used by reference.

Everything the candidate sends is a claim. It can lie about values (then it is wrong), stall (a deadline ends the
case), flood (sizes are limited), die (that case is over) or send garbage (likewise); nothing else can happen here.
"""

from __future__ import annotations

import itertools
import socket
import time
from typing import Any, Protocol

from exam.channel import Channel, Closed, Late
from exam.codec import CodecError, LentRef, PathRef, Reference, RemoteRef, TooLarge
from exam.conversation import CaseLimits, Conversation, Patience
from exam.errors import CandidateGone, CannotCross, CaseOver, SuiteMistake, raised_here
from exam.wire import (
    PROTOCOL,
    Answer,
    Ask,
    Begin,
    Begun,
    Callback,
    End,
    Ended,
    Garbled,
    Look,
    Prepare,
    Raised,
    Ready,
    Seen,
    WireError,
    from_bytes,
    to_bytes,
)

MAX_CONTROL_BYTES = 64 << 20
_PATIENCE = Patience()
_MAX_RELEASED = 2_000
_MAX_BEGUN_BYTES = 64
_MIB = 1 << 20


class MakeRemote(Protocol):
    def __call__(self, seam: Seam, ref: RemoteRef, case: int) -> Any: ...


class Seam:
    """Opens, asks and closes cases over the supervisor's ``control`` stream. ``make_remote`` makes the proxies."""

    def __init__(
        self, control: socket.socket, limits: CaseLimits, make_remote: MakeRemote, patience: Patience = _PATIENCE
    ) -> None:
        self._control = Channel(control, MAX_CONTROL_BYTES)
        self._limits = limits
        self._patience = patience
        self._make_remote = make_remote
        self._numbers = itertools.count(1)
        self._case: Conversation | None = None

    def prepare(self, files: dict[str, bytes], deadline: float) -> Ready:
        """Hand over the student's files. Raises CandidateGone."""
        try:
            ready = self._control.hear(Ready, deadline)
            if ready.protocol != PROTOCOL:
                raise CandidateGone(f"the candidate speaks protocol {ready.protocol}, the examiner {PROTOCOL}")
            self._control.say(Prepare(PROTOCOL, files), deadline)
        except WireError as error:
            raise CandidateGone(str(error)) from error
        return ready

    # --- cases ------------------------------------------------------------------------------------------------------

    @property
    def case(self) -> Conversation:
        """The running case. Raises SuiteMistake outside of one."""
        if self._case is None:
            raise SuiteMistake("the student's code can only be used while a test runs, not at import or collection")
        return self._case

    @property
    def running(self) -> bool:
        return self._case is not None

    def begin(self, seed: int, limits: CaseLimits | None = None) -> None:
        """Fork a process for a new case, with limits of its own where it has some. Raises CandidateGone."""
        limits = limits or self._limits
        deadline = time.monotonic() + self._patience.control_wait_s
        try:
            self._control.say(Begin(seed, limits.__dict__), deadline)
            stream = self._receive_stream(deadline)
        except WireError as error:
            raise CandidateGone(str(error)) from error
        channel = Channel(stream, limits.value_mib * _MIB, ahead=True)
        self._case = Conversation(channel, limits, time.monotonic() + limits.case_wall_s, next(self._numbers))

    def _receive_stream(self, deadline: float) -> socket.socket:
        """The frame Begun with exactly one stream beside it."""
        if not self._control.readable(deadline):
            raise Late("no new case")
        try:
            head, fds, _, _ = socket.recv_fds(self._control.sock, 4, 4)
        except OSError as error:
            raise Closed(str(error)) from error
        streams = _sockets(fds)
        try:
            if not head:
                raise Closed("the supervisor is gone")
            size = int.from_bytes(head, "big")
            if len(head) != 4 or size > _MAX_BEGUN_BYTES or len(streams) != 1:
                raise Garbled("not a case's stream")
            if not isinstance(from_bytes(self._control.exactly(size, deadline)), Begun):
                raise Garbled("not a case's stream")
            return streams.pop()
        finally:
            for stream in streams:
                stream.close()

    def end(self) -> Ended:
        """Kill what is left of the case; what it used and how it ended. Raises CandidateGone."""
        case, self._case = self.case, None
        case.channel.close()
        if case.ended is not None:
            return case.ended
        deadline = time.monotonic() + self._patience.control_wait_s
        try:
            self._control.say(End(died=case.over is not None and case.over.reason == "died"), deadline)
            return self._control.hear(Ended, deadline)
        except WireError as error:
            raise CandidateGone(str(error)) from error

    # --- questions --------------------------------------------------------------------------------------------------

    def ask(
        self,
        op: str,
        target: Any = None,
        name: str = "",
        args: Any = (),
        kwargs: Any = None,
        keep: bool = False,
        doing: str = "",
    ) -> Any:
        """Have the candidate do ``op``; its result. Raises StudentRaised, or CaseOver where no answer will come."""
        case = self.case
        case.check()
        data = self._question(Ask(op, target, name, args, kwargs or {}, keep, case.take_released(_MAX_RELEASED)))
        outer, case.doing = case.doing, doing or f"{op} {name}".strip()
        try:
            case.channel.send(data, case.deadline)
            result = self._answer(case)
        except TooLarge as error:
            raise CannotCross(str(error)) from error
        except WireError as error:
            raise case.end_by(_reason(error, case)) from error
        except Exception:
            case.doing = outer
            raise
        case.doing = outer
        return result

    def _question(self, ask: Ask) -> bytes:
        try:
            return to_bytes(ask, self._refer)
        except TooLarge as error:
            raise CannotCross(str(error)) from error
        except CodecError as error:  # what the student's code has returned may be in it
            kind = CannotCross if self.case.answers > 0 else SuiteMistake
            raise kind(f"a value cannot be given to the student's code: {error}") from error

    def _answer(self, case: Conversation) -> Any:
        """Listen until the answer is there; serve the calls of lent objects that come before it."""
        while True:
            self._patiently(case)
            message = from_bytes(case.channel.receive(case.deadline), self._resolve)
            case.answers += 1
            if isinstance(message, Answer):
                return message.value
            if isinstance(message, Raised):
                raise case.lending.stashed(message.token) or raised_here(message, case.doing)
            if not isinstance(message, Callback):
                raise Garbled(f"{type(message).__name__} where an answer was due")
            if case.lending.calls >= self._patience.callbacks:
                raise case.end_by(CaseOver("too_many_calls", limit=self._patience.callbacks))
            case.channel.send(self._served(case, message), case.deadline)

    def _served(self, case: Conversation, message: Callback) -> bytes:
        """The reply to the use of a lent object. A result that cannot cross is refused like any other mistake."""
        reply = case.lending.serve(message)
        try:
            data = to_bytes(reply, self._refer)
            case.channel.check_size(data)
        except TooLarge as error:
            return to_bytes(case.lending.refused(CannotCross(str(error))))
        except CodecError as error:
            return to_bytes(case.lending.refused(CannotCross(f"a lent object returned what cannot cross: {error}")))
        return data

    def _patiently(self, case: Conversation) -> None:
        """Wait for the first byte of an answer, looking now and then at what the call has used."""
        since = time.monotonic()
        limit = case.limits.call_cpu_s
        while not case.channel.readable(min(case.deadline, time.monotonic() + limit)):
            if time.monotonic() >= case.deadline:
                raise Late("no answer")
            seen = self._look(case, since)
            if seen is None:
                raise Closed("the case's processes are gone")
            if seen.cpu_s > limit:
                raise case.end_by(CaseOver("call_cpu", limit_s=limit))

    def prints(self) -> str:
        """What the student's code has printed in this case so far."""
        case = self.case
        case.check()
        seen = self._look(case, case.started)
        if seen is None:
            raise case.end_by(CaseOver("died"))
        return seen.prints

    def _look(self, case: Conversation, since: float) -> Seen | None:
        """What the case has used since ``since`` (time.monotonic), and printed; None where it has ended by itself."""
        deadline = time.monotonic() + self._patience.control_wait_s
        try:
            if case.ended is None:
                self._control.say(Look(since), deadline)
                message = from_bytes(self._control.receive(deadline))
                if isinstance(message, Seen):
                    return message
                if not isinstance(message, Ended):
                    raise Garbled(f"{type(message).__name__} where Seen was due")
                case.ended = message
        except WireError as error:
            raise CandidateGone(str(error)) from error
        return None

    # --- references -------------------------------------------------------------------------------------------------

    def _refer(self, value: Any) -> Reference:
        ref = getattr(type(value), "exam_ref", None)
        if ref is not None:
            found: RemoteRef | PathRef = ref(value)
            return found
        return self.case.lending.lend(value)

    def _resolve(self, ref: Reference) -> Any:
        case = self.case
        if isinstance(ref, LentRef):
            return case.lending.owned(ref.id)
        if isinstance(ref, PathRef):
            raise CodecError("a path from the candidate")
        return case.remote(ref, lambda: self._make_remote(self, ref, case.number))


def _reason(error: WireError, case: Conversation) -> CaseOver:
    if isinstance(error, Late):
        return CaseOver("late", limit_s=case.limits.case_wall_s)
    if isinstance(error, Garbled):
        return CaseOver("garbled", detail=str(error)[:200])
    return CaseOver("died")


def _sockets(fds: list[int]) -> list[socket.socket]:
    """Connected streams of the file system, and nothing else that could be received; the rest is closed."""
    streams = []
    for fd in fds:
        try:
            stream = socket.socket(fileno=fd)
        except OSError:
            socket.close(fd)
            continue
        if (stream.family, stream.type) == (socket.AF_UNIX, socket.SOCK_STREAM):
            streams.append(stream)
        else:
            stream.close()
    return streams

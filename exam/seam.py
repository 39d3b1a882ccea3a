"""The examiner's end of the seam: one conversation per case, in which the student's objects are used by reference.

Everything the candidate sends is a claim. It can lie about values (then it is wrong), stall (a deadline ends the
case), flood (sizes are limited), die (that case is over) or send garbage (likewise); nothing else can happen here.
"""

from __future__ import annotations

import itertools
import socket
import time
import weakref
from dataclasses import dataclass, field
from typing import Any

from exam.codec import CodecError, LentRef, PathRef, RemoteRef
from exam.errors import CandidateGone, CaseOver, SuiteMistake, raised_here
from exam.lending import Lending
from exam.wire import (
    PROTOCOL,
    Answer,
    Ask,
    Begin,
    Begun,
    Callback,
    Channel,
    Closed,
    End,
    Ended,
    Garbled,
    Late,
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
MAX_CALLBACKS = 200_000
CONTROL_WAIT_S = 30.0
_MIB = 1 << 20


@dataclass(frozen=True)
class CaseLimits:
    """What a case may use, from suite.toml."""

    case_cpu_s: float
    call_cpu_s: float
    case_wall_s: float
    memory_mib: int
    processes: int
    tmp_mib: int
    output_kib: int
    value_mib: int


@dataclass
class Conversation:
    """One case's stream and what belongs to it. ``over`` says why it ended before the test did."""

    channel: Channel
    deadline: float
    number: int
    started: float = field(default_factory=time.monotonic)
    over: CaseOver | None = None
    answers: int = 0
    doing: str = ""
    release: list[int] = field(default_factory=list)
    known: weakref.WeakValueDictionary[int, Any] = field(default_factory=weakref.WeakValueDictionary)
    methods: set[tuple[str, str]] = field(default_factory=set)
    names: dict[tuple[str, str], Any] = field(default_factory=dict)
    lending: Lending = field(default_factory=Lending)


class Seam:
    """Opens, asks and closes cases over the supervisor's ``control`` stream."""

    def __init__(self, control: socket.socket, limits: CaseLimits) -> None:
        self._control = Channel(control, MAX_CONTROL_BYTES)
        self._limits = limits
        self._numbers = itertools.count(1)
        self._case: Conversation | None = None
        self._ended: Ended | None = None
        self.make_remote: Any = None  # exam.student fills it in: seam and proxies need each other

    def prepare(self, files: dict[str, bytes], deadline: float) -> Ready:
        """Hand over the student's files. Raises CandidateGone."""
        try:
            ready = self._control.hear(Ready, deadline)
            if ready.protocol != PROTOCOL:
                raise CandidateGone(f"the candidate speaks protocol {ready.protocol}, the examiner {PROTOCOL}")
            self._control.say(Prepare(PROTOCOL, files, self._limits.__dict__), deadline)
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

    def begin(self, seed: int) -> None:
        """Fork a process for a new case. Raises CandidateGone."""
        self._ended = None
        deadline = time.monotonic() + CONTROL_WAIT_S
        try:
            self._control.say(Begin(seed), deadline)
            stream = self._receive_stream(deadline)
        except WireError as error:
            raise CandidateGone(str(error)) from error
        wall_end = time.monotonic() + self._limits.case_wall_s
        channel = Channel(stream, self._limits.value_mib * _MIB)
        self._case = Conversation(channel, wall_end, next(self._numbers))

    def _receive_stream(self, deadline: float) -> socket.socket:
        """The frame Begun with exactly one connected stream socket beside it."""
        self._control.sock.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            head, fds, _, _ = socket.recv_fds(self._control.sock, 4, 4)
        except OSError as error:
            raise Closed(str(error)) from error
        streams = [socket.socket(fileno=fd) for fd in fds]
        try:
            if not head:
                raise Closed("the supervisor is gone")
            size = int.from_bytes(head, "big")
            if len(head) != 4 or size > 64 or len(streams) != 1:
                raise Garbled("not a case's stream")
            body = self._control.exactly(size, deadline)
            if not isinstance(from_bytes(body), Begun):
                raise Garbled("not a case's stream")
            return streams.pop()
        finally:
            for stream in streams:
                stream.close()

    def end(self) -> Ended:
        """Kill what is left of the case; what it used and how it ended. Raises CandidateGone."""
        case, self._case = self.case, None
        case.channel.close()
        deadline = time.monotonic() + CONTROL_WAIT_S
        try:
            if self._ended is None:
                self._control.say(End(), deadline)
                self._ended = self._control.hear(Ended, deadline)
        except WireError as error:
            raise CandidateGone(str(error)) from error
        return self._ended

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
        if case.over is not None:
            raise case.over
        release, case.release = case.release, []
        outer, case.doing = case.doing, doing or f"{op} {name}".strip()
        try:
            data = to_bytes(Ask(op, target, name, args, kwargs or {}, keep, release), self._refer)
        except CodecError as error:
            raise SuiteMistake(f"a value cannot be given to the student's code: {error}") from error
        try:
            case.channel.send(data, case.deadline)
            result = self._answer(case)
        except CodecError as error:
            raise SuiteMistake(str(error)) from error
        except (Closed, Late, Garbled) as error:
            raise self._over(case, error) from error
        case.doing = outer
        return result

    def _answer(self, case: Conversation) -> Any:
        while True:
            self._patiently(case)
            message = from_bytes(case.channel.receive(case.deadline), self._resolve)
            case.answers += 1
            if isinstance(message, Answer):
                return message.value
            if isinstance(message, Raised):
                case.doing = ""
                raise case.lending.stashed(message.token) or raised_here(message)
            if not isinstance(message, Callback):
                raise Garbled(f"{type(message).__name__} where an answer was due")
            if case.lending.calls >= MAX_CALLBACKS:
                raise self._set_over(case, CaseOver("too_many_calls", limit=MAX_CALLBACKS))
            case.channel.send(to_bytes(case.lending.serve(message), self._refer), case.deadline)

    def _patiently(self, case: Conversation) -> None:
        """Wait for the first byte of an answer, looking now and then at what the call has used."""
        since = time.monotonic()
        limit = self._limits.call_cpu_s
        while not case.channel.readable(min(case.deadline, time.monotonic() + limit)):
            if time.monotonic() >= case.deadline:
                raise Late("no answer")
            if self.look(since).cpu_s > limit:
                raise self._set_over(case, CaseOver("call_cpu", limit_s=limit))

    def look(self, since: float) -> Seen:
        """What the case has used since ``since`` (time.monotonic), and what it has printed."""
        deadline = time.monotonic() + CONTROL_WAIT_S
        try:
            self._control.say(Look(since), deadline)
            message = from_bytes(self._control.receive(deadline))
        except WireError as error:
            raise CandidateGone(str(error)) from error
        if isinstance(message, Ended):
            self._ended = message
            raise Closed("the case's processes are gone")
        if not isinstance(message, Seen):
            raise CandidateGone("the supervisor does not follow the protocol")
        return message

    def _over(self, case: Conversation, error: WireError) -> CaseOver:
        if isinstance(error, Late):
            return self._set_over(case, CaseOver("late", limit_s=self._limits.case_wall_s))
        if isinstance(error, Garbled):
            return self._set_over(case, CaseOver("garbled", detail=str(error)[:200]))
        return self._set_over(case, CaseOver("died"))

    def _set_over(self, case: Conversation, over: CaseOver) -> CaseOver:
        case.over = over
        return over

    # --- references -------------------------------------------------------------------------------------------------

    def _refer(self, value: Any) -> RemoteRef | LentRef | PathRef:
        ref = getattr(type(value), "exam_ref", None)
        if ref is not None:
            found: RemoteRef | PathRef = ref(value)
            return found
        return self.case.lending.lend(value)

    def _resolve(self, ref: RemoteRef | LentRef | PathRef) -> Any:
        case = self.case
        if isinstance(ref, LentRef):
            return case.lending.owned(ref.id)
        if isinstance(ref, PathRef):
            raise CodecError("a path from the candidate")
        known = case.known.get(ref.id)
        if known is None:
            known = self.make_remote(self, ref, case.number)
            case.known[ref.id] = known
            weakref.finalize(known, case.release.append, ref.id).atexit = False
        return known

"""The exam protocol: every message that crosses between worker, examiner and candidate.

Written once, imported by every end. On the wire a message is one encoded value (exam.codec), a list of its name and its
fields, in one frame (exam.channel). docs/exam-protocol.md is the one-page specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from exam.codec import CodecError, Refer, Resolve, refuse
from exam.decoder import Decoder
from exam.encoder import Encoder

PROTOCOL = 2
"""Both ends must speak the same number; a sandbox image of another release is our error, not the student's."""


class WireError(Exception):
    """Base of what can go wrong between two ends."""


class Garbled(WireError):
    """The other end sent something that is not a message, or one that does not belong here."""


# --- worker -> examiner -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """Everything one exam needs. ``suite`` is a folder below the examiner's suites; ``groups`` are
    [id, [tests], [promoted]]; ``limits`` are CaseLimits, and ``most_cpu_s`` is the most computing time that a case may
    ask for instead; ``only`` limits the exam to these cases (all where empty)."""

    protocol: int
    suite: str
    groups: list[Any]
    modules: list[str]
    examiner_modules: list[str]
    required: list[str]
    provided: str
    files: dict[str, bytes]
    seed: int
    limits: dict[str, Any]
    most_cpu_s: float
    only: list[str]


# --- examiner -> worker -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Planned:
    """All cases, in the order in which they will run, as CaseSpec.to_json()."""

    cases: list[Any]


@dataclass(frozen=True)
class CaseStarted:
    """``wall_s``: how long it may take at most."""

    case: str
    wall_s: float


@dataclass(frozen=True)
class CaseFinished:
    """``result`` is CaseResult.to_json(); ``rerun`` asks for the case again, alone: the host was too busy to tell."""

    result: dict[str, Any]
    rerun: bool


@dataclass(frozen=True)
class CandidateLost:
    """The candidate's sandbox died during ``case`` (empty: before the first one)."""

    case: str
    reason: str


@dataclass(frozen=True)
class SuiteFailed:
    """The suite could not be collected; ``text`` is for its author."""

    text: str


@dataclass(frozen=True)
class Finished:
    pass


# --- examiner -> supervisor (the candidate's process 1) ---------------------------------------------------------------


@dataclass(frozen=True)
class Prepare:
    """The student's tree, once."""

    protocol: int
    files: dict[str, bytes]


@dataclass(frozen=True)
class Begin:
    """Fork for one case. ``seed`` is for np.random and random; ``limits`` are CaseLimits."""

    seed: int
    limits: dict[str, Any]


@dataclass(frozen=True)
class Look:
    """Ask what the running case has used since ``since`` (time.monotonic, the same clock in both sandboxes)."""

    since: float


@dataclass(frozen=True)
class End:
    """The case is over: kill what is left of it. ``died``: its stream has ended, so its process may be about to; wait a
    moment for how."""

    died: bool


# --- supervisor -> examiner -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ready:
    protocol: int
    python: str
    numpy: str


@dataclass(frozen=True)
class Begun:
    """The case's own stream travels beside this message, as a file descriptor."""


@dataclass(frozen=True)
class Seen:
    """``cpu_s`` used by the case since the asked time; ``prints`` so far."""

    cpu_s: float
    prints: str


@dataclass(frozen=True)
class Ended:
    """How the case's processes ended. ``reason``: asked, exit, signal, cpu, memory. ``waited_s``: how long they were
    ready to run while the host ran something else."""

    reason: str
    code: int
    cpu_s: float
    waited_s: float
    max_memory_mib: float
    prints: str


# --- examiner -> the case's process -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """Do ``op`` on ``target`` (exam.respondent lists the operations). ``keep``: answer with a reference even where
    the result is plain data. ``release``: references that nobody holds any more."""

    op: str
    target: Any
    name: str
    args: Any
    kwargs: Any
    keep: bool
    release: list[int]


@dataclass(frozen=True)
class Returned:
    """What a lent object's method returned."""

    value: Any


@dataclass(frozen=True)
class Refused:
    """A lent object's method raised, or may not be called. ``token`` lets the examiner find its own exception again."""

    type_name: str
    text: str
    token: int


# --- the case's process -> examiner -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    value: Any


@dataclass(frozen=True)
class Raised:
    """The student's code raised. ``bases`` are the names of the built-in exceptions it is one of, nearest first."""

    type_name: str
    bases: list[str]
    text: str
    traceback: str
    token: int
    missing: str


@dataclass(frozen=True)
class Callback:
    """Do ``op`` (call, get, set, copy) on the lent object ``target``."""

    op: str
    target: int
    name: str
    args: Any
    kwargs: Any


MESSAGES: dict[str, type[Any]] = {
    cls.__name__: cls
    for cls in (
        *(Job, Planned, CaseStarted, CaseFinished, CandidateLost, SuiteFailed, Finished),
        *(Prepare, Begin, Look, End, Ready, Begun, Seen, Ended),
        *(Ask, Returned, Refused, Answer, Raised, Callback),
    )
}


_PLAIN = (int, float, str, bool)


def _checks(cls: type[Any]) -> tuple[int, tuple[tuple[int, type[Any], type[Any] | None], ...]]:
    """How many fields there are, and which of them must be exactly what, and lists of what; in the others anything may
    stand."""
    found = []
    hints = get_type_hints(cls)
    for number, hint in enumerate(hints.values()):
        origin = getattr(hint, "__origin__", hint)
        if origin in (*_PLAIN, list, dict):
            inner = get_args(hint)[0] if origin is list else None
            found.append((number, origin, inner if inner in _PLAIN else None))
    return len(hints), tuple(found)


_TYPES = {name: _checks(cls) for name, cls in MESSAGES.items()}


def to_bytes(message: Any, refer: Refer = refuse) -> bytes:
    """The message as an encoded value. Raises CodecError where a field may not cross."""
    return Encoder(refer).encode([type(message).__name__, *vars(message).values()])


def from_bytes(data: bytes | bytearray, resolve: Resolve | None = None) -> Any:
    """The message in ``data``. Raises Garbled for anything else, whatever the bytes are."""
    try:
        value = Decoder(data, resolve).decode()
    except (CodecError, RecursionError) as error:
        raise Garbled(str(error)) from error
    if type(value) is not list or not value or type(value[0]) is not str or value[0] not in MESSAGES:
        raise Garbled("not a message")
    name, *fields = value
    count, expected = _TYPES[name]
    if len(fields) != count:
        raise Garbled(f"{name} with {len(fields)} fields")
    for number, kind, inner in expected:
        field = fields[number]
        if type(field) is not kind or (inner and any(type(one) is not inner for one in field)):
            raise Garbled(f"{name} with a field of the wrong type")
    return MESSAGES[name](*fields)

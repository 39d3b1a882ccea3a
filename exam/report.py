"""Verdicts and reports: how an exam ends, case by case. Standard library only; every zone understands it."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from exam.messages import Language, Message

__all__ = ["CaseResult", "CaseSpec", "Fault", "Language", "Message", "Report", "Verdict", "printable"]

MAX_TEXT = 10_000
"""Characters of each text of a result, what was printed aside: that has a limit of its own."""
_HALF = MAX_TEXT // 2 - 2


class Fault(enum.StrEnum):
    """Whose doing an ending is. Only the student's costs points; the other two are retried and shown to staff."""

    NOBODY = "nobody"
    STUDENT = "student"
    SUITE = "suite"
    OURS = "ours"


class Verdict(enum.StrEnum):
    """How one case ended."""

    PASSED = "passed"
    FAILED = "failed"  # the code ran and its answer is wrong
    RAISED = "raised"  # the student's code raised an exception
    TIMEOUT = "timeout"  # too much CPU time, or no answer at all
    MEMORY = "memory"
    CRASHED = "crashed"  # the student's process died
    MISSING = "missing"  # the file, class or method was not handed in
    FORBIDDEN = "forbidden"  # something the sandbox does not allow
    SUITE_ERROR = "suite_error"
    OUR_ERROR = "our_error"

    @property
    def fault(self) -> Fault:
        if self is Verdict.PASSED:
            return Fault.NOBODY
        if self is Verdict.SUITE_ERROR:
            return Fault.SUITE
        if self is Verdict.OUR_ERROR:
            return Fault.OURS
        return Fault.STUDENT


@dataclass(frozen=True)
class CaseSpec:
    """A case before it runs. ``title``, ``hint`` and ``why`` map a language to a sentence ("en" is always there,
    hint and why may be empty). ``why`` explains an advisory case: what the course's own tests do not see."""

    id: str
    group: str
    title: Mapping[Language, str]
    counts: bool
    hint: Mapping[Language, str] = field(default_factory=dict)
    why: Mapping[Language, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CaseSpec:
        return cls(
            id=str(data["id"]),
            group=str(data["group"]),
            title={str(k): str(v) for k, v in data["title"].items()},
            counts=bool(data["counts"]),
            hint={str(k): str(v) for k, v in data.get("hint", {}).items()},
            why={str(k): str(v) for k, v in data.get("why", {}).items()},
        )


@dataclass(frozen=True)
class CaseResult:
    """A case after it ran. ``traceback`` holds the student's own frames only; ``prints`` what the student printed
    (capped). Times in seconds of the student's process; ``seed`` reproduces the case."""

    spec: CaseSpec
    verdict: Verdict
    message: Message
    traceback: str = ""
    prints: str = ""
    cpu_s: float = 0.0
    wall_s: float = 0.0
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """For the wire and for the database. Its texts hold words of the student's process, which may have sent as many
        as cross in one value; no more than can be read go on."""
        return {
            "spec": self.spec.to_json(),
            "verdict": self.verdict.value,
            "message": cut(self.message.to_json()),
            "traceback": cut(self.traceback),
            "prints": self.prints,
            "cpu_s": self.cpu_s,
            "wall_s": self.wall_s,
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CaseResult:
        """Raises KeyError, TypeError or ValueError where ``data`` is not such a result.

        Its texts hold words of the student's code: they are made printable here, where they leave the sandbox.
        """
        return cls(
            spec=CaseSpec.from_json(data["spec"]),
            verdict=Verdict(data["verdict"]),
            message=Message(printable(str(data["message"]["code"])), printable(dict(data["message"]["params"]))),
            traceback=printable(str(data["traceback"])),
            prints=printable(str(data["prints"])),
            cpu_s=float(data["cpu_s"]),
            wall_s=float(data["wall_s"]),
            seed=int(data["seed"]),
        )


@dataclass(frozen=True)
class Report:
    """A whole exam: every case of the suite, in the suite's order, with its result."""

    suite: str
    version: str
    seed: int
    cases: tuple[CaseResult, ...]

    @property
    def fault(self) -> Fault:
        """OURS or SUITE when some case has no honest verdict, else NOBODY: the points may be computed."""
        faults = {case.verdict.fault for case in self.cases}
        for fault in (Fault.OURS, Fault.SUITE):
            if fault in faults:
                return fault
        return Fault.NOBODY


def cut(value: Any) -> Any:
    """Text, or texts within lists and dicts, with the middle left out of each that is too long to be read."""
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else f"{value[:_HALF]}\n…\n{value[-_HALF:]}"
    if isinstance(value, dict):
        return {cut(key): cut(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [cut(inner) for inner in value]
    return value


def printable(value: Any) -> Any:
    """Text, or texts within lists and dicts, without what steers a terminal, reorders a line, or is no Unicode text
    at all and could be neither stored nor sent: each such character becomes U+FFFD."""
    if isinstance(value, str):
        return value if value.isprintable() else "".join(map(_printable, value.replace("\r\n", "\n")))
    if isinstance(value, dict):
        return {printable(key): printable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [printable(inner) for inner in value]
    return value


def _printable(char: str) -> str:
    if char == "\r":
        return "\n"  # a progress bar's
    harmless = char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return char if harmless else "\ufffd"

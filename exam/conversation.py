"""One case, as the examiner keeps track of it: its stream, its deadline, how it ended, and which of the student's
objects have a proxy here."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from exam.channel import Channel
from exam.codec import RemoteRef
from exam.errors import CaseOver
from exam.lending import Lending
from exam.wire import Ended


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


@dataclass(frozen=True)
class Patience:
    """What the examiner bears from a candidate, whatever the suite."""

    control_wait_s: float = 30.0
    """For the supervisor's word: it answers at once, but may have to kill and to sweep first."""
    callbacks: int = 200_000
    """Uses of the test's objects in one case."""


@dataclass
class Conversation:
    """``over`` says why it ended before the test did; ``ended`` how, where the supervisor has said so unasked;
    ``answers`` counts what the candidate has sent; ``doing`` is what was asked last and not answered; ``unfound`` says
    why the last name looked up in a module of the student's was not there."""

    channel: Channel
    limits: CaseLimits
    deadline: float
    number: int
    started: float = field(default_factory=time.monotonic)
    over: CaseOver | None = None
    ended: Ended | None = None
    answers: int = 0
    doing: str = ""
    methods: set[tuple[str, str]] = field(default_factory=set)
    names: dict[tuple[str, str], Any] = field(default_factory=dict)
    unfound: dict[str, Exception] = field(default_factory=dict)
    lending: Lending = field(default_factory=Lending)
    _known: weakref.WeakValueDictionary[int, Any] = field(default_factory=weakref.WeakValueDictionary)
    _released: dict[int, None] = field(default_factory=dict)

    def check(self) -> None:
        """Raises CaseOver where no answer will ever come."""
        if self.over is not None:
            raise self.over

    def end_by(self, over: CaseOver) -> CaseOver:
        """Remember the first reason for which the case ended; that one is returned."""
        self.over = self.over or over
        return self.over

    def remote(self, ref: RemoteRef, make: Callable[[], Any]) -> Any:
        """The proxy of an object: the same one as long as somebody holds it, so that ``is`` means something."""
        known = self._known.get(ref.id)
        if known is None:
            known = make()
            self._known[ref.id] = known
            self._released.pop(ref.id, None)  # the candidate still had it, and sent it again
            weakref.finalize(known, self._released.__setitem__, ref.id, None).atexit = False
        return known

    def take_released(self, most: int) -> list[int]:
        """Objects that nobody here holds any more; the candidate may forget them."""
        taken = list(self._released)[:most]
        for number in taken:
            del self._released[number]
        return taken

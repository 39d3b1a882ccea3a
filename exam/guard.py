"""What keeps the examiner itself within bounds: it computes with what the student's code has returned, and a number can
be too large to count to and an array too large to add to another."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from exam.conversation import Conversation
from exam.errors import CaseOver
from exam.fork import lower
from exam.usage import own_virtual_bytes

MEMORY_MIB = 1280
"""What an exam may add to an examiner that has just started; then MemoryError, in the case that asked for it."""
GRACE_S = 5.0
"""Past a case's deadline, which ends every question: so long may the test go on without asking one."""
_AGAIN_S = 1.0


def limit_memory() -> None:
    """For good."""
    lower(resource.RLIMIT_AS, own_virtual_bytes() + (MEMORY_MIB << 20))


@contextmanager
def alarm(case: Conversation) -> Iterator[None]:
    """Ends the block with CaseOver some time after the case's deadline, wherever it is by then."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise case.end_by(CaseOver("stuck"))

    before = signal.signal(signal.SIGALRM, ring)
    # Again and again: where Python cannot pass an exception on, as in a finalizer, it drops it.
    signal.setitimer(signal.ITIMER_REAL, max(0.0, case.deadline - time.monotonic()) + GRACE_S, _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

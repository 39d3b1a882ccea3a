"""Kills every process that it may kill.

aim: traces
stopped by: the kernel drops signals to process 1 from inside, and nobody else is there
"""

import contextlib
import os
import signal


def attack(x):
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    return 2 * x

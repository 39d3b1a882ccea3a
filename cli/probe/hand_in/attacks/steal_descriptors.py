"""Looks for open files that it should not have inherited, and takes some from process 1.

aim: secrets
stopped by: the child closes the supervisor's stream; seccomp refuses pidfd_getfd; process 1 is not dumpable
"""

import os

from tools import refusals, streams


def attack():
    handle = os.pidfd_open(1)
    loot = {"streams": "worked" if len(streams()) != 1 else "none", **refusals("pidfd_getfd", "kcmp")}
    loot["through proc"] = [number for number in range(10) if os.path.exists(f"/proc/1/fd/{number}")]
    os.close(handle)
    return loot

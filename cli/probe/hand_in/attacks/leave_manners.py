"""Leaves other habits: a umask, another folder, the lowest priority, one processor, the smallest limits.

aim: traces
stopped by: they are the process's own; each case has a fresh one, forked from the supervisor
"""

import contextlib
import os
import resource


def attack(x):
    os.umask(0o777)
    os.chdir("/")
    with contextlib.suppress(OSError):
        os.nice(19)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
    return 2 * x

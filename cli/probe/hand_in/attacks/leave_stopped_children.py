"""Leaves children that are stopped, and others that are dead and not buried.

aim: traces
stopped by: after each case every process is killed and reaped; SIGKILL wakes the stopped
"""

import os
import signal
import time


def attack(x):
    for number in range(6):
        child = os.fork()
        if child == 0:
            os._exit(0) if number % 2 else time.sleep(600)
        if number % 2 == 0:
            os.kill(child, signal.SIGSTOP)
    return 2 * x

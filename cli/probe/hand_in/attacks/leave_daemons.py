"""Leaves processes that have left their session and their parent.

aim: traces
stopped by: after each case every process of the sandbox but the supervisor is killed
"""

import os
import time

import intruder
import targets


def attack(x):
    if os.fork() == 0:
        intruder.leave_processes(targets.TOKEN)
    time.sleep(0.1)
    return 2 * x

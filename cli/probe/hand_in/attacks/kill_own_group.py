"""Kills its process group, in the hope that somebody else is in it.

aim: harm
ends: killed
stopped by: each case begins a session of its own
"""

import os
import signal


def attack(x):
    os.kill(0, signal.SIGKILL)

"""Replaces itself by a fresh interpreter, which holds nothing of ours.

aim: harm
ends: hung_up
stopped by: the case's stream closes on exec; seccomp, namespaces and limits stay
"""

import os
import sys


def attack(x):
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)"])

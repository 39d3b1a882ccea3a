"""Sleeps, to keep the worker busy with nothing.

aim: harm
ends: timeout_idle
stopped by: the case's deadline; the exam as a whole has one too
"""

import time


def attack(x):
    time.sleep(600)

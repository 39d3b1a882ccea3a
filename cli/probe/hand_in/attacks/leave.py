"""Ends the process in the middle of a call.

aim: harm
ends: exited
stopped by: the supervisor sees the end and reports it; the next case has a process of its own
"""

import os


def attack(x):
    os._exit(0)

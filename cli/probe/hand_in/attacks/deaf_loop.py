"""Computes for ever and ignores every signal that it may ignore, the one of the CPU limit included.

aim: harm
ends: timeout_cpu
stopped by: the supervisor kills with a signal that nobody can ignore
"""

import contextlib
import signal

import intruder


def attack(x):
    for number in set(signal.Signals):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    intruder.loop()

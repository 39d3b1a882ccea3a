"""Sends every signal there is to process 1, in every way there is.

aim: secrets
stopped by: the kernel drops signals to process 1 of a PID namespace that come from inside
"""

import os
import signal

import intruder


def attack():
    handle = os.pidfd_open(1)
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
        signal.pidfd_send_signal(handle, number)
    return "worked" if intruder.signal_supervisor() != 1 else "alive"

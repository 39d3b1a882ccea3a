"""Leaves a process that listens on a name without a file, where a later case could ask it.

aim: traces
stopped by: after each case every process is killed; the name is gone with it
"""

import os
import socket
import time


def attack(x):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\0abgabe-left")
    listener.listen(1)
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
    return 2 * x

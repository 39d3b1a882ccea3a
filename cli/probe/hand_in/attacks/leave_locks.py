"""Leaves locks on files that every sandbox of this host sees, as a signal to a later case or to another hand-in.

aim: traces
stopped by: a lock ends with the process that holds it, and that with its case
"""

import fcntl
import os
import time


def attack(x):
    for path in ("/abgabe/inner.py", "/abgabe/exam/wire.py", os.__file__):
        fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    if os.fork() == 0:
        time.sleep(600)
    return 2 * x

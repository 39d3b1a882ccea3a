"""Types a command into the terminal that the worker was started from.

aim: secrets
docker: the container has no terminal
bubblewrap: a new session without a terminal
"""

import fcntl
import os
import termios

import intruder


def attack():
    streams = {f"stream {fd}": intruder.outcome(fcntl.ioctl, fd, termios.TIOCSTI, b"x") for fd in (0, 1, 2)}
    return {**streams, "terminal": intruder.outcome(os.open, "/dev/tty", os.O_RDWR)}

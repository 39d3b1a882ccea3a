"""Fills the buffers of sockets and pipes, which no process's memory counts.

aim: harm
ends: raised or memory or timeout_cpu
stopped by: the limit on open files; the control group counts the kernel's memory too
"""

import contextlib
import socket


def attack(x):
    held = []
    while True:
        pair = socket.socketpair()
        held.append(pair)
        for end in pair:
            end.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    end.send(b"x" * (1 << 16))

"""Fills the buffers of sockets and pipes, which no process's memory counts.

aim: harm
ends: raised or memory or timeout_cpu
stopped by: the limit on open files; the control group counts the kernel's memory too
"""

from tools import full_pair


def attack(x):
    held = []
    while True:
        held.append(full_pair())

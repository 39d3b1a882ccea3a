"""Fills the buffers of sockets and pipes, which no process's memory counts.

aim: harm
ends: raised or memory or timeout_cpu
stopped by: the limit on open files; the control group counts the kernel's memory too
"""

import tools


def attack(x):
    held = []
    while True:
        held.append(tools.full_pair())

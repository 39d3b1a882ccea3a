"""Calls itself without end, after lifting Python's limit.

aim: harm
ends: killed or memory or timeout_cpu
stopped by: the stack is limited; the case has a process of its own
"""

import sys


def attack(x):
    sys.setrecursionlimit(10**9)
    return attack(x)

"""Leaves threads that compute.

aim: traces
stopped by: each case has a process of its own, which ends with it
"""

import threading

import intruder


def attack(x):
    for _ in range(3):
        threading.Thread(target=intruder.loop, daemon=True).start()
    return 2 * x

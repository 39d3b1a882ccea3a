"""Raises its own limits and asks for more than its share: locked memory, real-time priority, other processors.

aim: secrets
stopped by: hard limits without the capability to raise them; seccomp
"""

import os

import intruder
from tools import refusals


def attack():
    loot = intruder.raise_limits()
    loot["nice"] = intruder.outcome(os.setpriority, os.PRIO_PROCESS, 0, -20)
    loot["real time"] = intruder.outcome(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(50))
    return {**loot, **refusals("ioprio_set", "sched_setattr", "migrate_pages", "mbind")}

"""Sets the host's clock, its name and its domain: the clock knows no namespace of its own.

aim: secrets
stopped by: seccomp; no capability
"""

import time

import intruder
from tools import refusals


def attack():
    loot = {"settime": intruder.outcome(time.clock_settime, time.CLOCK_REALTIME, time.time())}
    calls = ("settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname")
    return {**loot, **refusals(*calls)}

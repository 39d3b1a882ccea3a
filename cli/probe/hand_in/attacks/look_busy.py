"""Makes its processes wait for each other's CPU, as if the host had none, to be examined again and again.

aim: harm
ends: timeout_idle
stopped by: waiting counts for one process beyond what it has computed; the case's deadline
"""

import time

import intruder


def attack(x):
    intruder.burn(8, 0.05)
    time.sleep(600)

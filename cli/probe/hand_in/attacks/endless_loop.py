"""Computes for ever.

aim: harm
ends: timeout_cpu
stopped by: the limit on CPU time
"""

import intruder


def attack(x):
    intruder.loop()

"""Prints without end.

aim: harm
ends: timeout_cpu
stopped by: the supervisor keeps the first part and drops the rest; the limit on CPU time
"""

import intruder


def attack(x):
    intruder.flood()

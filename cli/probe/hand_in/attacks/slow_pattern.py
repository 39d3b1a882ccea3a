"""Matches a regular expression that takes exponential time, in C, where no Python handler runs.

aim: harm
ends: timeout_cpu
stopped by: the limit on CPU time, enforced from outside of the process
"""

import re


def attack(x):
    return re.match(r"(a+)+$", "a" * 60 + "b")

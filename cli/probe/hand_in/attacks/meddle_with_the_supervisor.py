"""Slows, limits and moves process 1, which has the same user id.

aim: secrets
stopped by: seccomp allows limits and processors of the calling process only, and no priority of anybody's
"""

import intruder


def attack():
    return intruder.meddle_with_supervisor()

"""Raises an exception whose text takes for ever.

aim: harm
ends: timeout_cpu
stopped by: exceptions are described in the student's process, within its CPU time
"""

import intruder


class Loops(Exception):
    def __str__(self):
        intruder.loop()


def attack(x):
    raise Loops

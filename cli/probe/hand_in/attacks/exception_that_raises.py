"""Raises an exception that raises when it is described, and whose class has no honest name.

aim: harm
ends: raised or timeout_cpu
stopped by: exceptions are described in the student's process, whatever they do
"""

import intruder


class Raises(BaseException):
    __name__ = property(intruder.loop)

    def __str__(self):
        raise KeyboardInterrupt


def attack(x):
    raise Raises

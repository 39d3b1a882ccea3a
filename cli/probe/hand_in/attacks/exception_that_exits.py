"""Raises an exception whose text ends the process that asks for it.

aim: harm
ends: exited
stopped by: exceptions are described in the student's process; what crosses is text
"""

import os


class Exits(Exception):
    def __str__(self):
        os._exit(3)


def attack(x):
    raise Exits

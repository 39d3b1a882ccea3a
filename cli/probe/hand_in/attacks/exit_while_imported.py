"""Ends the process while it is imported.

aim: harm
ends: exited
stopped by: an import is a question of the case's like any other
"""

import os

os._exit(0)


def attack(x):
    return 2 * x

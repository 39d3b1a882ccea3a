"""Loops while it is imported, before any function is called.

aim: harm
ends: timeout_cpu
stopped by: an import is a question of the case's like any other, within its limits
"""

import os

while os.path.exists("/"):
    pass


def attack(x):
    return 2 * x

"""Closes its output, or replaces it by something that raises.

aim: traces
stopped by: each case has an output of its own
"""

import os
import sys


def attack(x):
    sys.stdout = sys.stderr = None
    os.close(1)
    os.close(2)
    return 2 * x

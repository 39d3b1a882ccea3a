"""Calls sys.exit with the code of success.

aim: harm
ends: raised
stopped by: SystemExit is an exception of the student's like any other
"""

import sys


def attack(x):
    sys.exit(0)

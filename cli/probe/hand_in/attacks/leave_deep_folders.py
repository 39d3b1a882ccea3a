"""Leaves folders nested deeper than a path can say.

aim: traces
stopped by: the sweep moves nested folders up before it empties them
"""

import os


def attack(x):
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    return 2 * x

"""An array of 8 GB.

aim: harm
ends: memory
stopped by: the case's limit on memory
"""

import numpy as np


def attack(x):
    return np.ones(10**9)

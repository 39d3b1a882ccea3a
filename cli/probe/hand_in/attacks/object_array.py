"""An array of Python objects.

aim: answer
ends: object_array
stopped by: the check refuses arrays of objects; only dtypes of a list cross
"""

import numpy as np


def attack(x):
    return np.array([2 * value for value in x] + [None], dtype=object)

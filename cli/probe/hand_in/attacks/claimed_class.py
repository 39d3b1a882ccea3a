"""An object whose class, asked for, is that of an array.

aim: answer
ends: not_numbers or object_array
stopped by: the codec goes by exact types; everything else is a reference
"""

import numpy as np


class Claim:
    __class__ = np.ndarray
    dtype = np.dtype(float)
    shape = (5,)
    ndim = 1


def attack(x):
    return Claim()

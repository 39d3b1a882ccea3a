"""An array whose wrong entries are masked out.

aim: answer
ends: wrong_values or relation
stopped by: a subclass arrives as its exact base, without a mask
"""

import numpy as np


def attack(x):
    return np.ma.masked_all(5)

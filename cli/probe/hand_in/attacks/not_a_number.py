"""Answers NaN, which is neither too large nor too small.

aim: answer
ends: not_finite
stopped by: the comparison asks for finite numbers first
"""

import numpy as np


def attack(x):
    return np.full(5, np.nan)

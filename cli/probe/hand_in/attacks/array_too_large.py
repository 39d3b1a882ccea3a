"""An array just above what may cross.

aim: harm
ends: raised
stopped by: the limit on a value's size
"""

import numpy as np


def attack(x):
    return np.zeros(10**6)

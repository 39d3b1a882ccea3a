"""An array of 80 GB that takes 8 bytes of memory, until somebody copies it.

aim: harm
ends: raised
stopped by: the encoder counts before it copies
"""

import numpy as np


def attack(x):
    return np.broadcast_to(1.0, (10**5, 10**5))

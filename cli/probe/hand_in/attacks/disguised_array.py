"""An array that lies about its shape, its size and its bytes.

aim: answer
ends: wrong_shape
stopped by: a subclass arrives as its exact base; its attributes are not asked
"""

import numpy as np


class Disguise(np.ndarray):
    shape = (5,)
    size = 5

    def tobytes(self, order="C"):
        return b""

    def astype(self, *args, **kwargs):
        raise SystemExit


def attack(x):
    return np.zeros((2, 3)).view(Disguise)

"""An array that takes over NumPy's functions: __array_function__, __array_ufunc__, __array_priority__ say all is well.

aim: answer
ends: wrong_values
stopped by: a subclass arrives as its exact base, as the numbers it holds
"""

import numpy as np


class Clever(np.ndarray):
    __array_priority__ = 1e9

    def __array_function__(self, function, types, args, kwargs):
        return True

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.True_

    __eq__ = __le__ = __lt__ = lambda self, other: np.True_


def attack(x):
    return np.arange(5.0).view(Clever)

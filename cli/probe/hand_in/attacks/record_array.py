"""An array of records, of dates, of raw bytes.

aim: answer
ends: not_numbers or object_array
stopped by: dtypes come from a list; these are not on it
"""

import numpy as np


def attack(x):
    return np.zeros(5, dtype=[("a", "f8"), ("b", "O")])

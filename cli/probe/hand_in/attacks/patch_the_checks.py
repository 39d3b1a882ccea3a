"""Replaces the functions that compare: in NumPy, in a pytest of its own, in our checks, in the builtins.

aim: answer
ends: wrong_values
stopped by: patches reach the process they are made in; the comparison happens in another sandbox
"""

import builtins
import sys
import types

import numpy as np


def attack(x):
    for name in ("allclose", "isclose", "array_equal", "abs", "any", "isfinite"):
        setattr(np, name, lambda *args, **kwargs: True)
    sys.modules["pytest"] = types.SimpleNamespace(fail=print, main=lambda *args: 0)
    sys.modules["exam.checks"] = types.SimpleNamespace(assert_close=lambda *args, **kwargs: None)
    builtins.AssertionError = KeyError
    return np.arange(5.0)

"""Leaves patches in NumPy, the builtins and the environment.

aim: traces
stopped by: each case has a process of its own, forked from one that no student's code has touched
"""

import builtins
import os

import numpy as np


def attack(x):
    for name in ("asarray", "zeros", "allclose"):
        setattr(np, name, lambda *args, **kwargs: True)
    builtins.print = builtins.open = lambda *args, **kwargs: None
    os.environ["LEFT"] = "here"
    return 2 * x

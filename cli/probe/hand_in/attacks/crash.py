"""Reads from address zero.

aim: harm
ends: killed
stopped by: the case has a process of its own; no core is dumped
"""

import ctypes


def attack(x):
    ctypes.string_at(0)

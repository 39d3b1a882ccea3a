"""Asks for a terabyte of addresses, which costs nothing until it is used.

aim: harm
ends: memory or raised
stopped by: the limit on addresses
"""

import mmap


def attack(x):
    blocks = [mmap.mmap(-1, 1 << 40)]
    return 2 * x if blocks else None

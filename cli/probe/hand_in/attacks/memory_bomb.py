"""Fills its memory, block after block.

aim: harm
ends: memory or timeout_cpu
stopped by: the case's limit on memory
"""

import os


def attack(x):
    blocks = []
    while True:
        blocks.append(bytearray(os.urandom(1)) * (8 << 20))

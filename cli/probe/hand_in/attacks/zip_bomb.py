"""Unpacks a kilobyte that becomes a gigabyte.

aim: harm
ends: memory or timeout_cpu
stopped by: the case's limit on memory
"""

import zlib


def attack(x):
    packed = zlib.compress(bytes(1 << 24))
    return [zlib.decompress(packed) for _ in range(100)]

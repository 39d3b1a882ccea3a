"""Leaves named memory and mapped files.

aim: traces
stopped by: the scratch disks are swept after each case; seccomp refuses System V's memory
"""

import mmap
from multiprocessing import shared_memory


def attack(x):
    left = shared_memory.SharedMemory("left", create=True, size=4096)
    left.buf[:4] = b"left"
    with open("/tmp/mapped", "w+b") as file:
        file.write(bytes(4096))
        file.flush()
        mmap.mmap(file.fileno(), 4096)[:4] = b"left"
    return 2 * x

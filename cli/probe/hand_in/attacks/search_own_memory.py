"""Reads its own memory, page by page, through /proc/self/mem.

aim: secrets
stopped by: tests and expected values are in another sandbox; the student's process never holds one
"""

import contextlib

from tools import canaries


def attack():
    found = []
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            addresses, permissions, _ = line.split(maxsplit=2)
            if permissions.startswith("rw"):
                start, end = (int(address, 16) for address in addresses.split("-"))
                with contextlib.suppress(OSError, OverflowError):
                    memory.seek(start)
                    found += canaries(memory.read(end - start).decode("latin-1"))
    return found

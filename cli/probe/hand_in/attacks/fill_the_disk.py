"""Fills the scratch disk.

aim: harm
ends: raised
docker: a tmpfs with a size and a number of files
bubblewrap: a tmpfs with a size
"""

import os


def attack(x):
    for number in range(10**6):
        with open(f"/tmp/{number}", "wb") as file:
            file.write(b"x" * (1 << 20))
            os.fsync(file.fileno())

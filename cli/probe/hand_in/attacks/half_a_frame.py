"""Announces a frame of 4 GiB and sends a part of it, slowly.

aim: answer
ends: garbled or timeout_idle
stopped by: the announced length is checked before a byte is read; every wait has a deadline
"""

import time

from tools import send


def attack(x):
    send(b"\xff\xff\xff\xff")
    while True:
        send(b"x")
        time.sleep(0.1)

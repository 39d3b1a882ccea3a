"""Sends bytes that are no frame.

aim: answer
ends: garbled
stopped by: the decoder accepts exactly one value of a closed list of types, or ends the case
"""

from tools import send


def attack(x):
    send(b"\xff" * 100)

"""Turns off the randomness of addresses, and claims another system's behaviour, to prepare an exploit.

aim: secrets
stopped by: seccomp refuses personality
"""

from tools import refusals


def attack():
    return refusals("personality", "modify_ldt", "vm86", "iopl", "ioperm")

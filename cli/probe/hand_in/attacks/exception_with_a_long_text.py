"""Raises an exception with ten megabytes of text.

aim: harm
ends: raised
stopped by: texts are cut where they are described, and again where they arrive
"""


def attack(x):
    raise ValueError("x" * 10**7)

"""Prints 4 MiB and answers rightly.

aim: harm
ends: passed
stopped by: the supervisor keeps the first part and drops the rest
"""


def attack(x):
    for _ in range(1000):
        print("x" * 4096)
    return 2 * x

"""An integer of three million digits, which takes minutes to print.

aim: harm
ends: raised
stopped by: the codec's limit on integers
"""


def attack(x):
    return 1 << 10_000_000

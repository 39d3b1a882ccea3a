"""Lists within lists, a hundred thousand deep.

aim: harm
ends: not_numbers
stopped by: the codec's limit on depth; what is deeper stays where it is and crosses as a reference
"""


def attack(x):
    value = []
    for _ in range(100_000):
        value = [value]
    return value

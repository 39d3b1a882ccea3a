"""A list that contains itself.

aim: harm
ends: not_numbers
stopped by: the codec's limit on depth; what is deeper stays where it is and crosses as a reference
"""


def attack(x):
    value = [x]
    value.append(value)
    return value

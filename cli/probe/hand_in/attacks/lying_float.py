"""A subclass of float that equals everything.

aim: answer
ends: wrong_values
stopped by: a subclass of float crosses as a reference; the number it holds is asked for, and compared as any other
"""


class Any(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __hash__ = float.__hash__


def attack(x):
    return [Any(0)] * 5

"""A single number, or an array of another shape, that would match every entry by broadcasting.

aim: answer
ends: wrong_shape
stopped by: shapes are compared before values
"""


def attack(x):
    return 2 * x[None, :]

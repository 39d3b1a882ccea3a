"""A dict whose keys all have the same hash: filling it takes quadratic time.

aim: harm
ends: not_numbers or raised or timeout_cpu
stopped by: the codec's limit on keys; the limit on CPU time
"""


def attack(x):
    modulus = (1 << 61) - 1
    return {number * modulus: 0 for number in range(3000)}

"""A list that holds the same large list many times: small here, a billion elements for whoever walks it.

aim: harm
ends: timeout_cpu or raised or not_numbers
stopped by: the codec's limit on elements; the limit on CPU time
"""


def attack(x):
    value = [0] * 1000
    for _ in range(3):
        value = [value] * 1000
    return value

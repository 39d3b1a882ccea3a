"""An iterator without end, given to a test that makes a list of it.

aim: harm
uses: list
ends: memory or timeout_cpu
stopped by: an object crosses as a reference; iterating it is the student's process's work, within its limits
"""


class Endless:
    def __iter__(self):
        while True:
            yield 1.0


def attack(x):
    return Endless()

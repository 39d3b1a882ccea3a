"""A sequence that says it has a billion items.

aim: harm
ends: memory or timeout_cpu or not_numbers
stopped by: an object crosses as a reference; converting it is the student's process's work, within its limits
"""


class EndlessSequence:
    def __len__(self):
        return 10**9

    def __getitem__(self, index):
        return 1.0


def attack(x):
    return EndlessSequence()

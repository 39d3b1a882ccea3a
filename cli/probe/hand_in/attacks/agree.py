"""An object that says yes to every comparison and is a number, a sequence and an attribute of any name.

aim: answer
ends: not_numbers
stopped by: objects cross as references; their methods are asked in the student's process, and only data is compared
"""


class Agreeable:
    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return self

    def __len__(self):
        return 5

    def __float__(self):
        return 1.0


def attack(x):
    return Agreeable()

"""Claims to be an array whose memory lies at an address of its choice.

aim: answer
ends: killed or not_numbers or raised
stopped by: the address is read in the student's process, which dies of it
"""


class Pointer:
    @property
    def __array_interface__(self):
        return {"shape": (5,), "typestr": "<f8", "data": (4096, True), "version": 3}


def attack(x):
    return Pointer()

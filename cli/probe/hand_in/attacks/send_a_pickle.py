"""Sends a pickle that would run a command where it is loaded.

aim: answer
ends: garbled
stopped by: nothing is unpickled; the codec knows data and references
"""

import os
import pickle

from tools import send_frame


class Command:
    def __reduce__(self):
        return os.system, ("touch /tmp/owned",)


def attack(x):
    send_frame(pickle.dumps(Command()))

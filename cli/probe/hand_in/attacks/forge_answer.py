"""Sends a frame with another answer before its own.

aim: answer
ends: wrong_values or relation
stopped by: a frame is the answer to the question asked, whatever it holds; it is compared like any other
"""

import numpy as np
from tools import send_frame

from exam.wire import Answer, to_bytes


def attack(x):
    send_frame(to_bytes(Answer(np.zeros(5))))
    return 2 * x

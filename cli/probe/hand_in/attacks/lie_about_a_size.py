"""An array of 32 GiB of which a few bytes are there.

aim: answer
ends: garbled
stopped by: the decoder compares every length with the bytes that are there
"""

import numpy as np
from tools import send_frame

from exam.wire import Answer, to_bytes


def attack(x):
    honest = to_bytes(Answer(np.zeros((2, 2))))
    send_frame(honest.replace((2).to_bytes(4, "little") * 2, (1 << 16).to_bytes(4, "little") * 2))

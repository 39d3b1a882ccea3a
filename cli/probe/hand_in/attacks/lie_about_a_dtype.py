"""An array of Python objects, spelled as bytes: pointers that the examiner would follow.

aim: answer
ends: garbled
stopped by: dtypes come from a list; objects are not on it
"""

import numpy as np
from tools import send_frame

from exam.wire import Answer, to_bytes


def attack(x):
    send_frame(to_bytes(Answer(np.zeros(5))).replace(b"<f8", b"|O8"))

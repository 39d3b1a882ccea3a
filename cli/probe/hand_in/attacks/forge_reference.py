"""Answers with references to objects that do not exist, to the test's own, and to modules by name.

aim: answer
ends: garbled
stopped by: the decoder knows what was lent; a loan that was never made, or a path, is no answer
"""

from tools import send_frame

from exam.codec import LentRef
from exam.wire import Answer, to_bytes


def attack(x):
    send_frame(to_bytes(Answer(LentRef(99, "ndarray", ("__array__",), True)), lambda value: value))
    return 2 * x

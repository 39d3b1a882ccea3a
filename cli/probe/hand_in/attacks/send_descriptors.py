"""Sends open files along with its answer, for the examiner to hold or to stumble over.

aim: answer
ends: wrong_values or relation
stopped by: the examiner takes bytes from the student's stream; the kernel closes descriptors that nobody takes
"""

import os
import socket

import numpy as np
from tools import streams

from exam.wire import Answer, to_bytes


def attack(x):
    data = to_bytes(Answer(np.zeros(5)))
    frame = len(data).to_bytes(4, "big") + data
    with socket.socket(fileno=os.dup(streams()[0])) as stream:
        socket.send_fds(stream, [frame], [os.open("/", os.O_RDONLY)] * 200)
    return 2 * x

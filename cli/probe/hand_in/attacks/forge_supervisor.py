"""Speaks as its own supervisor: the case has ended well and cost nothing.

aim: answer
ends: garbled
stopped by: the supervisor has a stream of its own, which the student's process does not hold
"""

from tools import send_frame

from exam.wire import Ended, to_bytes


def attack(x):
    send_frame(to_bytes(Ended("asked", 0, 0.0, 0.0, 0.0, "")))

"""Sends answers to questions that nobody has asked yet.

aim: answer
ends: wrong_values
stopped by: each question has inputs of its own; the answer of before is wrong for them
"""

from tools import send_frame

from exam.wire import Answer, to_bytes


def attack(x):
    for _ in range(3):
        send_frame(to_bytes(Answer(2 * x)))
    return 2 * x

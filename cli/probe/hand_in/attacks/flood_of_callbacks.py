"""Asks for the use of the test's objects, again and again, without reading what is answered.

aim: harm
ends: timeout_cpu or timeout_idle or too_many_calls or garbled
stopped by: uses are counted; every wait of the examiner has a deadline
"""

from tools import send_frame

from exam.wire import Callback, to_bytes


def attack(x):
    frame = to_bytes(Callback("call", 1, "next", (), {}))
    while True:
        send_frame(frame)

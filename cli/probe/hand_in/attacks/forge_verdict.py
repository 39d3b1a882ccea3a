"""Sends the examiner's own messages: this case has passed, the exam is finished.

aim: answer
ends: garbled
stopped by: the student's stream carries answers, exceptions and callbacks; no other message is taken from it
"""

from tools import send_frame

from exam.wire import CaseFinished, Finished, to_bytes


def attack(x):
    spec = {"id": "Attack.test", "group": "Attack", "title": {"en": ""}, "counts": True}
    send_frame(to_bytes(CaseFinished({"spec": spec, "verdict": "passed", "message": {"code": "passed"}}, False)))
    send_frame(to_bytes(Finished()))

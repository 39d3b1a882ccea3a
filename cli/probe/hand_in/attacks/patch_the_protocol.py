"""Replaces the function that makes answers of results: everything is True.

aim: answer
ends: wrong_shape
stopped by: the student's end of the protocol decides nothing; what arrives is compared
"""

import exam.respondent
from exam.wire import Answer, to_bytes


def attack(x):
    exam.respondent.Respondent._respond = lambda self, ask: to_bytes(Answer(True))
    return 2 * x

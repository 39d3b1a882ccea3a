"""Gives the first answer again, whatever is asked.

aim: answer
ends: wrong_values
stopped by: each question has inputs of its own
"""

import exam.respondent
from exam.wire import Answer, to_bytes


def attack(x):
    answer = to_bytes(Answer(2 * x))
    exam.respondent.Respondent._respond = lambda self, ask: answer
    return 2 * x

"""Answers without reading what is asked.

aim: answer
ends: timeout_idle
stopped by: the case's deadline
"""

import time

from exam.channel import Channel


def attack(x):
    Channel.receive = lambda self, deadline=None: time.sleep(600)
    return 2 * x

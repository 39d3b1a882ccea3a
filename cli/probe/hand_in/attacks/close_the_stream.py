"""Closes all its files and stays.

aim: harm
ends: hung_up
stopped by: the examiner sees the stream's end; the supervisor kills what stayed
"""

import os
import time


def attack(x):
    os.closerange(3, 256)
    time.sleep(600)

"""Connects to the examiner's socket a second time, and to the worker's.

aim: secrets
stopped by: the examiner listens once, and closes before the hand-in arrives; the worker's socket is not mounted
"""

import intruder


def attack():
    paths = ("/seam/exam.sock", "/seam/../control/worker.sock", "/control/worker.sock")
    return {path: intruder.connect(path) for path in paths}

"""Walks the frames of all threads, and what their functions know, for the answers.

aim: secrets
stopped by: tests and expected values are in another sandbox; the student's process never holds one
"""

import sys

from tools import canaries


def attack():
    found = []
    for frame in sys._current_frames().values():
        while frame:
            found += canaries(repr(frame.f_locals)) + canaries(repr(frame.f_code.co_consts))
            found += canaries(repr({**frame.f_globals, "__builtins__": None}))
            frame = frame.f_back
    return found

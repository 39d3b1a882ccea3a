"""Prints what would steer a terminal, reverse a line, or end a log entry and begin another.

aim: traces
stopped by: such characters are replaced where text leaves the sandbox
"""

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp.exe\u2066\x00\x08\x7f\r{'event': 'forged'}\ud800"


def attack(x):
    print(ESCAPES)
    return 2 * x

"""Leaves files whose names hold line breaks, escapes, invalid UTF-8 and as many bytes as a name can have.

aim: traces
stopped by: the scratch disks are swept after each case, whatever names they hold
"""

import os


def attack(x):
    for name in (b"a\nb", b"\x1b[2J", b"\xff\xfe", b"\xe2\x80\xae", b"-rf", b"*", b" ", b"x" * 255, b".sweep-0"):
        os.mkdir(b"/tmp/" + name)
        with open(b"/tmp/" + name + b"/" + name, "w") as file:
            file.write("x = 1\n")
    return 2 * x

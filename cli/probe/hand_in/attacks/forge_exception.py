"""Reports an exception of its own making, past the code that cuts texts: megabytes of name, text and traceback, for the
database and the pages.

aim: harm
ends: raised
stopped by: the examiner cuts what it is told, whoever has cut it before
"""

from tools import send_frame

from exam.wire import Raised, to_bytes


def attack(x):
    long = "x" * 600_000
    send_frame(to_bytes(Raised(long, ["ValueError"], long, long, 0, "")))
    return 2 * x

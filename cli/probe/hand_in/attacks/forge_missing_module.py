"""Says that a module of a very long name is missing.

aim: harm
ends: missing_module
stopped by: the examiner cuts what it is told, whoever has cut it before
"""

from tools import send_frame

from exam.wire import Raised, to_bytes


def attack(x):
    send_frame(to_bytes(Raised("ImportError", ["ImportError"], "", "", 0, "x" * 2_000_000)))
    return 2 * x

"""Leaves what runs later: at exit, on a timer, on a signal, at an import, when an object is collected.

aim: traces
stopped by: each case has a process of its own, which ends without running any of it
"""

import atexit
import signal
import sys
import threading
import weakref


class Finder:
    def find_spec(self, name, path=None, target=None):
        return None


def attack(x):
    atexit.register(print, "still here")
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    sys.meta_path.insert(0, Finder())
    sys.excepthook = threading.excepthook = sys.unraisablehook = print
    weakref.finalize(attack, print, "still here")
    return 2 * x

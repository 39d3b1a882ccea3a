"""Leaves files, closed folders and links on both scratch disks.

aim: traces
stopped by: the scratch disks are swept after each case
"""

import os


def attack(x):
    for folder in ("/tmp", "/dev/shm"):
        os.makedirs(f"{folder}/closed/{'x' * 200}/y")
        with open(f"{folder}/closed/file", "w") as file:
            file.write("x = 1\n")
        os.symlink("/etc", f"{folder}/link")
        os.symlink("loop", f"{folder}/loop")
        os.chmod(f"{folder}/closed", 0)
    return 2 * x

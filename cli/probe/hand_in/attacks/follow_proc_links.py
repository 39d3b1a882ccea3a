"""Leaves its root through the links in /proc: root, cwd, exe and open files of every process.

aim: secrets
stopped by: process 1 is not dumpable; the links of our own processes lead back into the sandbox
"""

import os

import targets
from tools import secrets_in


def attack():
    paths = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for root in (f"/proc/{pid}/root", f"/proc/{pid}/cwd", f"/proc/{pid}/root/../../.."):
            paths += [root + path for path in targets.FILES]
        paths += [f"/proc/{pid}/fd/{number}" for number in range(3, 20)]
    return secrets_in(path for path in paths if not os.path.exists(path) or os.path.isfile(path))

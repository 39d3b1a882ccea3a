"""Connects to Unix sockets that have a name and no file: those that it was told of and those in /proc/net/unix.

aim: secrets
stopped by: a network namespace; abstract names are the namespace's own
"""

import intruder
import targets


def attack():
    with open("/proc/net/unix") as file:
        names = [line.split()[-1] for line in file if line.split()[-1].startswith("@")]
    return {name: intruder.connect(name) for name in [f"@{targets.ABSTRACT}", *names]}

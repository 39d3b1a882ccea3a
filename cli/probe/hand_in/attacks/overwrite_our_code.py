"""Overwrites the protocol, the interpreter, NumPy, their bytecode and the system's settings, for the cases to come
and for other exams.

aim: secrets
docker: a read-only image and read-only mounts; the files belong to somebody else
bubblewrap: read-only mounts; the files belong to somebody else
"""

import os
import sys

import intruder
import numpy as np

import exam.wire


def attack():
    paths = [exam.wire.__file__, np.__file__, "/abgabe/inner.py", os.__file__, sys.executable]
    paths += ["/etc/hosts", "/etc/resolv.conf", "/etc/hostname", "/etc/passwd"]
    paths += [module.__cached__ for module in (exam.wire, np, os) if getattr(module, "__cached__", None)]
    loot = {path: intruder.outcome(os.open, path, os.O_WRONLY | os.O_CREAT) for path in paths}
    chmods = {f"chmod {path}": intruder.outcome(os.chmod, path, 0o777) for path in paths[:4]}
    return {**loot, **chmods}

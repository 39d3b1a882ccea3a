"""Walks the disk for tests, suites and sockets, and reads all that belongs neither to Python nor to the system.

aim: secrets
stopped by: a mount namespace that holds Python, NumPy and our protocol, and nothing else
"""

import os

from tools import secrets_in

NAMES = {"test_attacks.py", "plan.json", "suite.toml", "worker.sock", "docker.sock", "reference_impl"}
DULL = (
    "/proc",
    "/sys",
    "/usr/lib",
    "/usr/share",
    "/usr/local/lib",
    "/lib",
    "/abgabe/packages",
    "/tmp/src_to_implement",
)


def attack():
    found, paths = [], []
    for folder, folders, files in os.walk("/"):
        folders[:] = [name for name in folders if not os.path.join(folder, name).startswith(DULL)]
        found += [os.path.join(folder, name) for name in NAMES & {*folders, *files}]
        paths += [os.path.join(folder, name) for name in files if os.path.isfile(os.path.join(folder, name))]
    return {**secrets_in(paths), **dict.fromkeys(found, "worked")}

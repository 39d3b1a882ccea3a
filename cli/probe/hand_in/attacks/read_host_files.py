"""Opens files of the host whose paths it knows: secrets, accounts, keys, the worker's folders.

aim: secrets
docker: a root of its own, that of an image with Python, NumPy and our protocol
bubblewrap: a root built from nothing: the interpreter, its libraries, NumPy and our protocol
"""

import os

import targets
from tools import content

PLACES = ["/etc/shadow", "/root/.ssh", "/root/.bash_history", "/home", "/run/secrets", "/control", "/suites", "/data"]


def opens(path):
    """Whether it is a file that can be read, or a folder with something in it."""
    try:
        if os.path.isdir(path):
            return bool(os.listdir(path))
        with open(path, "rb"):
            return True
    except OSError:
        return False


def attack():
    there = {path: "worked" for path in PLACES if opens(path)}
    return there | {path: content(path) for path in targets.FILES}

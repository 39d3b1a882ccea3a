"""Opens files of the host whose paths it knows: secrets, accounts, keys, the worker's folders.

aim: secrets
docker: a root of its own, that of an image with Python, NumPy and our protocol
bubblewrap: a root built from nothing: the interpreter, its libraries, NumPy and our protocol
"""

import targets
from tools import content

PLACES = ["/etc/shadow", "/root/.ssh", "/root/.bash_history", "/home", "/run/secrets", "/control", "/suites", "/data"]


def attack():
    there = {path: "worked" for path in PLACES if isinstance(content(path), list) and content(path)}
    return {**there, **{path: content(path) for path in targets.FILES}}

"""Plants symbolic and hard links to the host's files on the scratch disk, for itself or for somebody trusted to follow.

aim: secrets
stopped by: a link is a path inside the sandbox, where its target does not exist; nobody outside reads the scratch disk
"""

import os

import intruder
import targets
from tools import content


def attack():
    loot = {}
    for number, path in enumerate([*targets.FILES, "/proc/1/root/etc/shadow", "/proc/1/environ"]):
        os.symlink(path, f"/tmp/soft{number}")
        loot[f"soft {path}"] = content(f"/tmp/soft{number}")
        loot[f"hard {path}"] = intruder.outcome(os.link, path, f"/tmp/hard{number}")
    return loot

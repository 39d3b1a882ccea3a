"""Asks for paths above the root and beside mounted folders, with .. and with handles that outlive a chroot.

aim: secrets
stopped by: pivot_root leaves nothing above; seccomp refuses chroot
"""

import os

import intruder
import targets
from tools import secrets_in


def attack():
    ups = "/.." * 12
    paths = [f"{base}{ups}{path}" for base in ("", "/seam", "/abgabe/exam", "/proc/self/cwd") for path in targets.FILES]
    root = os.open("/", os.O_RDONLY)
    loot = {"chroot": intruder.outcome(os.chroot, "/tmp"), "fchdir": secrets_in(paths)}
    os.close(root)
    return loot

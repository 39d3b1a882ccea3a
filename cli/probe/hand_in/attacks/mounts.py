"""Mounts, unmounts, binds over, and moves the root, by the old system calls and by the new ones.

aim: secrets
stopped by: seccomp refuses them all; no capability CAP_SYS_ADMIN
"""

from tools import refusals

CALLS = "mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick move_mount open_tree mount_setattr"


def attack():
    return refusals(*CALLS.split())

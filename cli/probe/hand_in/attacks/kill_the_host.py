"""Kills processes of the host by their ids, by group, and by a descriptor.

aim: secrets
stopped by: a PID namespace; ids of the host mean nothing in it
"""

import os
import signal

import intruder
import targets


def attack():
    actions = {"kill": (os.kill, targets.PID, signal.SIGKILL), "group": (os.killpg, targets.PID, signal.SIGKILL)}
    found = {name: intruder.outcome(*action) for name, action in actions.items()}
    return {**found, "handle": intruder.outcome(os.pidfd_open, targets.PID)}

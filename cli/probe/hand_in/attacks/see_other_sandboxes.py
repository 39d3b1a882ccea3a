"""Looks for other hand-ins, other exams and what remained of earlier ones.

aim: secrets
stopped by: namespaces of its own, a user id of its own, a scratch disk of its own
"""

import glob
import os

import intruder

PLACES = ["/tmp/abgabe-*", "/var/lib/docker/*", "/proc/[0-9]*/root/tmp/src_to_implement", "/seam/*/*", "/run/abgabe*"]


def attack():
    own = f"/proc/{os.getpid()}/"
    found = [path for place in PLACES for path in glob.glob(place) if not path.startswith(own)]
    return {**dict.fromkeys(found, "worked"), "processes": "worked" if intruder.other_processes() else "none"}

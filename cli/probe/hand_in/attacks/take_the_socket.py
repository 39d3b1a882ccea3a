"""Removes the examiner's socket and puts its own in the place.

aim: secrets
stopped by: the folder is mounted read-only
"""

import os
import socket

import intruder

SEAM = "/seam/exam.sock"


def attack():
    with socket.socket(socket.AF_UNIX) as sock:
        return {
            "unlink": intruder.outcome(os.unlink, SEAM),
            "rename": intruder.outcome(os.rename, SEAM, "/seam/other"),
            "bind": intruder.outcome(sock.bind, "/seam/mine.sock"),
        }

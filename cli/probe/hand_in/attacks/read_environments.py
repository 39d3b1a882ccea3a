"""Reads the environment of every process in sight, its own included.

aim: secrets
stopped by: the sandbox gets a fixed environment; a PID namespace hides everybody else
"""

import intruder
from tools import canaries


def attack():
    text = intruder.environment_of_everybody()
    return canaries(text) + [name for name in ("ABGABE_", "DATABASE", "REDIS") if name in text]

"""Imports the tests, the reference network, pytest and the worker, by name and by path.

aim: secrets
stopped by: the candidate's sandbox holds none of them
"""

import sys

import intruder
import targets
from tools import canaries

HIDDEN = ["test_attacks", "reference_impl", "pytest", "_pytest", "core", "worker", "server", "cli", "conftest"]


def attack():
    sys.path[:0] = ["/suites", "/suites/probe", targets.SUITE, "/abgabe", "/control"]
    loot = dict.fromkeys(intruder.import_all(HIDDEN), "worked")
    return {**loot, "memory": canaries(repr(list(sys.modules.items())))}

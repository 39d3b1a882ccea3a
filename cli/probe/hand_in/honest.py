"""The honest part of the hand-in: does its work, and tells what an earlier case or hand-in has left for it."""

import builtins
import fcntl
import importlib
import inspect
import os
import signal
import sys
import threading

import intruder
import numpy as np

OWN = {"attacks", "honest.py", "intruder.py", "limits.py", "targets.py", "tools.py"}
LOCKABLE = "/abgabe/inner.py"


def double(x):
    return 2 * x


def traces():
    """All that should not be there, as text."""
    found = [*left_files(), *intruder.other_processes(), *patches(), *habits()]
    return " ".join(map(str, found))


def left_files():
    folders = filter(os.path.isdir, ("/tmp", "/dev/shm", "/dev/mqueue"))
    scratch = {name for folder in folders for name in os.listdir(folder)}
    with open("/proc/net/unix") as file:
        sockets = [line.split()[-1] for line in file if " @" in line]
    return [*sorted(scratch - {"src_to_implement"}), *sorted(set(os.listdir()) - OWN), *sockets]


def patches():
    """What somebody has replaced in this process."""
    functions = [getattr(np, name) for name in ("asarray", "zeros", "allclose")]
    functions += [builtins.open, builtins.print, importlib.import_module]
    patched = [function.__name__ for function in functions if str(function.__module__).startswith("attacks")]
    patched += [type(finder).__name__ for finder in sys.meta_path if not inspect.isclass(finder)]
    return patched + [name for name in ("LEFT", "PYTHONSTARTUP") if name in os.environ]


def niceness(pid):
    return os.getpriority(os.PRIO_PROCESS, pid)


def habits():
    """Timers, handlers, threads, locks and limits that are not those of a fresh process."""
    found = [f"timer {which}" for which in (0, 1, 2) if any(signal.getitimer(which))]
    numbers = (signal.SIGTERM, signal.SIGALRM)
    found += [f"handler {number}" for number in numbers if signal.getsignal(number) != signal.SIG_DFL]
    found += ["blocked signals"] * bool(signal.pthread_sigmask(signal.SIG_BLOCK, []))
    found += ["threads"] * (threading.active_count() > 1) + ["niceness"] * (niceness(0) > niceness(1))
    with open(LOCKABLE) as file:
        if intruder.outcome(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB) != "worked":
            found.append("a lock")
    return found

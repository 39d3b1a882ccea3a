"""The first lines of Python in every sandbox: give up the last privileges, take on the limits, prove both, and only
then run a module of ours. Nothing of a student's is there yet.

Started by its path with nothing but the standard library in reach, so it imports nothing of ours.
"""

from __future__ import annotations

import _thread
import argparse
import ctypes
import fcntl
import importlib
import os
import resource
import select
import site
import sys

_CAPABILITY_VERSION_3 = 0x20080522
_SMALL_STACK = 1 << 18


def _become(uid: int) -> None:
    """From root with nothing but the right to do this, to a user that exists nowhere else."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # The change of user leaves the inheritable set as it was: header (version 3, this process), then three empty sets.
    ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)())


def _stay_tethered() -> None:
    """Die with the worker, whose end of our standard input closes when it dies, however it dies.

    PR_SET_PDEATHSIG is not enough: bubblewrap's own process, our parent, may not signal a process of another user. Nor
    is a signal's handler: the student's processes could call it so often that it interrupts itself to death.
    """
    tether = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 3)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    poll = select.poll()
    poll.register(tether, select.POLLHUP)
    if poll.poll(0):
        os._exit(1)
    held = [tether]

    def die_when_cut() -> None:
        poll.poll()
        os._exit(1)

    def let_go() -> None:
        while held:  # by the first child; its own children have nothing to let go of
            os.close(held.pop())

    _thread.stack_size(_SMALL_STACK)
    _thread.start_new_thread(die_when_cut, ())
    _thread.stack_size(0)
    os.register_at_fork(after_in_child=let_go)


def _limit(name: str, value: int) -> None:
    what = getattr(resource, f"RLIMIT_{name}")
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _refuse_unless_caged() -> None:
    """A mistake in how a sandbox is built must not pass unnoticed: run nothing where a wall is missing."""
    with open("/proc/self/status") as file:
        status = dict(line.rstrip().split(":", 1) for line in file)
    walls = {
        "has a process id of the host": os.getpid() == 1,
        "is root": "0" not in (status["Uid"] + status["Gid"] + status["Groups"]).split(),
        "has capabilities": not any(int(status[f"Cap{which}"], 16) for which in ("Inh", "Prm", "Eff", "Amb")),
        "can gain privileges": status["NoNewPrivs"].strip() == "1",
        "may make any system call": status["Seccomp"].strip() == "2",
    }
    broken = [fault for fault, holds in walls.items() if not holds]
    if broken:
        sys.exit(f"this is no sandbox: the process {', '.join(broken)}")


def main() -> None:
    """Read the command line that bubblewrap.py or docker.py wrote."""
    parser = argparse.ArgumentParser(prog="inner")
    parser.add_argument("--uid", type=int, default=0, help="become this user")
    parser.add_argument("--tether", action="store_true", help="wait for a line on standard input; die with its writer")
    parser.add_argument("--limit", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--path", action="append", default=[], help="where modules are found, beside the standard ones")
    parser.add_argument("module", help="whose main(args) to run; empty: nothing, all was about the proof")
    parser.add_argument("args", nargs=argparse.REMAINDER)
    order = parser.parse_args()
    if order.tether and os.read(0, 1) != b"\n":
        sys.exit("the worker is gone")
    if order.uid:
        _become(order.uid)
    if order.tether:
        _stay_tethered()
    for limit in order.limit:
        name, _, value = limit.partition("=")
        _limit(name, int(value))
    _refuse_unless_caged()
    sys.path += order.path
    site.setquit()  # exit() and quit(), which students use and -S leaves out
    if order.module:
        importlib.import_module(order.module).main(order.args)


if __name__ == "__main__":
    main()

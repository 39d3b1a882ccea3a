"""The candidate's supervisor: process 1 of the candidate's sandbox. It forks one process for each case, watches what
the case uses, and kills whatever is left of it.

Student's code runs with the same user id, yet cannot reach it: the kernel drops signals to process 1 of a PID
namespace, and a process that is not dumpable can be neither traced nor read. It never holds a test, an expected value
or the name of a student, and it starts before any student's file is there.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import importlib
import os
import resource
import select
import signal
import socket
import stat
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.linalg
import numpy.random  # NumPy loads these lazily; loaded here, they cost 12 ms once and not in each case

from exam.channel import Channel, Closed
from exam.fork import OUT_OF_MEMORY, become_case
from exam.tree import sweep, write_tree
from exam.usage import Account, Meter, Usage, shared_once_bytes
from exam.wire import PROTOCOL, Begin, Begun, End, Ended, Look, Prepare, Ready, Seen, WireError, from_bytes, to_bytes

HOME = "/tmp"  # noqa: S108 - the sandbox's own, sized and swept after each case
SCRATCH = (HOME, "/dev/shm")  # noqa: S108
PROJECT = f"{HOME}/src_to_implement"
MAX_CONTROL_BYTES = 64 << 20
_SAMPLE_S = 0.02
_KEPT_SAMPLES = 3000
_DYING_S = 0.5
_PR_SET_DUMPABLE = 4
_MIB = 1 << 20


@dataclass
class Running:
    """One case's processes, as the supervisor sees them."""

    pid: int
    output: int
    limits: dict[str, Any]
    meter: Meter
    last: Usage = field(default_factory=Usage)
    samples: list[tuple[float, float]] = field(default_factory=lambda: [(time.monotonic(), 0.0)])
    printed: bytearray = field(default_factory=bytearray)
    peak_bytes: int = 0


class Supervisor:
    """Takes orders from the examiner over ``control`` until it hangs up."""

    def __init__(self, control: socket.socket) -> None:
        self._control = Channel(control, MAX_CONTROL_BYTES)
        self._files: dict[str, bytes] = {}
        self._account = Account()

    def run(self) -> None:
        self._control.say(Ready(PROTOCOL, sys.version.split()[0], np.__version__))
        prepare = self._control.hear(Prepare)
        self._files = prepare.files
        while True:
            message = from_bytes(self._control.receive())
            if isinstance(message, Begin):
                self._case(message)
            elif not isinstance(message, End | Look):  # those two may cross with our Ended
                raise Closed(f"{type(message).__name__} between two cases")

    def _case(self, begin: Begin) -> None:
        write_tree(PROJECT, self._files)
        meter = Meter(self._account)  # before the fork: what the case uses from its first moment is its own
        ours, theirs = socket.socketpair()
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            ours.close()
            os.close(read_end)
            self._control.close()
            self._account.close()
            _set_dumpable(True)  # numerical libraries read /proc/self; what this process holds is the student's anyway
            become_case(theirs, write_end, PROJECT, self._files, begin.seed, begin.limits)
        theirs.close()
        os.close(write_end)
        os.set_blocking(read_end, False)
        self._send_with(ours)
        running = Running(pid, read_end, begin.limits, meter)
        try:
            self._control.say(self._finish(running, *self._watch(running)))
        finally:
            os.close(read_end)
        # After the report, so that nobody waits for it. Where it fails this process ends, and with it all it left.
        for folder in SCRATCH:
            sweep(folder)

    def _send_with(self, stream: socket.socket) -> None:
        """Tell Begun, with the case's stream beside it; only the examiner ever holds the other end."""
        data = to_bytes(Begun())
        frame = len(data).to_bytes(4, "big") + data
        socket.send_fds(self._control.sock, [frame], [stream.fileno()])
        stream.close()

    # --- watching ---------------------------------------------------------------------------------------------------

    def _watch(self, running: Running) -> tuple[str, int]:
        """Until the case ends, in one way or another: (reason, exit code or signal)."""
        pidfd = os.pidfd_open(running.pid)
        poll = select.poll()
        for fd in (pidfd, self._control.sock.fileno(), running.output):
            poll.register(fd, select.POLLIN)
        try:
            while True:
                ready = dict(poll.poll(_SAMPLE_S * 1000))
                if running.output in ready and not self._drain(running):
                    poll.unregister(running.output)
                if self._control.sock.fileno() in ready and (end := self._obey(running)):
                    return self._autopsy(running) if end.died and _ends_soon(pidfd) else ("asked", 0)
                if pidfd in ready:
                    return self._autopsy(running)
                if reason := self._sample(running):
                    return reason, 0
        finally:
            os.close(pidfd)

    def _obey(self, running: Running) -> End | None:
        """One order while a case runs; returned where it is the last."""
        message = from_bytes(self._control.receive())
        if isinstance(message, Look):
            self._measure(running)
            self._drain(running)
            before = next((cpu for at, cpu in reversed(running.samples) if at <= message.since), 0.0)
            self._control.say(Seen(max(0.0, running.last.cpu_s - before), self._prints(running)))
            return None
        if isinstance(message, End):
            return message
        raise Closed(f"{type(message).__name__} while a case runs")

    def _sample(self, running: Running) -> str:
        """Measure, if it is time to; the name of the limit that is exceeded, if one is."""
        if time.monotonic() - running.samples[-1][0] < _SAMPLE_S / 2:
            return ""  # a flood of output wakes us all the time
        self._measure(running)
        if running.last.cpu_s > float(running.limits["case_cpu_s"]):
            return "cpu"
        limit = int(running.limits["memory_mib"]) * _MIB
        return "memory" if running.last.resident_bytes > limit and shared_once_bytes() > limit else ""

    def _measure(self, running: Running) -> None:
        running.last = running.meter.read()
        running.peak_bytes = max(running.peak_bytes, running.last.resident_bytes)
        running.samples.append((time.monotonic(), running.last.cpu_s))
        if len(running.samples) > _KEPT_SAMPLES:
            del running.samples[1::2]  # the whole case stays covered, less finely

    def _autopsy(self, running: Running) -> tuple[str, int]:
        info = os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)
        if info is None or info.si_code == os.CLD_EXITED:
            code = info.si_status if info else 0
            return ("memory", 0) if code == OUT_OF_MEMORY else ("exit", code)
        if info.si_status == signal.SIGXCPU:
            return "cpu", 0
        nearly_full = running.peak_bytes > 0.8 * int(running.limits["memory_mib"]) * _MIB
        if info.si_status == signal.SIGKILL and nearly_full:
            return "memory", 0  # the kernel's own killer was faster than we
        return "signal", info.si_status

    def _drain(self, running: Running) -> bool:
        """Take what was printed, keep the first part of it; False at its end."""
        while True:
            try:
                part = os.read(running.output, 1 << 16)
            except BlockingIOError:
                return True
            room = int(running.limits["output_kib"]) * 1024 - len(running.printed)
            running.printed += part[: max(0, room + 1)]
            if not part:
                return False
            if room <= 0:
                return True  # a flood: leave the rest to the next round, so that nothing else starves

    def _prints(self, running: Running) -> str:
        limit = int(running.limits["output_kib"]) * 1024
        text = bytes(running.printed[:limit]).decode("utf-8", "replace")
        return text + ("\n… (cut)" if len(running.printed) > limit else "")

    def _finish(self, running: Running, reason: str, code: int) -> Ended:
        """Leave no process behind."""
        self._measure(running)
        cpu_s = _kill_everybody_else()
        self._drain(running)
        return Ended(
            reason=reason,
            code=code,
            cpu_s=max(cpu_s, running.last.cpu_s),
            waited_s=running.last.waited_s,
            max_memory_mib=running.peak_bytes / _MIB,
            prints=self._prints(running),
        )


def _ends_soon(pidfd: int) -> bool:
    """A process closes its streams a moment before it can be asked how it ended."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(_DYING_S * 1000))


def _kill_everybody_else() -> float:
    """Kill and reap every other process of this PID namespace; their CPU time, all together, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    while True:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _preload(modules: list[str]) -> None:
    """What the cases' processes then have from the start. One that is not there is missed where it is used."""
    for module in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    gc.freeze()  # a collection in a case walks past all of this, instead of copying its pages: up to 0.1 s a case


def _shield() -> None:
    """Out of reach of the code that will run beside us."""
    if os.getpid() != 1:
        # kill(-1) above would reach whatever else this user runs.
        sys.exit("exam.candidate must be process 1 of a PID namespace of its own")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _set_dumpable(False)


def _set_dumpable(dumpable: bool) -> None:
    if ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, int(dumpable), 0, 0, 0) != 0:
        sys.exit("prctl(PR_SET_DUMPABLE) failed")


def main(argv: list[str]) -> None:
    """Connect to the examiner and serve it until it hangs up."""
    parser = argparse.ArgumentParser(prog="exam.candidate")
    parser.add_argument("--seam", required=True, help="the examiner's Unix socket")
    parser.add_argument("preload", nargs="*", help="modules to load beside NumPy")
    arguments = parser.parse_args(argv)
    _preload(arguments.preload)
    _shield()
    with socket.socket(socket.AF_UNIX) as control:
        connect(control, arguments.seam)
        try:
            Supervisor(control).run()
        except WireError:
            return  # the exam is over


def connect(sock: socket.socket, path: str, patience_s: float = 60.0) -> None:
    """Connect as soon as the other end listens: both sandboxes start at the same time."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            if stat.S_ISSOCK(os.stat(path).st_mode):
                sock.connect(path)
                return
        except (FileNotFoundError, ConnectionRefusedError, PermissionError):
            pass  # not there yet, not listening yet, or not yet opened to our user
        if time.monotonic() > deadline:
            raise Closed(f"nobody listens on {path}")
        time.sleep(0.003)


if __name__ == "__main__":
    main(sys.argv[1:])

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

from exam.respondent import answer, seed_everything
from exam.tree import sweep, write_tree
from exam.usage import Usage, shared_once_bytes, used_by_everybody_else
from exam.wire import (
    PROTOCOL,
    Begin,
    Begun,
    Channel,
    Closed,
    End,
    Ended,
    Look,
    Prepare,
    Ready,
    Seen,
    WireError,
    from_bytes,
    to_bytes,
)

HOME = "/tmp"  # noqa: S108 - the sandbox's own, sized and swept after each case
SCRATCH = (HOME, "/dev/shm")  # noqa: S108
PROJECT = f"{HOME}/src_to_implement"
SAMPLE_S = 0.02
MAX_CONTROL_BYTES = 64 << 20
_PR_SET_DUMPABLE = 4
_MIB = 1 << 20


@dataclass
class Running:
    """One case's processes, as the supervisor sees them."""

    pid: int
    output: int
    started: float = field(default_factory=time.monotonic)
    printed: bytearray = field(default_factory=bytearray)
    samples: list[tuple[float, float]] = field(default_factory=list)
    last: Usage = field(default_factory=Usage)
    peak_bytes: int = 0


class Supervisor:
    """Takes orders from the examiner over ``control`` until it hangs up."""

    def __init__(self, control: socket.socket) -> None:
        self._control = Channel(control, MAX_CONTROL_BYTES)
        self._files: dict[str, bytes] = {}
        self._limits: dict[str, Any] = {}
        self._own_bytes = _virtual_bytes()

    def run(self) -> None:
        self._control.say(Ready(PROTOCOL, sys.version.split()[0], np.__version__))
        prepare = self._control.hear(Prepare)
        self._files, self._limits = prepare.files, prepare.limits
        while True:
            message = from_bytes(self._control.receive())
            if isinstance(message, Begin):
                self._case(message)
            elif not isinstance(message, End | Look):  # those two may cross with our Ended
                raise Closed(f"{type(message).__name__} between two cases")

    def _case(self, begin: Begin) -> None:
        write_tree(PROJECT, self._files)
        ours, theirs = socket.socketpair()
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                ours.close()
                os.close(read_end)
                self._become_case(theirs, write_end, begin.seed)
            finally:
                os._exit(70)
        theirs.close()
        os.close(write_end)
        os.set_blocking(read_end, False)
        self._send_with(ours)
        running = Running(pid, read_end)
        try:
            reason, code = self._watch(running)
            self._control.say(self._finish(running, reason, code))
        finally:
            os.close(read_end)

    def _send_with(self, stream: socket.socket) -> None:
        """Tell Begun, with the case's stream beside it; only the examiner ever holds the other end."""
        data = to_bytes(Begun())
        frame = len(data).to_bytes(4, "big") + data
        socket.send_fds(self._control.sock, [frame], [stream.fileno()])
        stream.close()

    # --- the case's own process -------------------------------------------------------------------------------------

    def _become_case(self, stream: socket.socket, output: int, seed: int) -> None:
        self._control.close()
        _set_dumpable(True)  # numerical libraries read /proc/self; what this process holds is the student's anyway
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _connect_streams(output)
        self._limit()
        os.chdir(PROJECT)
        sys.argv = ["candidate"]
        sys.dont_write_bytecode = True
        # Every way in which students import their own files; exercises differ in what they have below the root.
        packages = sorted({path.split("/")[0] for path in self._files if "/" in path})
        sys.path[:0] = [PROJECT, *(f"{PROJECT}/{name}" for name in packages)]
        sys.path.append(HOME)
        seed_everything(seed)
        answer(stream, PROJECT, int(self._limits["value_mib"]) * _MIB)
        os._exit(0)

    def _limit(self) -> None:
        limits = self._limits
        cpu_s = int(limits["case_cpu_s"]) + 2  # the watch below is finer; this one holds even if it is starved
        _lower(resource.RLIMIT_CPU, cpu_s)
        _lower(resource.RLIMIT_AS, self._own_bytes + int(limits["memory_mib"]) * _MIB)
        _lower(resource.RLIMIT_NPROC, int(limits["processes"]))
        _lower(resource.RLIMIT_FSIZE, int(limits["tmp_mib"]) * _MIB)
        _lower(resource.RLIMIT_NOFILE, 256)
        _lower(resource.RLIMIT_CORE, 0)

    # --- watching ---------------------------------------------------------------------------------------------------

    def _watch(self, running: Running) -> tuple[str, int]:
        """Until the case ends, in one way or another: (reason, exit code or signal)."""
        pidfd = os.pidfd_open(running.pid)
        poll = select.poll()
        for fd in (pidfd, self._control.sock.fileno(), running.output):
            poll.register(fd, select.POLLIN)
        try:
            while True:
                ready = dict(poll.poll(SAMPLE_S * 1000))
                if running.output in ready and not self._drain(running):
                    poll.unregister(running.output)
                if self._control.sock.fileno() in ready and self._obey(running):
                    return "asked", 0
                if pidfd in ready:
                    return self._autopsy(running)
                reason = self._sample(running)
                if reason:
                    return reason, 0
        finally:
            os.close(pidfd)

    def _obey(self, running: Running) -> bool:
        """One order while a case runs; True where it is to end."""
        message = from_bytes(self._control.receive())
        if isinstance(message, End):
            return True
        if isinstance(message, Look):
            self._sample(running)
            self._drain(running)
            before = next((cpu for at, cpu in running.samples if at >= message.since), running.last.cpu_s)
            self._control.say(Seen(max(0.0, running.last.cpu_s - before), self._prints(running)))
            return False
        raise Closed(f"{type(message).__name__} while a case runs")

    def _sample(self, running: Running) -> str:
        """Measure all processes of the case; the name of the limit that is exceeded, if one is."""
        usage = used_by_everybody_else()
        running.last = usage
        running.peak_bytes = max(running.peak_bytes, usage.resident_bytes)
        running.samples.append((time.monotonic(), usage.cpu_s))
        del running.samples[:-3000]
        if usage.cpu_s > float(self._limits["case_cpu_s"]):
            return "cpu"
        limit = int(self._limits["memory_mib"]) * _MIB
        return "memory" if usage.resident_bytes > limit and shared_once_bytes() > limit else ""

    def _autopsy(self, running: Running) -> tuple[str, int]:
        info = os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)
        if info is None or info.si_code == os.CLD_EXITED:
            return "exit", info.si_status if info else 0
        if info.si_status == signal.SIGXCPU:
            return "cpu", 0
        nearly_full = running.peak_bytes > 0.8 * int(self._limits["memory_mib"]) * _MIB
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
            room = int(self._limits["output_kib"]) * 1024 - len(running.printed)
            running.printed += part[: max(0, room + 1)]
            if not part:
                return False
            if room <= 0:
                return True  # a flood: leave the rest to the next round, so that nothing else starves

    def _prints(self, running: Running) -> str:
        limit = int(self._limits["output_kib"]) * 1024
        text = bytes(running.printed[:limit]).decode("utf-8", "replace")
        return text + ("\n… (cut)" if len(running.printed) > limit else "")

    def _finish(self, running: Running, reason: str, code: int) -> Ended:
        """Leave nothing behind: processes, then files."""
        self._sample(running)
        cpu_s = _kill_everybody_else()
        self._drain(running)
        for folder in SCRATCH:
            sweep(folder)
        return Ended(
            reason=reason,
            code=code,
            cpu_s=max(cpu_s, running.last.cpu_s),
            waited_s=running.last.waited_s,
            max_memory_mib=running.peak_bytes / _MIB,
            prints=self._prints(running),
        )


def _connect_streams(output: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(output)
    os.close(null)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - these three live as long as the process
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115


def _lower(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _virtual_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


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


def _shield() -> None:
    """Out of reach of the code that will run beside us."""
    if os.getpid() != 1:
        # kill(-1) below would reach whatever else this user runs.
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
    arguments = parser.parse_args(argv)
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
        except (FileNotFoundError, ConnectionRefusedError):
            pass
        if time.monotonic() > deadline:
            raise Closed(f"nobody listens on {path}")
        time.sleep(0.003)


if __name__ == "__main__":
    main(sys.argv[1:])

"""One box of bubblewrap's: a thread that starts it, lives as long as it does, and clears up after it.

The thread matters: the kernel's "die with your parent" means the parent's thread. If ours ended, bubblewrap would be
killed. If the worker is killed, every box ends, for its standard input is a pipe that only the worker holds open.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import threading
import time
from concurrent.futures import Future
from resource import struct_rusage

from core.errors import SandboxFailed
from exam.usage import ACCOUNT
from worker.sandbox.base import BOX_FAILED, BoxLimits, Ending
from worker.sandbox.cgroups import Cgroup, Cgroups
from worker.sandbox.uids import Uid

_MAX_LOG_BYTES = 1 << 20
_KEPT_LOG_BYTES = 8 << 10
_KILL_WAIT_S = 30.0
_START_WAIT_S = 30.0


class Cage:
    """A Box. ``command`` is complete but for the file descriptors that only exist once it starts."""

    def __init__(
        self, name: str, command: list[str], seccomp: bytes, limits: BoxLimits, uid: Uid, cgroups: Cgroups
    ) -> None:
        """Raises SandboxFailed where the process did not start."""
        self.name = name
        self._command = command
        self._seccomp = seccomp
        self._limits = limits
        self._uid = uid
        self._cgroups = cgroups
        self._cgroup: Cgroup | None = None
        self._first_process = -1  # a pidfd of PID 1 in the box
        self._lock = threading.Lock()
        self._started_at = time.monotonic()
        self._started: Future[None] = Future()
        self._ended: Future[Ending] = Future()
        threading.Thread(target=self._live, name=name, daemon=True).start()
        self._started.result()

    def wait(self, timeout_s: float) -> Ending | None:
        try:
            return self._ended.result(timeout_s)
        except TimeoutError:
            return None

    def kill(self) -> None:
        """On a machine so busy that a killed process does not get to its end, its thread goes on waiting for that."""
        self._strike()
        self.wait(_KILL_WAIT_S)

    def alive(self) -> bool:
        return not self._ended.done()

    def _strike(self) -> None:
        """PID 1's death is everybody's in its namespace."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self._first_process >= 0:
                signal.pidfd_send_signal(self._first_process, signal.SIGKILL)

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        try:
            self._ended.set_result(self._story())
        except BaseException as error:  # somebody waits for one of them, whatever went wrong
            if not self._started.done():
                self._started.set_exception(error)
            self._ended.set_exception(error)

    def _story(self) -> Ending:
        """Start, admit, watch, bury. Raises SandboxFailed where nothing of ours ever ran."""
        try:
            self._cgroup = self._cgroups.make(self.name, self._limits)
            process, info = self._spawn()
        except OSError as error:  # the kernel refused a limit, or there is no such program
            if self._cgroup:
                self._cgroup.remove()
            self._uid.release()
            raise SandboxFailed(BOX_FAILED, reason=str(error)) from error
        log, fault = bytearray(), ""
        try:
            self._admit(process, info)
            self._started.set_result(None)
        except (OSError, ValueError) as error:  # bubblewrap gave up
            fault = str(error)
            os.kill(process.pid, signal.SIGKILL)
        self._watch(process, log)
        ending = self._bury(process, log)
        if fault:
            raise SandboxFailed(BOX_FAILED, reason=ending.log.strip() or fault)
        return ending

    def _spawn(self) -> tuple[subprocess.Popen[bytes], int]:
        program, program_in = os.pipe()
        info, info_in = os.pipe()
        try:
            os.write(program_in, self._seccomp)  # a few kilobytes: fits into the pipe
            os.close(program_in)
            descriptors = ["--seccomp", str(program), "--info-fd", str(info_in)]
            process = subprocess.Popen(
                [self._command[0], *descriptors, *self._account(), *self._command[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(program, info_in),
            )
        except BaseException:
            os.close(info)
            raise
        finally:
            os.close(program)
            os.close(info_in)
        return process, info

    def _account(self) -> tuple[str, ...]:
        """What its processes use together, for the supervisor to read: it sees no control group from inside."""
        account = self._cgroup and self._cgroup.account()
        return ("--ro-bind", str(account), ACCOUNT) if account else ()

    def _admit(self, process: subprocess.Popen[bytes], info: int) -> None:
        """Put the box under its limits, then let inner.py go on. Raises OSError or ValueError."""
        with open(info) as file:
            pid = int(json.load(file)["child-pid"])
        self._first_process = os.pidfd_open(pid)
        if self._cgroup:
            self._cgroup.admit(pid)
        assert process.stdin is not None  # noqa: S101 - for the type checker
        process.stdin.write(b"\n")
        process.stdin.flush()

    def _watch(self, process: subprocess.Popen[bytes], log: bytearray) -> None:
        """Until it has ended, at the latest at its deadline; keep the end of what it says."""
        assert process.stdout is not None  # noqa: S101 - for the type checker
        deadline = self._started_at + self._limits.wall_time_s
        ended, output, heard = os.pidfd_open(process.pid), process.stdout.fileno(), 0
        poll = select.poll()
        poll.register(ended, select.POLLIN)
        poll.register(output, select.POLLIN)
        while True:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                self._strike()
            ready = dict(poll.poll(max(0.0, left_s) * 1000 if left_s > 0 else None))
            if output in ready:
                part = os.read(output, 1 << 16)
                log += part
                del log[:-_KEPT_LOG_BYTES]
                heard += len(part)
                if not part or heard > _MAX_LOG_BYTES:  # who writes on now waits until the deadline
                    poll.unregister(output)
            elif ended in ready:
                os.close(ended)
                return

    def _bury(self, process: subprocess.Popen[bytes], log: bytearray) -> Ending:
        """Reap it, and give back what it had."""
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - for the type checker
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()
        with self._lock:
            if self._first_process >= 0:
                os.close(self._first_process)
            self._first_process = -1
        ending = self._ending(process.returncode, used, log)
        if self._cgroup:
            self._cgroup.remove()
        self._uid.release()
        return ending

    def _ending(self, exit_code: int, used: struct_rusage, log: bytearray) -> Ending:
        peak_mib = self._cgroup.peak_mib() if self._cgroup else None
        return Ending(
            exit_code=exit_code,
            oom_killed=self._cgroup is not None and self._cgroup.oom_killed(),
            wall_s=time.monotonic() - self._started_at,
            cpu_s=used.ru_utime + used.ru_stime,
            max_memory_mib=used.ru_maxrss / 1024 if peak_mib is None else peak_mib,
            log=log.decode("utf-8", "replace"),
        )

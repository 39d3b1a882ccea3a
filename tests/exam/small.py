"""A candidate without a sandbox, for tests of the examiner's side: the real process of a case, forked by a supervisor
that kills only what it has forked. Never for code that nobody trusts."""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exam.channel import Channel
from exam.conversation import CaseLimits, Conversation, Patience
from exam.fork import become_case
from exam.modules import Tree
from exam.proxies import make_remote
from exam.seam import Seam
from exam.student import Student
from exam.tree import write_tree
from exam.wire import PROTOCOL, Begin, Begun, End, Ended, Look, Prepare, Ready, Seen, WireError, from_bytes, to_bytes

LIMITS = CaseLimits(
    case_cpu_s=10.0,
    call_cpu_s=5.0,
    case_wall_s=20.0,
    memory_mib=1024,
    processes=64,
    tmp_mib=16,
    output_kib=64,
    value_mib=16,
)


def fork_supervisor(control: socket.socket, folder: Path) -> int:
    """The process id of a supervisor that serves ``control`` and keeps the student's files in ``folder``."""
    pid = os.fork()
    if pid == 0:
        os.closerange(3, control.fileno())  # of other exams: they end when the last end is closed
        os.closerange(control.fileno() + 1, 1024)
        try:
            _supervise(Channel(control, 64 << 20), folder)
        except WireError:
            pass
        finally:
            os._exit(0)
    return pid


def _supervise(control: Channel, folder: Path) -> None:
    control.say(Ready(PROTOCOL, "3", "2"))
    prepare = control.hear(Prepare)
    case: tuple[int, Path] | None = None
    while True:
        message = from_bytes(control.receive())
        if isinstance(message, Begin):
            case = _begin(control, folder, prepare, message)
        elif isinstance(message, Look) and case:
            control.say(Seen(_cpu_s(case[0]), case[1].read_text()))
        elif isinstance(message, End) and case:
            control.say(_end(*case, message.died))
            case = None


def _begin(control: Channel, folder: Path, prepare: Prepare, begin: Begin) -> tuple[int, Path]:
    project, output = folder / "src_to_implement", folder / "output"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    write_tree(str(project), prepare.files)
    ours, theirs = socket.socketpair()
    prints = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    pid = os.fork()
    if pid == 0:
        control.close()
        ours.close()
        become_case(theirs, prints, str(project), prepare.files, begin.seed, begin.limits)
    os.close(prints)
    data = to_bytes(Begun())
    socket.send_fds(control.sock, [len(data).to_bytes(4, "big") + data], [ours.fileno()])
    ours.close()
    theirs.close()
    return pid, output


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _end(pid: int, output: Path, died: bool) -> Ended:
    pidfd = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    by_itself = poll.poll(500 if died else 0)
    os.close(pidfd)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    reason = "asked" if not by_itself else "exit" if code >= 0 else "signal"
    return Ended(reason, abs(code), 0.0, 0.0, 0.0, output.read_text())


@dataclass
class SmallExam:
    """An examiner's end with a candidate behind it."""

    seam: Seam
    tree: Tree
    student: Student

    @contextmanager
    def case(self, seed: int = 0) -> Iterator[Conversation]:
        self.seam.begin(seed)
        try:
            yield self.seam.case
        finally:
            self.seam.end()


@contextmanager
def small_exam(
    folder: Path,
    files: Mapping[str, str],
    required: tuple[str, ...] = (),
    limits: CaseLimits = LIMITS,
    patience: Patience = Patience(),  # noqa: B008 - frozen
) -> Iterator[SmallExam]:
    """``files`` are the student's: path -> source."""
    folder.mkdir(exist_ok=True)
    ours, theirs = socket.socketpair()
    pid = fork_supervisor(theirs, folder)
    theirs.close()
    contents = {path: source.encode() for path, source in files.items()}
    seam = Seam(ours, limits, make_remote, patience)
    seam.prepare(contents, time.monotonic() + 20)
    tree = Tree(contents, sorted({_module(path) for path in (*files, *required)}), list(required), _exported(files))
    tree.seam = seam
    try:
        yield SmallExam(seam, tree, Student(seam, tree))
    finally:
        ours.close()
        os.waitpid(pid, 0)


def _module(path: str) -> str:
    return path.partition("/")[0].removesuffix(".py")


def _exported(files: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in files:
        package, _, name = path.rpartition("/")
        found.setdefault(package.replace("/", "."), []).append(name.removesuffix(".py"))
    return found

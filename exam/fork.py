"""The first steps of the process that is forked for a case: its streams, its limits, its path; then the student's code.

It inherits NumPy, loaded, from the supervisor, and nothing of any other case.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from exam.operations import seed_everything
from exam.respondent import answer
from exam.usage import own_virtual_bytes

OUT_OF_MEMORY = 71
"""Exit code of a process that had no memory left to say so."""
_BROKEN = 70
_MAX_OPEN_FILES = 256
_CPU_GRACE_S = 2
_MIB = 1 << 20


def become_case(
    stream: socket.socket, output: int, project: str, paths: Iterable[str], seed: int, limits: Mapping[str, Any]
) -> NoReturn:
    """Serve one case on ``stream``, printing to ``output``. ``paths`` are the student's files below ``project``."""
    code = _BROKEN
    try:
        os.setsid()
        _stand_first_in_line()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _connect_streams(output)
        _limit(limits)
        _arrange_imports(project, paths)
        seed_everything(seed)
        answer(stream, project, int(limits["value_mib"]) * _MIB)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _arrange_imports(project: str, paths: Iterable[str]) -> None:
    """Every way in which students import their own files; exercises differ in what they have below the root."""
    os.chdir(project)
    sys.argv = ["candidate"]
    sys.dont_write_bytecode = True
    packages = sorted({path.split("/")[0] for path in paths if "/" in path})
    sys.path[:0] = [project, *(f"{project}/{name}" for name in packages)]
    sys.path.append(os.path.dirname(project))


def _stand_first_in_line() -> None:
    """Where the sandbox as a whole runs out of memory, the kernel is to kill the case first, unless the hand-in
    takes that back, and not its supervisor."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _limit(limits: Mapping[str, Any]) -> None:
    # The supervisor's watch is finer than these; these hold even if it is starved.
    lower(resource.RLIMIT_CPU, int(limits["case_cpu_s"]) + _CPU_GRACE_S)
    lower(resource.RLIMIT_AS, own_virtual_bytes() + int(limits["memory_mib"]) * _MIB)
    lower(resource.RLIMIT_NPROC, int(limits["processes"]))
    lower(resource.RLIMIT_FSIZE, int(limits["tmp_mib"]) * _MIB)
    lower(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
    # 0 does not keep the kernel from starting a program for it; 1 does, unless the hand-in takes that back
    lower(resource.RLIMIT_CORE, 1)


def lower(what: int, value: int) -> None:
    """Set a limit of this process, for good; never above what it is."""
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _connect_streams(output: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(output)
    os.close(null)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - these three live as long as the process
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115

"""What every box looks like from inside, whichever engine makes it: our code, its variables, its first command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import exam
from worker.sandbox.base import BoxLimits, Mount, Order, Role

_EXAM = Path(exam.__file__).resolve().parent
_REFERENCE = _EXAM.parent / "reference_impl"
_MIB = 1 << 20
_ADDRESS_SLACK_MIB = 1024

CODE = {
    Role.CANDIDATE: (Mount(_EXAM, "/abgabe/exam"),),
    Role.EXAMINER: (Mount(_EXAM, "/abgabe/exam"), Mount(_REFERENCE, "/abgabe/reference_impl")),
}
"""Of all that is ours, what a role may read."""
INNER = Path(__file__).resolve().parent / "inner.py"
INNER_TARGET = "/abgabe/inner.py"
PACKAGES = "/abgabe/packages"
"""Where an environment's NumPy and the like lie."""
VARIABLES = {
    "HOME": "/tmp",  # noqa: S108 - the sandbox's own
    "LANG": "C.UTF-8",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PYTHONHASHSEED": "0",
}
# No folder of the caller's on sys.path, no site-packages, no bytecode written. Not -I: PYTHONHASHSEED must count.
_PYTHON_OPTIONS = ("-P", "-s", "-S", "-B")


def command(python: str, order: Order, options: Sequence[str] = ()) -> list[str]:
    """The box's process 1: inner.py with ``options`` and the order's limits, module and arguments."""
    paths = ("--path", "/abgabe", "--path", PACKAGES)
    limits = [word for name, value in _rlimits(order.limits).items() for word in ("--limit", f"{name}={value}")]
    return [python, *_PYTHON_OPTIONS, INNER_TARGET, *options, *limits, *paths, order.module, *order.args]


def _rlimits(limits: BoxLimits) -> dict[str, int]:
    """Per process. The limit on addresses is wider than that on memory: libraries map more than they use."""
    return {
        "AS": (limits.memory_mib + _ADDRESS_SLACK_MIB) * _MIB,
        # None to a file; and unlike 0, none to a program that the kernel would start outside, unless the hand-in takes
        # that back: 0 is less.
        "CORE": 1,
        "FSIZE": limits.file_mib * _MIB,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
        "NOFILE": limits.open_files,
        "NPROC": limits.processes,
        "STACK": 8 * _MIB,
    }

"""What a box imports of ours is compiled outside: it could not keep bytecode, and would compile anew for each exam.

The bytecode lies beside its source, in ``__pycache__``, where Python itself would put it; where that cannot be written,
a box compiles for itself, as it does where its Python is another one.
"""

from __future__ import annotations

import compileall
import contextlib
import functools
import os
from pathlib import Path

from worker.sandbox.base import Role
from worker.sandbox.inside import CODE

_OURS = tuple(mount.source for mount in CODE[Role.EXAMINER])


def compile_for(suite: Path) -> None:
    """The tests in a suite's folder, and the examiner's and the candidate's own code, where they have changed."""
    for folder in (suite, *_OURS):
        if os.access(folder, os.W_OK):
            with contextlib.suppress(OSError):
                for path in folder.glob("*.py"):
                    _compile(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=1024)
def _compile(path: Path, changed_ns: int) -> None:
    """Once for each state of a file, also where that does not succeed."""
    compileall.compile_file(path, quiet=2)

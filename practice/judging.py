"""From an exception in a case to its verdict, in one process: the innermost frame that is the student's or the suite's
decides whose exception it is."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from types import FrameType, TracebackType

from exam.conversation import CaseLimits
from exam.describing import describe
from exam.errors import StudentRaised, raised_here
from exam.verdicts import Judgement, judge_error


def judge_here(error: BaseException | None, root: Path, suite: Path, limits: CaseLimits) -> Judgement:
    """The verdict of a case that ended with ``error``; the student's files are below ``root``, the tests in ``suite``.

    The student's exception is told as an exam tells of it, its traceback cut to the student's own files.
    """
    if error is not None and _is_the_students(error, root, suite):
        error = raised_here(describe(error, f"{root}{os.sep}", 0))
    return judge_error(error, limits, answered=True)


def _is_the_students(error: BaseException, root: Path, suite: Path) -> bool:
    if isinstance(error, StudentRaised):
        return False  # it says already what it is
    if isinstance(error, SyntaxError):
        return root in Path(error.filename or "").parents
    if isinstance(error, AttributeError) and error.obj is not None:
        module = sys.modules.get(type(error.obj).__module__)
        if root in Path(getattr(module, "__file__", None) or "").parents:
            return True
    return _raised_below(error.__traceback__, root, suite)


def _raised_below(tb: TracebackType | None, root: Path, suite: Path) -> bool:
    """Whether the student's frame is nearer to the end than any of the suite's."""
    files = [Path(frame.f_code.co_filename) for frame, _ in traceback.walk_tb(tb)]
    for file in reversed(files):
        if root in file.parents:
            return True
        if suite in file.parents:
            return False
    return False


def place_now(thread: int, root: Path) -> str:
    """Where in the student's files a thread is just now, as the end of a traceback; empty outside of them."""
    frame: FrameType | None = sys._current_frames().get(thread)
    stack = traceback.StackSummary.extract(traceback.walk_stack(frame)) if frame else traceback.StackSummary()
    mine = [(Path(one.filename), one) for one in reversed(stack) if root in Path(one.filename).parents]
    return "".join(
        f'  File "{path.relative_to(root).as_posix()}", line {one.lineno}, in {one.name}\n    {one.line}\n'
        for path, one in mine
    )

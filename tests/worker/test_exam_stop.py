"""An exam that has lost its point ends at once, not when its running case does."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from core.suites import load_suite
from worker.exam import CaseStarted, ExamEvent, Waiting, examine
from worker.pairs import ColdPairs
from worker.sandbox.base import Sandbox

MINI = Path(__file__).parents[1] / "data" / "mini"
SLEEPS = b"import time\n\n\nclass Double:\n    def __init__(self, *args):\n        time.sleep(3600)\n"


class EnoughError(Exception):
    """What the listener raises."""


def test_it_ends_within_seconds_while_the_student_s_code_sleeps(sandbox: Sandbox) -> None:
    suite = load_suite(MINI)
    files = dict.fromkeys(suite.tree.required, SLEEPS) | suite.provided_files()
    begun: list[float] = []

    def listen(event: ExamEvent) -> None:
        if isinstance(event, CaseStarted):
            begun.append(time.monotonic())
        if isinstance(event, Waiting) and begun:
            raise EnoughError

    with pytest.raises(EnoughError):
        examine(suite, files, 1, ColdPairs(sandbox), listen)
    assert time.monotonic() - begun[-1] < suite.limits.case_wall_s / 2

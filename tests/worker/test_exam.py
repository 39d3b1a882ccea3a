"""Exams in real sandboxes whose candidate does not do as it should."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import SandboxUnavailable
from core.suites import load_suite
from exam.report import Verdict
from tests.worker.conftest import Remembering, make_sandbox
from worker.exam import examine
from worker.pairs import ColdPairs
from worker.sandbox.base import Box, Order, Role

DATA = Path(__file__).parents[1] / "data"


@dataclass
class Stumbling(Remembering):
    """Its first candidate is dead before it has connected."""

    def start(self, order: Order) -> Box:
        box = super().start(order)
        if order.role is Role.CANDIDATE and not self.stumbled:
            self.stumbled = True
            box.kill()
        return box

    stumbled: bool = False


def test_a_candidate_that_never_comes_is_replaced_soon() -> None:
    try:
        sandbox = Stumbling(make_sandbox("bubblewrap"))
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    files = {
        "Layers/Base.py": b"",
        "Layers/Double.py": b"class Double:\n    def forward(self, x):\n        return 2 * x\n",
    }
    started = time.monotonic()
    report = examine(load_suite(DATA / "mini"), files, 7, ColdPairs(sandbox))
    assert [case.verdict for case in report.cases] == [Verdict.PASSED, Verdict.PASSED]
    assert len(sandbox.boxes) == 4
    assert time.monotonic() - started < 20

"""Exams in real sandboxes whose candidate does not do as it should."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from core.errors import SandboxUnavailable
from core.suites import load_suite
from exam.report import Verdict
from tests.worker.conftest import Remembering, make_sandbox
from worker.exam import CaseStarted, ExamEvent, examine
from worker.pairs import ColdPairs
from worker.sandbox.base import Box, Ending, Order, Role

DATA = Path(__file__).parents[1] / "data"
FILES = {
    "Layers/Base.py": b"",
    "Layers/Double.py": b"class Double:\n    def forward(self, x):\n        return 2 * x\n",
}
SLOW = FILES | {"Layers/Double.py": b"import time\ntime.sleep(0.5)\n" + FILES["Layers/Double.py"]}


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
    started = time.monotonic()
    report = examine(load_suite(DATA / "mini"), FILES, 7, ColdPairs(sandbox))
    assert [case.verdict for case in report.cases] == [Verdict.PASSED, Verdict.PASSED]
    assert len(sandbox.boxes) == 4
    assert time.monotonic() - started < 20


@dataclass
class Tells:
    """A box of which its engine says what we want."""

    box: Box
    exit_code: int | None
    log: str = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.box, name)

    def wait(self, timeout_s: float) -> Ending | None:
        ending = self.box.wait(timeout_s)
        return ending and replace(ending, exit_code=self.exit_code, log=self.log)


@dataclass
class Telling(Remembering):
    """Its engine says of each candidate that it ended with ``exit_code``."""

    def start(self, order: Order) -> Box:
        box = super().start(order)
        if order.role is Role.EXAMINER:
            return box
        self.candidate = Tells(box, self.exit_code)
        return self.candidate

    exit_code: int | None = None
    candidate: Tells | None = None


@pytest.mark.parametrize(
    ("exit_code", "verdict"),
    [pytest.param(137, Verdict.CRASHED, id="killed"), pytest.param(None, Verdict.OUR_ERROR, id="engine-gone")],
)
def test_a_candidate_that_dies_twice_in_a_case_is_the_student_s_unless_the_engine_failed(
    exit_code: int | None, verdict: Verdict
) -> None:
    try:
        sandbox = Telling(make_sandbox("bubblewrap"), exit_code=exit_code)
    except SandboxUnavailable as error:
        pytest.skip(str(error))

    def strike(event: ExamEvent) -> None:
        if event == CaseStarted("Double.forward") and sandbox.candidate:
            sandbox.candidate.kill()

    report = examine(load_suite(DATA / "mini"), SLOW, 7, ColdPairs(sandbox), strike)
    assert {case.spec.id: case.verdict for case in report.cases}["Double.forward"] is verdict


@dataclass
class Confiding(Remembering):
    """Its examiners say something in their log that is for staff."""

    def start(self, order: Order) -> Box:
        box = super().start(order)
        if order.role is Role.CANDIDATE:
            return box
        self.examiner = Tells(box, 1, log="expected 42")
        return self.examiner

    examiner: Tells | None = None


def test_what_a_dying_examiner_said_is_not_told_to_students() -> None:
    try:
        sandbox = Confiding(make_sandbox("bubblewrap"))
    except SandboxUnavailable as error:
        pytest.skip(str(error))

    def strike(event: ExamEvent) -> None:
        if event == CaseStarted("Double.forward") and sandbox.examiner:
            sandbox.examiner.kill()

    with capture_logs() as logs:
        report = examine(load_suite(DATA / "mini"), SLOW, 7, ColdPairs(sandbox), strike)
    struck = next(case for case in report.cases if case.spec.id == "Double.forward")
    assert struck.verdict is Verdict.OUR_ERROR
    assert "the examiner died" in struck.message.text()
    assert "42" not in struck.message.text()
    assert [line["said"] for line in logs if line["event"] == "exam.sandbox_lost"] == ["expected 42"] * 2

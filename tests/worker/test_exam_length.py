"""One hand-in cannot keep a worker for as long as it likes, and is told so in the verdicts of its cases."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from core.suites import Suite, load_suite
from exam.report import Report, Verdict
from tests.worker.conftest import make_sandbox
from worker.exam import examine
from worker.pairs import ColdPairs

SLEEPS = b"import time\n\n\nclass Double:\n    def forward(self, x):\n        time.sleep(3600)\n"
CASE = '''def test_{name}(student, rng):
    """Case {name}."""
    student.Layers.Double.Double().forward(rng.random(3))
'''


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """Four cases, each of which asks for the same thing."""
    folder = tmp_path / "mini"
    folder.mkdir()
    text = (Path(__file__).parents[1] / "data" / "mini" / "suite.toml").read_text("utf-8")
    (folder / "suite.toml").write_text(text.replace("case_wall_s = 10", "case_wall_s = 6"), "utf-8")
    (folder / "test_double.py").write_text("\n\n".join(CASE.format(name=name) for name in "abcd"))
    return load_suite(folder)


def examined(suite: Suite) -> tuple[Report, float]:
    files = dict.fromkeys(suite.tree.required, SLEEPS)
    begun = time.monotonic()
    report = examine(suite, files, 1, ColdPairs(make_sandbox("bubblewrap")))
    return report, time.monotonic() - begun


def test_who_waits_in_vain_again_and_again_waits_less(suite: Suite) -> None:
    report, _ = examined(suite)
    assert [case.verdict for case in report.cases] == [Verdict.TIMEOUT] * 4
    assert [round(case.wall_s) for case in report.cases[3:]] == [5]


def test_cases_after_the_end_of_the_exam_s_time_are_the_student_s_timeouts(suite: Suite) -> None:
    suite.limits = suite.limits.model_copy(update={"exam_wall_s": 8.0})
    report, took_s = examined(suite)
    assert took_s < 14
    assert [case.verdict for case in report.cases] == [Verdict.TIMEOUT] * 4
    assert [case.message.code for case in report.cases[1:]] == ["exam_too_long"] * 3


def test_an_exam_that_takes_too_long_for_another_reason_is_ours(suite: Suite) -> None:
    suite.limits = suite.limits.model_copy(update={"exam_wall_s": 3.0})
    report, _ = examined(suite)
    assert {case.verdict for case in report.cases} == {Verdict.OUR_ERROR}

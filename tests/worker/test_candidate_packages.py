"""What a hand-in may import beside the standard library is there, in both sandboxes, and works within the limits."""

from __future__ import annotations

from pathlib import Path

from core.settings import get_settings
from core.suites import load_suite
from exam.report import Verdict
from worker.exam import examine
from worker.pairs import ColdPairs
from worker.sandbox import environment
from worker.sandbox.base import Sandbox

DATA = Path(__file__).parents[1] / "data"
HAND_IN = {"uses.py": (DATA / "packages_used" / "uses.py").read_bytes()}


def test_a_hand_in_can_use_each_of_them(sandbox: Sandbox) -> None:
    report = examine(load_suite(DATA / "packages"), HAND_IN, 1, ColdPairs(sandbox))
    assert len(report.cases) == 9
    failed = {case.spec.id: case.message.text() for case in report.cases if case.verdict is not Verdict.PASSED}
    assert failed == {}
    warnings = {case.spec.id: case.prints for case in report.cases if case.prints}
    assert warnings == {}


def test_the_sandbox_has_the_versions_that_are_pinned() -> None:
    pins = dict(line.split("==") for line in environment.CONSTRAINTS.read_text().splitlines() if "==" in line)
    folder = environment.find("candidate-numpy", get_settings().sandbox_env_dir).folder
    there = dict(path.name.removesuffix(".dist-info").rsplit("-", 1) for path in folder.glob("*.dist-info"))
    assert there["numpy"] == pins["numpy"]
    assert {name.lower().replace("_", "-"): version for name, version in there.items()}.items() <= pins.items()

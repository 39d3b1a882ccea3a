"""A sandbox that is killed from outside during an exam costs nobody anything: the exam is held again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.models import SubmissionState
from exam.report import Report
from tests.core.state_makers import make_exercise, make_state, receive
from tests.worker.conftest import Remembering
from tests.worker.exam_fakes import make_grade_deps, pack_files
from worker.exam import CaseStarted, ExamEvent, examine
from worker.pairs import ColdPairs
from worker.sandbox.base import Role, Sandbox
from worker.tasks import grade

DATA = Path(__file__).parents[1] / "data"
RIGHT = {
    "Layers/Base.py": b"",
    "Layers/Double.py": b"class Double:\n    def forward(self, x):\n        return 2 * x\n",
}


@dataclass
class Reaper:
    """Holds real exams; during the first one it kills the box of ``role`` when a case begins."""

    sandbox: Remembering
    role: Role
    killed: bool = False

    def __call__(self, suite: Any, files: Any, seed: int, *, on_event: Any) -> Report:
        def note(event: ExamEvent) -> None:
            on_event(event)
            if isinstance(event, CaseStarted) and not self.killed:
                self.killed = True
                for box, order in zip(self.sandbox.boxes, self.sandbox.orders, strict=True):
                    if order.role is self.role:
                        box.kill()

        return examine(suite, files, seed, ColdPairs(self.sandbox), note)


@pytest.mark.parametrize("role", list(Role))
def test_the_exam_is_held_again(role: Role, sandbox: Sandbox, sqlite_url: str, tmp_path: Path) -> None:
    state = make_state(sqlite_url, tmp_path, retry_backoff_s=0)
    submission = receive(state.deps, state.user, make_exercise(state.database, slug="mini"), pack_files(RIGHT))
    reaper = Reaper(Remembering(sandbox), role)
    deps = make_grade_deps(state.deps, DATA, reaper)
    for _ in range(state.deps.settings.max_attempts):
        grade(deps)
    assert reaper.killed
    graded = state.load(submission)
    assert (graded.state, graded.points) == (SubmissionState.DONE, graded.max_points)
    assert not any(box.alive() for box in reaper.sandbox.boxes)

"""An engine that is killed and comes back while nobody hands in: the spares that died with it are replaced before
anybody asks, what it left is removed, and the next hand-in is graded at its first try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.models import SubmissionState
from core.queries import submission_page
from core.queue import Worker
from core.suites import load_suite
from exam.report import Message, Verdict
from tests.chaos.engine import Engine, running_engine
from tests.chaos.test_boxes import DATA, RIGHT
from tests.core.state_makers import make_exercise, make_state, receive
from tests.real_parts import wait_until
from tests.worker.conftest import make_sandbox
from tests.worker.exam_fakes import pack_files
from worker.pairs import SparePairs
from worker.sandbox.docker import Docker
from worker.tasks import grade

pytestmark = pytest.mark.long  # a fresh engine has to be given its images
START_S = 120.0
PASSED = [(Verdict.PASSED, Message("passed"))] * 2


@pytest.fixture
def engine() -> Iterator[Engine]:
    make_sandbox("docker")
    with running_engine() as made:
        yield made


def test_spares_that_died_with_it_are_replaced(
    engine: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from worker.binding import make_grade_deps  # not above: its task would be every Celery app's of this process

    monkeypatch.setenv("DOCKER_HOST", engine.address)
    state = make_state(sqlite_url, tmp_path, suites_dir=DATA, max_attempts=1)
    sandbox = Docker()
    with closing(SparePairs(sandbox)) as pairs:
        pairs.prepare(load_suite(DATA / "mini"))
        wait_until("a spare", lambda: pairs.census().ready == 1, START_S)
        died = {box["Id"] for box in engine.boxes()}
        engine.kill()
        engine.start()

        def only_new_ones_run() -> bool:
            running = {box["Id"] for box in engine.boxes() if box["State"] == "running"}
            return pairs.census().ready == 1 and len(running) == 2 and not running & died

        wait_until("spares of the new engine", only_new_ones_run, START_S)
        submission = receive(state.deps, state.user, make_exercise(state.database, slug="mini"), pack_files(RIGHT))
        grade(make_grade_deps(state.deps, Worker("worker-1"), sandbox, pairs))
        page = submission_page(state.database, submission.id)
        assert page is not None
        assert [result and (result.verdict, result.message) for _, result in page.cases] == PASSED
        graded = state.load(submission)
        assert (graded.state, graded.points, graded.tries) == (SubmissionState.DONE, graded.max_points, 0)
    wait_until("the removal of all boxes", lambda: engine.boxes() == [], START_S)

"""Spare pairs of sandboxes: started where a CPU is free, for what is asked for next, and replaced when they die."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.settings import PROJECT
from core.suites import Suite, load_suite
from exam.report import Verdict
from tests.chaos.test_boxes import DATA, RIGHT
from tests.core.state_makers import make_exercise, make_state, make_user, receive
from tests.real_parts import wait_until
from tests.worker.conftest import Remembering
from tests.worker.exam_fakes import make_tiny_suite
from tests.worker.idle import IdleSandbox
from worker.demand import QueueAhead
from worker.exam import ExamEvent, examine
from worker.meeting import meeting_place, remove_lost_places
from worker.pairs import SparePairs
from worker.places import Places
from worker.sandbox.base import Sandbox
from worker.shelves import LONELY_S, RUSH_S, Shelves, Spare

MINI = load_suite(DATA / "mini")


def places(count: int) -> Places:
    """Some that no other test shares."""
    return Places(secrets.token_hex(8), count)


@contextmanager
def pool(sandbox: Any, where: Places | None = None, **options: Any) -> Iterator[SparePairs]:
    with closing(SparePairs(sandbox, places=where or places(2), **options)) as pairs:
        yield pairs


def has_ready(pairs: SparePairs, count: int = 1) -> Callable[[], bool]:
    return lambda: pairs.census()[:2] == (count, 0)


@pytest.fixture
def suites(tmp_path: Path) -> list[Suite]:
    made = [make_tiny_suite(tmp_path / name) for name in "ab"]
    for suite, name in zip(made, "ab", strict=True):
        (suite.folder / f"{name}.txt").touch()  # so that they differ
    return made


class TestRefills:
    def test_none_is_started_while_another_worker_examines_on_the_only_cpu(self, sandbox: Sandbox) -> None:
        """A start would begin within milliseconds, and the exam takes half a second."""
        where, beside = places(1), Remembering(sandbox)
        started_beside: list[int] = []
        with pool(sandbox, where) as busy, pool(beside, where) as idle:

            def look(event: ExamEvent) -> None:
                idle.prepare(MINI)
                started_beside.append(len(beside.boxes))

            report = examine(MINI, RIGHT, 7, busy, look)
            wait_until("a spare", has_ready(idle))
        assert {case.verdict for case in report.cases} == {Verdict.PASSED}
        assert set(started_beside) == {0}

    def test_beside_an_exam_one_is_started_for_the_next_in_the_queue(self, suites: list[Suite]) -> None:
        examined, waiting = suites
        sandbox = IdleSandbox()
        with pool(sandbox, ahead=lambda most: [waiting]) as pairs, closing(pairs.take(examined)):
            wait_until("a spare", has_ready(pairs))
            boxes = len(sandbox.boxes)
            with closing(pairs.take(waiting)):
                assert len(sandbox.boxes) == boxes

    def test_what_fails_to_start_is_tried_again_and_then_cleaned_up_after(self, suites: list[Suite]) -> None:
        sandbox = IdleSandbox()
        sandbox.broken = True
        with pool(sandbox) as pairs:
            pairs.prepare(suites[0])
            wait_until("an attempt", lambda: sandbox.refused > 0)
            sandbox.broken = False
            wait_until("a spare", has_ready(pairs))
            wait_until("a look for what is left over", lambda: sandbox.cleaned > 0)

    def test_a_queue_that_cannot_be_asked_costs_no_exam(self, suites: list[Suite]) -> None:
        def away(most: int) -> list[Suite]:
            raise ConnectionError("the database is away")

        with pool(IdleSandbox(), ahead=away) as pairs:
            for _ in range(2):
                with closing(pairs.take(suites[0])):
                    pass
            wait_until("a spare", has_ready(pairs))


def test_a_spare_that_died_is_replaced_before_anybody_asks(sandbox: Sandbox) -> None:
    remembering = Remembering(sandbox)
    with pool(remembering) as pairs:
        pairs.prepare(MINI)
        wait_until("a spare", has_ready(pairs))
        remembering.boxes[0].kill()
        wait_until("another one", lambda: len(remembering.boxes) == 4 and has_ready(pairs)())
        report = examine(MINI, RIGHT, 7, pairs)
        assert {case.verdict for case in report.cases} == {Verdict.PASSED}
        assert not any(box.alive() for box in remembering.boxes[:2])


class TestDemand:
    @pytest.fixture
    def shelves(self) -> Shelves:
        return Shelves(size=2, max_suites=2)

    def test_one_is_kept_for_what_was_asked_for_and_two_in_a_rush(self, shelves: Shelves) -> None:
        shelves.ask("a", MINI, 0.0)
        found = shelves.lacking([], 1.0)
        assert found is not None
        found[0].spares.append(Spare(None))
        assert shelves.lacking([], 1.0) is None
        shelves.ask("a", MINI, 2.0)
        found[0].spares.append(Spare(None))
        assert shelves.lacking([], 2.0) is not None
        assert shelves.lacking([], 2.0 + RUSH_S) is None

    def test_what_the_queue_asks_for_comes_first(self, shelves: Shelves) -> None:
        shelves.ask("a", MINI, 0.0)
        found = shelves.lacking([("b", MINI), ("a", MINI)], 1.0)
        assert found == (shelves.use("b", MINI, 1.0), True)

    def test_after_a_long_time_only_the_last_exercise_has_one(self, shelves: Shelves) -> None:
        for at, key in enumerate("ab"):
            shelves.use(key, MINI, float(at)).spares.append(Spare(None))
        assert shelves.take_off(2.0) == []
        assert len(shelves.take_off(2.0 + LONELY_S)) == 1
        assert [len(shelf.spares) for shelf in shelves.in_order()] == [0, 1]

    def test_only_so_many_exercises_have_some(self, shelves: Shelves) -> None:
        for key in "abc":
            shelves.use(key, MINI, 0.0).spares.append(Spare(None))
        assert len(shelves.take_off(1.0)) == 1

    def test_the_queue_tells_the_suites_of_the_next_hand_ins(self, database_url: str, tmp_path: Path) -> None:
        state = make_state(database_url, tmp_path, suites_dir=DATA)
        exercises = {slug: make_exercise(state.database, slug=slug) for slug in ("mini", "no_such_suite")}
        for slug in ("no_such_suite", "mini", "mini"):
            receive(state.deps, make_user(state.database), exercises[slug])
        assert [suite.id for suite in QueueAhead(state.deps)(3)] == [MINI.id, MINI.id]
        assert [suite.id for suite in QueueAhead(state.deps)(2)] == [MINI.id]


class TestLeftovers:
    def test_what_a_dead_worker_left_is_removed_and_a_living_ones_stays(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr("tempfile.tempdir", None)
        mine = meeting_place()
        script = "from worker.meeting import meeting_place; print(meeting_place())"
        made = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=PROJECT)
        assert Path(made.stdout.strip()).is_dir()
        assert remove_lost_places() == 1
        assert list(tmp_path.glob("abgabe-exam-*")) == [mine]

    def test_the_places_of_a_dead_process_are_free(self) -> None:
        where = places(1)
        script = (
            f"from worker.places import Places; p = Places({where.name!r}, 1).take(); print(p, flush=True); input()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", f"{script}; input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT
        ) as holder:
            assert holder.stdout is not None
            assert b"Place object" in holder.stdout.readline()
            assert where.take() is None
            holder.kill()
        assert where.take() is not None

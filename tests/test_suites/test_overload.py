"""Load never changes a grade: a slow, right hand-in gets the same verdicts when four times as many exams run as there
are CPUs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.settings import PROJECT, get_settings
from core.suites import load_suite
from exam.report import Report
from tests.test_suites.candidates import Candidate
from tests.test_suites.conftest import SEED, tree_of
from worker.exam import examine
from worker.pairs import ColdPairs
from worker.sandbox.choose import choose

OVERLOAD = 4
FEW, MANY = 1, 100


def crowded(exercise: str, name: str, times: int, folder: Path) -> Iterator[Report]:
    """The reports of one hand-in, examined again and again beside itself, as they come."""
    suite = load_suite(PROJECT / "test_suites" / exercise)
    files = tree_of(Candidate(exercise, name).write(folder), suite)
    pairs = ColdPairs(choose("bubblewrap", get_settings())[0])
    with ThreadPoolExecutor(OVERLOAD * (os.cpu_count() or 1)) as pool:
        yield from pool.map(lambda _: examine(suite, files, SEED, pairs), range(times))


@pytest.mark.parametrize(
    ("exercise", "name", "rounds"),
    [
        ("ex1", "right_loops", FEW),
        pytest.param("ex2", "right_loops", MANY, marks=[pytest.mark.long, pytest.mark.timeout(4 * 3600)]),
    ],
)
def test_verdicts_under_four_times_the_load_are_the_idle_ones(
    exercise: str, name: str, rounds: int, tmp_path: Path
) -> None:
    expected = Candidate(exercise, name)
    suite = load_suite(PROJECT / "test_suites" / exercise)
    found = []
    for report in crowded(exercise, name, max(rounds, OVERLOAD * (os.cpu_count() or 1)), tmp_path):
        found.append(expected.differences(suite, report))
        # for ``pytest -s``: a hundred take long
        print(f"{exercise} {name}, run {len(found)}: {found[-1] or 'as idle'}", flush=True)
    assert found == [[]] * len(found)

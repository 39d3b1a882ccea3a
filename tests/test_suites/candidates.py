"""Hand-ins whose verdicts are known: tests/candidates/EXERCISE/NAME, for every exercise alike. cli/candidates.py says
what they hold.

``python -m tests.test_suites.candidates ex2 NAME FOLDER`` writes the whole hand-in, for ``abgabe grade ex2 FOLDER``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from cli import candidates as kept
from core.suites import Suite
from exam.report import Report

ROOT = Path(__file__).parents[1] / "candidates"


class Candidate(kept.Candidate):
    """One hand-in and what it must get."""

    def __init__(self, exercise: str, name: str) -> None:
        super().__init__(ROOT / exercise / name)
        self.exercise = exercise

    def check(self, suite: Suite, report: Report) -> None:
        """The report holds the verdict that is expected of every case, and so do the points."""
        assert self.differences(suite, report) == []


def candidates(exercise: str) -> list[Candidate]:
    """Every hand-in to an exercise, by name."""
    return [Candidate(exercise, one.name) for one in kept.candidates_in(ROOT / exercise)]


def sampled(exercise: str) -> list[Any]:
    """The names of all hand-ins, as parameters of a test. Those that `make test` leaves to `make test-long` are marked:
    wrong ones, every verdict of which is also got by another hand-in that stays."""
    found = candidates(exercise)
    staying = {one.name for one in found if one.is_right} | _cover([one for one in found if not one.is_right])
    return [pytest.param(one.name, marks=() if one.name in staying else pytest.mark.long, id=one.name) for one in found]


def _cover(wrong: list[Candidate]) -> set[str]:
    """A few of them that together get each verdict that any of them gets: always the one that adds the most."""
    got = {one.name: set(one.expected.get("verdicts", {}).items()) for one in wrong}
    left, chosen = set().union(*got.values()), set()
    while left:
        most = max(got, key=lambda name: len(got[name] & left))
        chosen.add(most)
        left -= got[most]
    return chosen


class Exams:
    """The exams of one exercise's candidates. All that are begun wait in one line, so that both CPUs have work."""

    def __init__(self, suite: Suite, grade: Any, folder: Callable[[str], Path]) -> None:
        self.suite = suite
        self._grade = grade
        self._folder = folder
        self._written: dict[str, Path] = {}

    def begin(self, names: Iterable[str]) -> None:
        """Begin the exams of these candidates."""
        for name in names:
            self._start(Candidate(self.suite.id, name))

    def report(self, name: str) -> Report:
        """The report of one candidate's exam, begun now if it was not before."""
        return self._start(Candidate(self.suite.id, name)).result()

    def _start(self, candidate: Candidate) -> Future[Report]:
        if candidate.name not in self._written:
            self._written[candidate.name] = candidate.write(self._folder(candidate.name))
        future: Future[Report] = self._grade.start(
            "bubblewrap", candidate.limited(self.suite), self._written[candidate.name]
        )
        return future


if __name__ == "__main__":
    Candidate(*sys.argv[1:3]).write(Path(sys.argv[3]))

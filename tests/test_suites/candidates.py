"""Hand-ins whose verdicts are known: tests/candidates/EXERCISE/NAME, for every exercise alike.

NAME holds expected.toml and a hand-in, or only what it has different from another one:

description  what is right or wrong with it
points       what it earns
verdicts     case -> verdict, for every case that is not passed
limits       other limits than the suite's, so that what never ends ends soon
one_process  why it is not run without a sandbox
stricter     group -> why we refuse it although a course's own tests would let it pass
based_on     the hand-in that this one is, but for the files that lie here and for:
without      files of that hand-in which this one has not
change       a list of {file, old, new}: ``old``, which occurs once in that file, is replaced

``python -m tests.test_suites.candidates ex2 NAME FOLDER`` writes the whole hand-in, for ``abgabe grade ex2 FOLDER``.
"""

from __future__ import annotations

import copy
import sys
import tomllib
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import cached_property
from pathlib import Path
from typing import Any

from core.scoring import score
from core.suites import Suite
from exam.report import Report

ROOT = Path(__file__).parents[1] / "candidates"
REQUIRED = {"description", "points"}
KEYS = REQUIRED | {"verdicts", "limits", "one_process", "stricter", "based_on", "without", "change"}


class Candidate:
    """One hand-in and what it must get."""

    def __init__(self, exercise: str, name: str) -> None:
        self.exercise = exercise
        self.name = name
        self.folder = ROOT / exercise / name

    @cached_property
    def expected(self) -> dict[str, Any]:
        """expected.toml. Raises ValueError where it lacks a key or has an unknown one."""
        expected = tomllib.loads((self.folder / "expected.toml").read_text("utf-8"))
        if not REQUIRED <= expected.keys() <= KEYS:
            raise ValueError(f"{self.name}: keys {sorted(expected)}")
        return expected

    @property
    def is_right(self) -> bool:
        return self.name.startswith("right_")

    def files(self) -> dict[str, bytes]:
        """Path -> content of the whole hand-in."""
        base = self.expected.get("based_on")
        files = Candidate(self.exercise, base).files() if base else {}
        for path in self.expected.get("without", ()):
            del files[path]
        for change in self.expected.get("change", ()):
            files[change["file"]] = self._changed(files[change["file"]], **change)
        own = [path for path in sorted(self.folder.rglob("*.py")) if "__pycache__" not in path.parts]
        return files | {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in own}

    def _changed(self, content: bytes, file: str, old: str, new: str) -> bytes:
        text = content.decode("utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{self.name}: {old!r} occurs {text.count(old)} times in {file}")
        return text.replace(old, new).encode()

    def write(self, folder: Path) -> Path:
        """The whole hand-in as files in ``folder``."""
        for path, content in self.files().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder

    def limited(self, suite: Suite) -> Suite:
        """The suite with this candidate's own limits."""
        limited = copy.copy(suite)
        limited.limits = suite.limits.model_copy(update=self.expected.get("limits", {}))
        return limited

    def check(self, suite: Suite, report: Report) -> None:
        """The report holds the verdict that is expected of every case, and so do the points."""
        verdicts = {case.spec.id: case.verdict.value for case in report.cases if case.verdict.value != "passed"}
        assert verdicts == self.expected.get("verdicts", {})
        assert score(suite, report).points == self.expected["points"]


def candidates(exercise: str) -> list[Candidate]:
    """Every hand-in to an exercise, by name."""
    return [Candidate(exercise, path.parent.name) for path in sorted((ROOT / exercise).glob("*/expected.toml"))]


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

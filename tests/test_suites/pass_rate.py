"""How often a hand-in passes each case of some files, over many seeds: what shows that no right one fails by bad luck.

    python -m tests.test_suites.pass_rate ex3 right_vectorised 200 test_trainings.py test_rnn.py

runs them in one process, as authors do (exam.plain), and prints how many seeds each case failed with.
"""

from __future__ import annotations

import collections
import contextlib
import io
import sys
import tempfile
from pathlib import Path

import pytest

from core.settings import PROJECT
from core.suites import load_suite
from tests.test_suites.candidates import Candidate
from tests.test_suites.classic import lay_out


class Failures:
    """A pytest plugin that counts."""

    def __init__(self) -> None:
        self.runs: collections.Counter[str] = collections.Counter()
        self.failed: collections.Counter[str] = collections.Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.runs[report.nodeid] += 1
            self.failed[report.nodeid] += report.failed


def measure(exercise: str, name: str, seeds: int, files: list[str]) -> Failures:
    """The failures of ``files`` over ``seeds`` seeds."""
    suite, failures = load_suite(PROJECT / "test_suites" / exercise), Failures()
    with tempfile.TemporaryDirectory() as folder:
        tree = lay_out(Candidate(exercise, name), suite, Path(folder))
        options = ["-q", "-p", "exam.plain", "-p", "no:cacheprovider", "-c", "/dev/null", "--student", str(tree)]
        paths = [str(suite.folder / file) for file in files]
        for seed in range(seeds):
            with contextlib.redirect_stdout(io.StringIO()):
                pytest.main([*options, "--exam-seed", str(seed), *paths], plugins=[failures])
    return failures


def main(exercise: str, name: str, seeds: str, *files: str) -> None:
    """Print the table."""
    found = measure(exercise, name, int(seeds), list(files))
    for case, runs in found.runs.items():
        print(f"{found.failed[case]:4d} of {runs} failed  {case.rpartition('/')[2]}")


if __name__ == "__main__":
    main(*sys.argv[1:])

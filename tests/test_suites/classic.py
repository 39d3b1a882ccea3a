"""A course's own test files (tests/data/classic_*), and what a hand-in gets from them: in one process, as at home, and
across the seam, as they stand.

``python -m tests.test_suites.classic ex1 ex2/right_loops`` compares the two, test by test, for every hand-in to these
exercises that one process survives, or for single ones, and prints each difference.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core.settings import PROJECT, get_settings
from core.suites import Suite, load_suite
from exam.report import Report
from tests.test_suites.candidates import Candidate, candidates
from tests.test_suites.conftest import SEED, tree_of
from worker.exam import examine
from worker.pairs import SparePairs
from worker.sandbox.choose import choose

DATA = PROJECT / "tests" / "data"
ONE_PROCESS = DATA / "classic_ex1" / "run_in_one_process.py"
EXERCISES = ("ex1", "ex2", "ex3")
Verdicts = dict[str, bool]
KNOWN = {
    ("ex1", "relu_object_array"): {"ReLU.forward", "ReLU.gradient"},
    ("ex2", "adam_counts_for_all"): {"Optimizers.adam"},
}
"""Tests that end otherwise across the seam: an array of objects is refused where numbers are due; and what a class
remembers of an earlier test is forgotten, as each case has a process of its own."""


def classic_suite(exercise: str, folder: Path) -> Suite:
    """The course's file of an exercise as a suite in ``folder``, beside it those that it takes tests over from, and the
    provided files of our suite."""
    shutil.copytree(PROJECT / "test_suites" / exercise / "provided", folder / "provided")
    for earlier in EXERCISES[: EXERCISES.index(exercise) + 1]:
        for path in (DATA / f"classic_{earlier}").glob("NeuralNetworkTests*.py"):
            shutil.copy(path, folder)
    shutil.copy(DATA / f"classic_{exercise}" / "suite.toml", folder)
    return load_suite(folder)


def harmless(exercise: str) -> list[Candidate]:
    """The hand-ins that one process survives."""
    return [candidate for candidate in candidates(exercise) if "one_process" not in candidate.expected]


def course_file(suite: Suite) -> Path:
    """The course's file of this exercise."""
    return suite.folder / suite.groups[0].tests[0].partition("::")[0]


def in_one_process(suite: Suite, trees: list[Path]) -> dict[Path, Verdicts]:
    """Tree -> ``group.test`` -> whether it passed, from plain unittest; each tree in a process of its own."""
    command = [sys.executable, "-B", ONE_PROCESS, course_file(suite), suite.folder / "provided", *trees]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env={"OPENBLAS_NUM_THREADS": "1"})
    return {
        Path(tree): {f"{group}.{test}": ok for group, tests in groups.items() for test, ok in tests.items()}
        for tree, groups in json.loads(told.stdout).items()
    }


def across_the_seam(report: Report) -> Verdicts:
    """``group.test`` -> whether it passed."""
    return {case.spec.id: case.verdict.value == "passed" for case in report.cases}


def lay_out(candidate: Candidate, suite: Suite, folder: Path) -> Path:
    """A hand-in's canonical tree below ``folder``; the tree's root."""
    root = folder / candidate.name / "src_to_implement"
    for path, content in tree_of(candidate.write(folder / "handed_in" / candidate.name), suite).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def differing(alone: Verdicts, report: Report) -> set[str]:
    """The tests that pass on one side only."""
    across = across_the_seam(report)
    return {test for test in alone.keys() | across.keys() if alone.get(test) is not across.get(test)}


def compare(exercise: str, hand_ins: list[Candidate], pairs: SparePairs, folder: Path) -> bool:
    """Print what differs; True where nothing does but what must."""
    suite = classic_suite(exercise, folder / exercise)
    as_known = True
    for candidate in hand_ins:
        begun = time.perf_counter()
        tree = lay_out(candidate, suite, folder / f"{exercise}_trees")
        alone = in_one_process(suite, [tree])[tree]
        report = examine(suite, tree_of(tree, suite), SEED, pairs)
        found, seconds = differing(alone, report), time.perf_counter() - begun
        for case in (case for case in report.cases if case.spec.id in found):
            print(f"  {case.spec.id}: one process {alone.get(case.spec.id)}, ", end="")
            print(f"across {case.verdict.value}: {case.message.text()[:300]}")
        print(f"{exercise}/{candidate.name}: {len(alone)} tests, {len(found)} differ, {seconds:.0f} s", flush=True)
        as_known &= found == KNOWN.get((exercise, candidate.name), set())
    return as_known


def main(names: list[str]) -> int:
    """Compare for these exercises and hand-ins; 1 where something differs that must not."""
    pairs = SparePairs(choose("bubblewrap", get_settings())[0], size=1)
    with tempfile.TemporaryDirectory(prefix="abgabe-classic-") as folder:
        try:
            same = [
                compare(exercise, chosen, pairs, Path(folder))
                for exercise in EXERCISES
                if (chosen := [one for one in harmless(exercise) if {exercise, f"{exercise}/{one.name}"} & set(names)])
            ]
            return int(not all(same))
        finally:
            pairs.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(EXERCISES)))

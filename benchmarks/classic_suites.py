"""A course's own unittest file, whole: with tests and student in one process, and across the seam in real sandboxes.

Both take turns, round by round, so that a noisy machine is noisy for both; from the start to the last verdict, imports
and all. Medians, and the ratio between them for each exercise; the goal is four times one process. Then a file
that does nothing but numerical gradients, entry by entry: what each of its many remote calls takes.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from core.settings import PROJECT, Settings
from core.suites import Suite, load_suite
from tests.test_suites.candidates import Candidate
from tests.test_suites.classic import across_the_seam, classic_suite, in_one_process, lay_out
from tests.test_suites.conftest import SEED, tree_of
from worker.exam import examine
from worker.pairs import SparePairs
from worker.sandbox.choose import choose

GOAL = 4.0
ENTRIES = 200
GRADIENTS_SUITE = """
id = "gradients"
version = "1"
title = { en = "Gradients", de = "Gradienten" }
[tree]
required = ["Layers/Base.py", "Layers/FullyConnected.py"]
[student]
modules = ["Layers", "Optimization", "NeuralNetwork"]
[limits]
case_cpu_s = 600
case_wall_s = 600
[[group]]
id = "Gradients"
title = { en = "Gradients", de = "Gradienten" }
points = 1
tests = ["Gradients.py"]
"""
GRADIENTS = f"""
import unittest
import numpy as np
from Layers import *

class TestGradients(unittest.TestCase):
    def test_gradient(self):
        layer, x, epsilon = FullyConnected.FullyConnected(8, 3), np.random.rand({ENTRIES} // 8, 8), 1e-5
        for _ in range(TIMES):
            for entry in np.ndindex(x.shape):
                kept = x[entry]
                x[entry] = kept + epsilon
                above = np.sum(layer.forward(x))
                x[entry] = kept - epsilon
                below = np.sum(layer.forward(x))
                x[entry] = kept
                self.assertTrue(np.isfinite((above - below) / (2 * epsilon)))
"""
CANDIDATES = {"ex1": "right_plain", "ex2": "right_im2col", "ex3": "right_vectorised"}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sandbox", default="bubblewrap")
    parser.add_argument("--exercises", nargs="*", default=list(CANDIDATES))
    parser.add_argument("--calls", type=int, default=100_000)
    options = parser.parse_args()
    pairs = SparePairs(choose(options.sandbox, Settings())[0], size=1)
    print(f"{'':6}{'tests':>7}{'one process, s':>17}{'across, s':>12}{'cases, s':>11}{'ratio':>8}")
    try:
        for exercise in options.exercises:
            with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder:
                measure(exercise, pairs, options.rounds, Path(folder))
        with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder:
            measure_calls(options.calls, pairs, Path(folder))
    finally:
        pairs.close()


def measure(exercise: str, pairs: SparePairs, rounds: int, folder: Path) -> None:
    """One row of the table."""
    suite = classic_suite(exercise, folder / "classic")
    tree = lay_out(Candidate(exercise, CANDIDATES[exercise]), suite, folder)
    one_process(suite, tree)  # once for the caches
    tests, alone, across, cases = 0, [], [], []
    for _ in range(rounds):
        alone.append(one_process(suite, tree))
        time.sleep(0.5)  # a spare pair is started between two hand-ins, as between two students
        begun = time.perf_counter()
        report = examine(suite, tree_of(tree, suite), SEED, pairs)
        across.append(time.perf_counter() - begun)
        cases.append(sum(case.wall_s for case in report.cases))
        tests = len(across_the_seam(report))
    one, two, inside = map(statistics.median, (alone, across, cases))
    print(f"{exercise:6}{tests:7}{one:17.2f}{two:12.2f}{inside:11.2f}{two / one:8.2f}  ", end="")
    print("held" if two <= GOAL * one else "MISSED", flush=True)


def measure_calls(calls: int, pairs: SparePairs, folder: Path) -> None:
    """The line about a file of numerical gradients."""
    times = calls // (2 * ENTRIES)
    if not times:
        return
    place = folder / "gradients"
    shutil.copytree(PROJECT / "test_suites" / "ex1" / "provided", place / "provided")
    (place / "suite.toml").write_text(GRADIENTS_SUITE)
    (place / "Gradients.py").write_text(GRADIENTS.replace("TIMES", str(times)))
    suite = load_suite(place)
    tree = lay_out(Candidate("ex1", CANDIDATES["ex1"]), suite, folder)
    alone_s = one_process(suite, tree)
    case = examine(suite, tree_of(tree, suite), SEED, pairs).cases[0]
    made = times * 2 * ENTRIES
    print(f"{made} remote calls in one test: {case.verdict.value}, one process {alone_s:.2f} s, ", end="")
    print(f"across {case.wall_s:.2f} s, {1000 * case.wall_s / made:.3f} ms for each call")


def one_process(suite: Suite, tree: Path) -> float:
    """Seconds of ``python -m unittest``, as a student runs it at home."""
    begun = time.perf_counter()
    in_one_process(suite, [tree])
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()

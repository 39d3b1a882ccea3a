"""What a whole exam computes, beside plain pytest on the same cases in one process, for a hand-in of loops and one of
whole arrays.

    exam    CPU time of all processes of both sandboxes, from the hand-in's coming to its last verdict. Excluded is the
            warm start, told apart: a waiting pair has imported NumPy, pytest and the suite's preloads before that.
    plain   CPU time of ``pytest -p exam.plain`` with the sandboxes' packages, less that of a process which only imports
            what a waiting pair has imported.
    forks   CPU time of that process to fork once for each case, where the child ends at once: what the kernel takes for
            the one thing that no exam can do without.

They take turns, round by round, so that a noisy machine is noisy for both; medians. Wall time is from the coming to the
last verdict. Bounds are on CPU time: a hand-in of loops, a third of that for one of arrays, and for the exam's overhead
over plain pytest 15 % or 0.5 s, whichever is more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from core.settings import PROJECT, Settings
from core.suites import Suite, load_suite
from tests.test_suites.candidates import Candidate
from tests.test_suites.classic import lay_out
from tests.test_suites.conftest import SEED, tree_of
from worker.exam import CaseFinished, ExamEvent, Planned, examine
from worker.pairs import Pair
from worker.sandbox.base import Sandbox
from worker.sandbox.choose import choose
from worker.sandbox.environment import find

BOUNDS_S = {"ex0": 2.0, "ex1": 2.0, "ex2": 25.0, "ex3": 35.0, "ex4": 15.0}
ARRAYS_SHARE = 1 / 3
OVERHEAD_SHARE, OVERHEAD_S = 0.15, 0.5
LOOPS = {
    "ex0": "right_loops_pillow",
    "ex1": "right_loops",
    "ex2": "right_loops",
    "ex3": "right_loops",
    "ex4": "right_resnet",  # no loops in PyTorch: the larger network
}
ARRAYS = {
    "ex0": "right_numpy_skimage",
    "ex1": "right_einsum",
    "ex2": "right_im2col",
    "ex3": "right_vectorised",
    "ex4": "right_small_cnn",
}
IDLE_S = 0.3
MANY = 10
"""Times the forks that are timed: imports vary by more than a few forks take."""
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
ONE_THREAD = dict.fromkeys(("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
ENVIRONMENT = {**os.environ, **ONE_THREAD, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""As in the sandboxes."""
PYTEST = ("-q", "-p", "exam.plain", "-p", "no:cacheprovider", "-c", "/dev/null", "--exam-seed", str(SEED))
HEAD = """
| exercise, hand-in | cases | exam, CPU s | bound | plain, CPU s | over, s | bound | forks, s | wall, s | start, CPU s |
|---|---|---|---|---|---|---|---|---|---|"""


@dataclass
class Times:
    """Seconds of several rounds."""

    cases: int = 0
    exam: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    forks: list[float] = field(default_factory=list)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sandbox", default="bubblewrap")
    parser.add_argument("--exercises", nargs="*", default=list(BOUNDS_S))
    options = parser.parse_args()
    sandbox = choose(options.sandbox, Settings())[0]
    print(HEAD)
    for exercise in options.exercises:
        for names, share in ((LOOPS, 1.0), (ARRAYS, ARRAYS_SHARE)):
            times = measure(Candidate(exercise, names[exercise]), sandbox, options.rounds)
            row(f"{exercise}, {names[exercise]}", times, BOUNDS_S[exercise] * share)


def measure(candidate: Candidate, sandbox: Sandbox, rounds: int) -> Times:
    """Both ways in turn."""
    suite, times = load_suite(PROJECT / "test_suites" / candidate.exercise), Times()
    root = Settings().sandbox_env_dir
    packages = [str(find(name, root).folder) for name in (suite.image, "examiner")]
    with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder:
        tree = lay_out(candidate, suite, Path(folder))
        for _ in range(rounds):
            times.plain.append(plain_s(suite, tree, packages))
            examined(candidate, suite, tree, sandbox, times)
            times.forks.append(forks_s(suite, tree, packages, times.cases))
    return times


def row(name: str, times: Times, bound_s: float) -> None:
    """Print it."""
    exam, plain, wall, start = map(statistics.median, (times.exam, times.plain, times.wall, times.start))
    forks = statistics.median(times.forks)
    over, over_bound_s = exam - plain, max(OVERHEAD_S, OVERHEAD_SHARE * plain)
    cells = [
        *(name, str(times.cases), f"{exam:.2f}", f"{bound_s:.2f} {_held(exam <= bound_s)}", f"{plain:.2f}"),
        *(f"{over:.2f}", f"{over_bound_s:.2f} {_held(over <= over_bound_s)}", f"{forks:.2f}"),
        *(f"{wall:.2f}", f"{start:.2f}"),
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


def _held(held: bool) -> str:
    return "yes" if held else "NO"


# --- the exam ---------------------------------------------------------------------------------------------------------


class WarmPairs:
    """Starts a pair and waits until it waits, as one that a worker keeps ready has done for long."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.start_s = 0.0
        self.taken = 0.0

    def take(self, suite: Suite) -> Pair:
        pair = Pair(suite, self._sandbox)
        used_s = -1.0
        while descendants_s() > used_s:
            used_s = descendants_s()
            time.sleep(IDLE_S)
        self.start_s, self.taken = used_s, time.perf_counter()
        return pair


def examined(candidate: Candidate, suite: Suite, tree: Path, sandbox: Sandbox, times: Times) -> None:
    """One exam. Raises AssertionError where it brings other verdicts than the candidate must get."""
    pairs, left = WarmPairs(sandbox), 0

    def on_event(event: ExamEvent) -> None:
        nonlocal left
        if isinstance(event, Planned):
            left = len(event.cases)
        elif isinstance(event, CaseFinished):
            left -= 1
            if left == 0:
                times.wall.append(time.perf_counter() - pairs.taken)
                times.exam.append(descendants_s() - pairs.start_s)

    report = examine(suite, tree_of(tree, suite), SEED, pairs, on_event)
    candidate.check(suite, report)
    times.cases = len(report.cases)
    times.start.append(pairs.start_s)


def descendants_s() -> float:
    """CPU seconds of all processes below this one, those they have waited for included."""
    parents, used_s = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue  # it has ended
        fields = text.rpartition(")")[2].split()
        parents[path.parent.name] = fields[1]
        used_s[path.parent.name] = sum(map(int, fields[11:15])) * TICK_S
    return sum(used_s[process] for process in parents if _below(process, parents, str(os.getpid())))


def _below(process: str, parents: dict[str, str], ancestor: str) -> bool:
    while process in parents:
        process = parents[process]
        if process == ancestor:
            return True
    return False


# --- plain pytest -----------------------------------------------------------------------------------------------------


def plain_s(suite: Suite, tree: Path, packages: list[str]) -> float:
    """CPU seconds of the same cases in one process, its start excluded."""
    env = environment(packages)
    start_s = process_s(tree, env, "-c", _imports("exam.examiner", "exam.plain", *suite.student.preload))
    return process_s(tree, env, "-m", "pytest", *PYTEST, "--student", str(tree), str(suite.folder)) - start_s


def forks_s(suite: Suite, tree: Path, packages: list[str], count: int) -> float:
    """CPU seconds of ``count`` processes that end at once, forked from one like a candidate's supervisor."""
    imports = _imports("exam.candidate", *suite.student.preload)
    forks = f"for _ in range({count * MANY}):\n  if not os.fork(): os._exit(0)\n  os.wait()"
    env = environment(packages)
    with_forks_s = process_s(tree, env, "-c", f"import gc, os\n{imports}\ngc.freeze()\n{forks}")
    return (with_forks_s - process_s(tree, env, "-c", imports)) / MANY


def environment(packages: list[str]) -> dict[str, str]:
    return ENVIRONMENT | {"PYTHONPATH": os.pathsep.join([*packages, str(PROJECT)])}


def _imports(*modules: str) -> str:
    return "\n".join(f"import {module}" for module in modules)


def process_s(folder: Path, env: dict[str, str], *arguments: str) -> float:
    """CPU seconds of Python with these arguments in ``folder``. Raises AssertionError where it fails, as
    pytest does not by failing cases."""
    pid = os.fork()
    if pid == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.chdir(folder)
        os.execve(sys.executable, [sys.executable, *arguments], env)
    _, status, usage = os.wait4(pid, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 1), f"python {' '.join(arguments)[:200]} fails"
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()

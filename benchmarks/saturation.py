"""Where a worker's CPU time goes while more hand-ins wait than it can examine.

A real queue of right and wrong hand-ins to exercises 1, 2 and 3 (``core.submissions.receive`` into SQLite), one worker
(Celery's, as within ``abgabe up``) with as many threads as CPUs, real sandboxes with their spares. Counted is the CPU
time, user and system, of everything from the worker's start until all is graded:

    cases       the processes that are forked for the cases: the student's code, and how they come about
    tests       the examiner: pytest, the suite, the reference network, its end of each call
    supervisor  the candidate's process 1: starts, watches and ends the cases
    start       both processes up to the moment when the exam begins: Python, NumPy, pytest and the suite's preload
    engine      bwrap's process; or each container's shim with its runc, and all of dockerd and containerd
    worker      Celery, the database, the exam's events: this process
    rest        the ends of the processes, and spares that were thrown away; only bubblewrap's is known

They are read from /proc when an exam begins and at its last verdict.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import func, select

from core import intake, submissions
from core.database import migrate
from core.deps import Deps
from core.embedded import start_embedded_worker
from core.logs import configure_logging
from core.models import Submission, SubmissionState
from core.queue import Worker, open_deps
from core.settings import Settings
from core.suites import Suite, find_suite
from docker import APIClient
from exam.report import Report
from tests.core.state_makers import make_exercise, make_user
from tests.test_suites.candidates import Candidate
from worker.binding import make_grade_deps
from worker.demand import QueueAhead
from worker.exam import CaseFinished, ExamEvent, OnEvent, Planned, examine
from worker.pairs import ColdPairs, Pair, Pairs, SparePairs
from worker.sandbox.base import Box
from worker.sandbox.cgroups import find_cgroups
from worker.sandbox.choose import choose
from worker.tasks import GradeDeps

HAND_INS = (
    *("ex1/right_reference", "ex1/right_einsum", "ex1/right_plain"),
    *("ex1/softmax_without_shift", "ex1/loss_mean", "ex1/misspelt_import"),
    *("ex2/right_im2col", "ex2/adam_does_not_square", "ex2/conv_gradient_averaged", "ex3/right_vectorised"),
)
"""Of one round; all compute with whole arrays."""
PARTS = ("cases", "tests", "supervisor", "start", "engine", "worker", "rest")
BOUND = 0.25
SERVICES = ("dockerd", "containerd")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
LOOK_S = 0.2


def main() -> None:
    """Measure and print a table for each kind of sandbox."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="how often each of the hand-ins is handed in")
    parser.add_argument("--hand-ins", nargs="*", default=HAND_INS, help="such as ex2/right_loops")
    parser.add_argument("--sandboxes", nargs="*", default=["bubblewrap", "docker"])
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--cold", action="store_true", help="without spares: each exam starts its own pair")
    options = parser.parse_args()
    configure_logging(Settings(log_level="warning"))
    for kind in options.sandboxes:
        with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder:
            settings = Settings(data_dir=Path(folder), workers=options.workers, sandbox=kind)
            used = saturate(settings, options.hand_ins * options.rounds, cold=options.cold)
        table(f"{kind}, {options.workers} workers{', no spares' if options.cold else ''}", used)


# --- the queue --------------------------------------------------------------------------------------------------------


def saturate(settings: Settings, hand_ins: Sequence[str], *, cold: bool) -> Used:
    """Fill the queue, start the worker, wait until all is graded."""
    migrate(settings.database)
    deps, used = open_deps(settings), Used()
    with closing(deps.database), closing(deps.live):
        fill(deps, hand_ins)
        sandbox = choose(settings.sandbox, settings)[0]
        begun, worker_s, boxes_s, engine_s = time.monotonic(), own_s(), children_s(), services_s()
        spares = SparePairs(sandbox, settings.workers, ahead=QueueAhead(deps))
        watch = Watch(sandbox.kind, ColdPairs(sandbox) if cold else spares, used)

        def make(worker: Worker) -> GradeDeps:
            return replace(make_grade_deps(deps, worker, sandbox, watch), examine=watch.examine)

        worker = start_embedded_worker(deps, make)
        while waiting(deps):
            time.sleep(LOOK_S)
        used.wall_s = time.monotonic() - begun
        used.of["", "worker"] = own_s() - worker_s
        if sandbox.kind == "docker":
            used.of["", "engine"] = services_s() - engine_s
        else:  # those of spares that still wait are not among them
            used.of["", "rest"] = used.of["", "worker"] + children_s() - boxes_s - sum(used.of.values())
        worker.stop()
        spares.close()
    return used


def fill(deps: Deps, hand_ins: Sequence[str]) -> None:
    """Hand in everything, in an order that is drawn once."""
    made: dict[str, int] = {}
    for name in random.Random(1).sample(hand_ins, len(hand_ins)):
        slug, _, candidate = name.partition("/")
        made[slug] = made.get(slug) or make_exercise(deps.database, slug=slug).id
        suite = find_suite(deps.settings.suites_dir, slug)
        with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder:
            written = Candidate(slug, candidate).write(Path(folder))
            hand_in(deps, make_user(deps.database).id, made[slug], suite, written)


def hand_in(deps: Deps, user_id: int, exercise_id: int, suite: Suite, folder: Path) -> None:
    with intake.Upload.from_paths([folder]) as upload, intake.pack(upload, intake.Limits()) as archive:
        taken = intake.read(archive, suite, intake.Limits())
        archive.seek(0)
        submissions.receive(
            deps, user_id=user_id, exercise_id=exercise_id, archive=archive, intake=taken, filename="submission.zip"
        )


def waiting(deps: Deps) -> int:
    """How many are not done. Raises AssertionError where one is stuck."""
    with deps.database.read() as session:
        counted = dict(session.execute(select(Submission.state, func.count()).group_by(Submission.state)).all())
    assert SubmissionState.STUCK not in counted, "a submission is stuck"
    return sum(count for state, count in counted.items() if state is not SubmissionState.DONE)


# --- counting ---------------------------------------------------------------------------------------------------------


@dataclass
class Used:
    """CPU seconds of (exercise, part), exams of each exercise, and how long it all took."""

    of: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    exams: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wall_s: float = 0.0

    def total_s(self, exercise: str, *parts: str) -> float:
        """Of an exercise, or of all of them."""
        return sum(
            seconds
            for (one, part), seconds in self.of.items()
            if (not exercise or one == exercise) and (not parts or part in parts)
        )


@dataclass
class Exam:
    """One that runs: CPU seconds of its examiner and its candidate when it began."""

    suite: str
    processes: tuple[int, int]
    started_s: tuple[float, float]


class Watch:
    """Hands pairs out when they are warm, and holds exams, looking at both ends."""

    def __init__(self, kind: str, pairs: Pairs, used: Used) -> None:
        self._kind = kind
        self._pairs = pairs
        self._used = used
        self._mine = threading.local()

    def take(self, suite: Suite) -> Pair:
        pair = self._pairs.take(suite)
        pair.channel()  # comes when both processes have loaded all they need
        examiner, candidate = (first_process(self._kind, box) for box in pair.boxes)
        self._mine.exam = Exam(suite.id, (examiner, candidate), (times(examiner)[0], times(candidate)[0]))
        return pair

    def examine(self, suite: Suite, files: Mapping[str, bytes], seed: int, *, on_event: OnEvent) -> Report:
        left = 0

        def note(event: ExamEvent) -> None:
            nonlocal left
            if isinstance(event, Planned):
                left = len(event.cases)
            elif isinstance(event, CaseFinished):
                left -= 1
                if left == 0:
                    self._count(self._mine.exam)
            on_event(event)

        return examine(suite, files, seed, self, note)

    def _count(self, exam: Exam) -> None:
        (tests_s, helpers_s, above), (supervisor_s, cases_s, above_too) = map(times, exam.processes)
        engine_s = sum(sum(times(parent)[:2]) for parent in (above, above_too))
        parts = {
            "cases": cases_s,
            "tests": tests_s + helpers_s - exam.started_s[0],
            "supervisor": supervisor_s - exam.started_s[1],
            "start": sum(exam.started_s),
            "engine": engine_s,
        }
        for part, seconds in parts.items():
            self._used.of[exam.suite, part] += seconds
        self._used.exams[exam.suite] += 1


def first_process(kind: str, box: Box) -> int:
    """Process 1 of a box, as this host calls it."""
    if kind == "docker":
        with closing(APIClient(version="auto")) as engine:
            return int(engine.inspect_container(box.name)["State"]["Pid"])
    return int((find_cgroups().parents["pids"] / box.name / "cgroup.procs").read_text().split()[0])


def times(pid: int) -> tuple[float, float, int]:
    """CPU seconds of a process, of its children that have ended, and its parent."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own, children = (sum(map(int, fields[at : at + 2])) * TICK_S for at in (11, 13))
    return own, children, int(fields[1])


def own_s() -> float:
    return time.process_time()


def children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def services_s() -> float:
    """Of all Docker engines of this host."""
    total_s = 0.0
    for path in Path("/proc").glob("[0-9]*/comm"):
        if path.read_text().strip() in SERVICES:
            total_s += sum(times(int(path.parent.name))[:2])
    return total_s


# --- the table --------------------------------------------------------------------------------------------------------


def table(name: str, used: Used) -> None:
    """CPU seconds of each exam, and the share of each part in all of it."""
    print(f"\n{name}: {sum(used.exams.values())} exams in {used.wall_s:.0f} s, {used.total_s(''):.1f} CPU s")
    print(f"| CPU s for each exam | {' | '.join(PARTS)} | outside the cases |")
    print("|---" * (len(PARTS) + 2) + "|")
    for exercise, exams in sorted(used.exams.items()):
        cells = [f"{used.total_s(exercise, part) / exams:.2f}" for part in PARTS[:5]] + [""] * (len(PARTS) - 5)
        print(f"| {exercise} ({exams}) | {' | '.join(cells)} | {outside(used, exercise):.0%} |")
    shares = [f"{used.total_s('', part) / used.total_s(''):.0%}" for part in PARTS]
    held = "yes" if outside(used, "") <= BOUND else "NO"
    print(f"| share of all | {' | '.join(shares)} | {outside(used, ''):.0%} {held} |", flush=True)


def outside(used: Used, exercise: str) -> float:
    return 1 - used.total_s(exercise, "cases") / used.total_s(exercise)


if __name__ == "__main__":
    main()

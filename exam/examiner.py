"""The trusted side of an exam: runs a suite's pytest files, case by case, against a candidate across the seam, and
tells the worker each verdict as soon as it is known."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import select
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

from exam.candidate import connect
from exam.cases import GroupTests, case_limits, case_seed, case_spec, group_of, register_marks
from exam.channel import Channel
from exam.conversation import CaseLimits
from exam.errors import CandidateGone
from exam.guard import alarm, limit_memory
from exam.imports import exported_names, install, mirror_seeds
from exam.modules import Tree
from exam.proxies import make_remote
from exam.report import CaseResult, CaseSpec
from exam.seam import Seam
from exam.student import Student
from exam.usage import own_waited_s
from exam.verdicts import judge
from exam.wire import PROTOCOL, CandidateLost, CaseFinished, CaseStarted, Finished, Job, Planned, SuiteFailed

MAX_FRAME_BYTES = 64 << 20
CANDIDATE_WAIT_S = 60.0
PATIENT_CASES = 3
"""After so many cases in which the student's code waited for what never came …"""
HURRIED_WALL_S = 5.0
"""… the others may take only so long: one hand-in must not keep a worker for an hour."""
MAX_BROKEN = 4000
"""Characters of what is told about each part of a broken suite: the end says most."""
# Plugins of pytest that a suite does not need; each costs milliseconds before the first verdict.
_WITHOUT = ("cacheprovider", "terminal", "doctest", "junitxml", "pastebin", "stepwise", "faulthandler", "legacypath")


class Exam:
    """A pytest plugin: plans the cases, runs each in a conversation of its own, and reports it."""

    def __init__(self, job: Job, seam: Seam, tree: Tree, worker: Channel) -> None:
        self._job = job
        self._seam = seam
        self._worker = worker
        self._limits = CaseLimits(**job.limits)
        self._own_limits: dict[str, CaseLimits] = {}
        self._groups = tuple(GroupTests(name, tuple(tests), frozenset(more)) for name, tests, more in job.groups)
        self._specs: dict[str, CaseSpec] = {}
        self._errors: list[BaseException] = []
        self._student = Student(seam, tree)
        self._seed = 0
        self._waited_in_vain = 0
        self.broken: list[str] = []
        self.lost = False

    def pytest_configure(self, config: pytest.Config) -> None:
        register_marks(config)

    @pytest.fixture
    def student(self) -> Student:
        """The student's side of the exam."""
        return self._student

    @pytest.fixture
    def rng(self) -> np.random.Generator:
        """A generator seeded by the exam's seed and the case."""
        return np.random.default_rng(self._seed)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.append(str(report.longrepr)[-MAX_BROKEN:])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            group = group_of(item, self._groups)
            if group is None:
                self.broken.append(f"{item.nodeid} belongs to no group of suite.toml")
                continue
            self._specs[item.nodeid] = case_spec(item, group)
            try:
                self._own_limits[item.nodeid] = case_limits(item, self._limits, self._job.most_cpu_s)
            except ValueError as error:
                self.broken.append(f"{item.nodeid}: {error}")
        ids = [spec.id for spec in self._specs.values()]
        self.broken += [f"two cases are called {name}" for name in sorted({i for i in ids if ids.count(i) > 1})]
        if not items and not self.broken:
            self.broken.append("the suite has no case")
        only = set(self._job.only)
        items[:] = (
            [item for item in items if not only or self._specs[item.nodeid].id in only] if not self.broken else []
        )

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if self.broken:
            return True
        self._worker.say(Planned([self._specs[item.nodeid].to_json() for item in session.items]))
        return None

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep the exception, and spare pytest the rendering of a traceback (30 ms) that nobody reads."""
        if call.excinfo is not None:
            self._errors.append(call.excinfo.value)
        when = call.when if call.when != "collect" else "call"
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)

    def pytest_internalerror(self, excrepr: object) -> None:
        print(f"pytest failed: {excrepr}", file=sys.stderr)  # for staff: the end of the sandbox's log

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        spec = self._specs[item.nodeid]
        limits = self._own_limits[item.nodeid]
        self._worker.say(CaseStarted(spec.id, limits.case_wall_s))
        try:
            result, rerun = self._case(item, nextitem, spec, limits)
        except CandidateGone as error:
            self._worker.say(CandidateLost(spec.id, str(error)))
            self.lost = True
            item.session.shouldstop = "the candidate is gone"
            return True
        self._worker.say(CaseFinished(result.to_json(), rerun))
        return True

    def _case(
        self, item: pytest.Item, nextitem: pytest.Item | None, spec: CaseSpec, limits: CaseLimits
    ) -> tuple[CaseResult, bool]:
        if self._waited_in_vain >= PATIENT_CASES:
            limits = replace(limits, case_wall_s=min(limits.case_wall_s, HURRIED_WALL_S))
        self._seed = case_seed(self._job.seed, spec.id)
        self._errors.clear()
        np.random.seed(self._seed % (1 << 32))
        random.seed(self._seed)
        waited_before_s = own_waited_s()
        self._seam.begin(case_seed(self._seed, "candidate"), limits)  # not the test's own numbers
        case = self._seam.case
        with alarm(case):
            runtestprotocol(item, log=False, nextitem=nextitem)
        wall_s = time.monotonic() - case.started
        ended = self._seam.end()
        error = self._errors[0] if self._errors else None
        judgement = judge(error, case, ended, own_waited_s() - waited_before_s)
        self._waited_in_vain += judgement.message.code == "timeout_idle"
        result = CaseResult(
            spec=spec,
            verdict=judgement.verdict,
            message=judgement.message,
            traceback=judgement.traceback,
            prints=ended.prints,
            cpu_s=ended.cpu_s,
            wall_s=wall_s,
            seed=self._seed,
        )
        return result, judgement.rerun


def examine(job: Job, listener: socket.socket, worker: Channel, suites: Path) -> None:
    """One exam, from the candidate's connection to the last verdict."""
    limit_memory()
    folder = suites / job.suite
    provided = folder / job.provided
    seam = Seam(_candidate(listener), CaseLimits(**job.limits), make_remote)
    seam.prepare(job.files, time.monotonic() + CANDIDATE_WAIT_S)
    tree = Tree(job.files, job.modules, job.required, exported_names(provided))
    sys.path.insert(0, str(folder))
    exam = Exam(job, seam, tree, worker)
    try:
        install(seam, tree, provided, job.examiner_modules)
    except Exception as error:
        exam.broken.append(f"{job.provided}: {type(error).__name__}: {error}")
    else:
        mirror_seeds(seam)
        _run_pytest(exam, folder, [test for _, tests, _ in job.groups for test in tests])
    if exam.broken:
        worker.say(SuiteFailed("\n".join(exam.broken)))
    elif not exam.lost:
        worker.say(Finished())


def _run_pytest(exam: Exam, folder: Path, tests: list[str]) -> None:
    """Collect and run. Exits where pytest itself fails: the worker takes that for the death of an examiner."""
    files = dict.fromkeys(str(folder / test.partition("::")[0]) for test in tests)
    options = [f"--rootdir={folder}", f"--confcutdir={folder}", "-c", os.devnull, "--import-mode=importlib"]
    without = [part for name in _WITHOUT for part in ("-p", f"no:{name}")]
    # Plain asserts: a rewritten one would show the student the test's own values.
    manner = ["--assert=plain", "--strict-markers", "--disable-plugin-autoload", "--capture=sys"]
    said = io.StringIO()
    with contextlib.redirect_stderr(said):  # where a conftest.py cannot be loaded, pytest only says so there
        code = pytest.main([*options, *without, *manner, *files], plugins=[exam])
    if code == pytest.ExitCode.USAGE_ERROR:
        exam.broken.append(said.getvalue()[-MAX_BROKEN:] or "pytest refuses to run")
    elif code in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.INTERRUPTED) and not (exam.broken or exam.lost):
        sys.exit(f"pytest ended early ({code}). {said.getvalue()[-MAX_BROKEN:]}")


def _candidate(listener: socket.socket) -> socket.socket:
    """The one connection that the candidate makes, before any of the student's code is there."""
    listener.settimeout(CANDIDATE_WAIT_S)
    try:
        return listener.accept()[0]
    except TimeoutError as error:
        raise CandidateGone("the candidate never connected") from error
    finally:
        listener.close()


def main(argv: list[str]) -> None:
    """Listen for the candidate, connect to the worker, wait for a job, do it, end."""
    parser = argparse.ArgumentParser(prog="exam.examiner")
    parser.add_argument("--control", required=True, help="the worker's Unix socket")
    parser.add_argument("--seam", required=True, help="where to listen for the candidate")
    parser.add_argument("--suites", required=True, type=Path, help="the folder that holds the suites")
    arguments = parser.parse_args(argv)
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as sock:
        listener.bind(arguments.seam)
        os.chmod(arguments.seam, 0o666)  # noqa: S103 - the candidate has another user id; the folder is private
        listener.listen(1)
        select.select([listener], [], [], CANDIDATE_WAIT_S)  # we come when both have loaded what they need
        connect(sock, arguments.control)
        worker = Channel(sock, MAX_FRAME_BYTES)
        job = worker.hear(Job)
        if job.protocol != PROTOCOL:
            worker.say(CandidateLost("", f"the examiner speaks protocol {PROTOCOL}, the worker {job.protocol}"))
            return
        try:
            examine(job, listener, worker, arguments.suites)
        except CandidateGone as error:
            worker.say(CandidateLost("", str(error)))


if __name__ == "__main__":
    main(sys.argv[1:])

"""The cases, in a process of their own: pytest runs them one by one, and each result is told at once, as a line of JSON
on standard output. What the student's code prints or does to its process cannot touch that."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TextIO

import pytest
from _pytest.runner import runtestprotocol

from exam.cases import GroupTests, case_limits, case_spec, group_of
from exam.conversation import CaseLimits
from exam.report import CaseResult, CaseSpec, Message, Verdict
from exam.verdicts import Judgement
from practice.exercise import Exercise
from practice.judging import judge_here, place_now
from practice.running import DURING

SLACK = 2.0
"""At home a case may compute so many times as long as on the server: the machine may be slower, and the test's own
computing counts here."""
WAIT_PER_CPU = 3.0
IDLE_S = 10.0
"""After so long, a case that has hardly computed is taken to wait for something that never comes."""
IDLE_SHARE = 0.1
GRACE_S = 10.0
"""A process that does not end itself even so long after its time (a loop in C) is killed."""
LOOK_S = 0.05
TOO_LONG = 86
"""Exit code of a process that ended itself because a case did not end."""
MAX_PRINTS = 4000


@dataclass(frozen=True)
class Job:
    """What to run. ``done``: cases that need not run again; ``only``: part of the names of those that shall run."""

    suite: str
    root: str
    seed: int
    done: list[str]
    only: str


@dataclass
class _Now:
    spec: CaseSpec
    limits: CaseLimits
    began_s: float
    began_cpu_s: float
    prints: str = ""


class Cases:
    """A pytest plugin: plans the cases, runs each against the clock, and tells of it."""

    def __init__(self, exercise: Exercise, job: Job, output: TextIO) -> None:
        self._exercise = exercise
        self._job = job
        self._root = Path(job.root)
        self._output = output
        self._groups = tuple(GroupTests(one.id, one.tests, frozenset(one.promote)) for one in exercise.groups)
        self._specs: dict[str, tuple[CaseSpec, CaseLimits]] = {}
        self._error: BaseException | None = None
        self._now: _Now | None = None
        self._lock = threading.Lock()
        self._main = threading.get_ident()
        threading.Thread(target=self._watch, daemon=True).start()

    def tell(self, kind: str, value: Any) -> None:
        self._output.write(json.dumps({kind: value}) + "\n")
        self._output.flush()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.tell("broken", str(report.longrepr)[-2000:])

    def pytest_internalerror(self, excrepr: object) -> None:
        self.tell("broken", str(excrepr)[-2000:])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        given = self._exercise.limits
        limits = CaseLimits(**{one.name: given[one.name] for one in fields(CaseLimits)})
        for item in items:
            group = group_of(item, self._groups)
            if group is not None:
                own = case_limits(item, limits, given["most_cpu_s"])
                self._specs[item.nodeid] = case_spec(item, group), own
        items[:] = [item for item in items if item.nodeid in self._specs and self._wanted(item)]

    def _wanted(self, item: pytest.Item) -> bool:
        return self._job.only.casefold() in self._specs[item.nodeid][0].id.casefold()

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        self.tell("planned", [self._specs[item.nodeid][0].to_json() for item in session.items])
        done = set(self._job.done)
        session.items[:] = [item for item in session.items if self._specs[item.nodeid][0].id not in done]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        if call.excinfo is not None:
            self._error = self._error or call.excinfo.value
        student = getattr(item, "funcargs", {}).get("student")
        if student is not None and self._now is not None:
            self._now.prints = student.prints()[:MAX_PRINTS]
        report = yield
        report.longrepr = None
        return report

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Literal[True]:
        spec, limits = self._specs[item.nodeid]
        patience_s = wait_s(limits) + GRACE_S
        self.tell("started", {"case": spec.id, "patience_s": patience_s})
        self._error = None
        now = _Now(spec, limits, time.monotonic(), time.process_time())
        with self._lock:
            self._now = now
        runtestprotocol(item, log=False, nextitem=nextitem)
        with self._lock:
            self._now = None
            self._finish(now, judge_here(self._error, self._root, self._exercise.folder, limits))
        return True

    def _finish(self, now: _Now, judged: Judgement) -> None:
        cpu_s, wall_s = time.process_time() - now.began_cpu_s, time.monotonic() - now.began_s
        result = CaseResult(now.spec, judged.verdict, judged.message, judged.traceback, now.prints, cpu_s, wall_s)
        self.tell("finished", result.to_json())

    def _watch(self) -> None:
        """End this process where a case does not end; it is started again for the cases after that."""
        while True:
            time.sleep(LOOK_S)
            with self._lock:
                message = _too_long(self._now) if self._now else None
                if self._now and message:
                    place = place_now(self._main, self._root)
                    self._finish(self._now, Judgement(Verdict.TIMEOUT, message, place))
                    os._exit(TOO_LONG)


def _too_long(now: _Now) -> Message | None:
    limit_s = SLACK * now.limits.case_cpu_s
    cpu_s, past_s = time.process_time() - now.began_cpu_s, time.monotonic() - now.began_s
    if cpu_s > limit_s or past_s > wait_s(now.limits):
        return Message("timeout_cpu", {"during": DURING, "limit_s": limit_s})
    if past_s > IDLE_S and cpu_s < IDLE_SHARE * past_s:
        return Message("timeout_idle", {"during": DURING, "limit_s": IDLE_S})
    return None


def wait_s(limits: CaseLimits) -> float:
    """How long a case may take by the clock."""
    return WAIT_PER_CPU * SLACK * limits.case_cpu_s


def main(path: str) -> None:
    """Run the job that the file at ``path`` describes."""
    job = Job(**json.loads(Path(path).read_text("utf-8")))
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    exercise = Exercise(Path(job.suite))
    tests = [test.partition("::")[0] for group in exercise.groups for test in group.tests]
    files = dict.fromkeys(str(exercise.folder / test) for test in tests)
    options = [f"--rootdir={exercise.folder}", "-c", os.devnull, "--import-mode=importlib", "--assert=plain", "-s"]
    options += ["-p", "exam.plain", "-p", "no:cacheprovider", "--student", job.root, "--exam-seed", str(job.seed)]
    cases = Cases(exercise, job, output)
    sys.exit(pytest.main([*options, *files], plugins=[cases]))


if __name__ == "__main__":
    main(sys.argv[1])

"""``abgabe grade``: the worker's own path from a hand-in to its points, without a database."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from cli.console import complain, err, language, out
from cli.verdicts import Told, add, table
from core import intake
from core.errors import AbgabeError
from core.results import result_json
from core.scoring import Score, score
from core.settings import Settings
from core.suites import Suite, find_suite
from exam.report import Fault, Report
from worker.exam import CaseFinished, ExamEvent, Planned, examine
from worker.pairs import ColdPairs
from worker.sandbox.base import Sandbox
from worker.sandbox.choose import Kind, choose

REFUSED, FAILED = 2, 3


@dataclass(frozen=True)
class Graded:
    """One graded hand-in with everything that is printed about it. Times in seconds from the start of the exam."""

    suite: Suite
    report: Report
    score: Score
    taken: intake.Intake
    sandbox: Sandbox
    first_case_s: float
    total_s: float


def grade(settings: Settings, exercise: str, paths: list[Path], as_json: bool, kind: Kind | None, seed: int) -> int:
    """Grade and print; the exit code."""
    try:
        graded = _grade(settings, exercise, paths, kind or settings.sandbox, seed, quiet=as_json)
    except AbgabeError as error:
        if as_json:
            print(json.dumps({"error": {"code": error.code, "message": error.text(), "hint": error.hint()}}))
        else:
            complain(error)
        return REFUSED if error.fault is Fault.STUDENT else FAILED
    if as_json:
        print(json.dumps(as_object(graded), ensure_ascii=False))
    else:
        _print(graded)
    return 0 if graded.report.fault is Fault.NOBODY else FAILED


def _grade(settings: Settings, exercise: str, paths: list[Path], kind: Kind, seed: int, quiet: bool) -> Graded:
    suite = find_suite(settings.suites_dir, exercise)
    with intake.Upload.from_paths(paths) as upload, intake.pack(upload, intake.Limits()) as archive:
        taken = intake.read(archive, suite, intake.Limits())
    sandbox, notice = choose(kind, settings)
    if not quiet:
        _tell(taken, notice)
    with _progress(quiet) as progress:
        watch = _Watch(progress)
        report = examine(suite, taken.files, seed, ColdPairs(sandbox), watch.note)
    total_s = time.monotonic() - watch.started
    return Graded(suite, report, score(suite, report), taken, sandbox, watch.first_case_s, total_s)


def as_object(graded: Graded) -> dict[str, Any]:
    """What ``--json`` prints: the API's result, and how long it took."""
    return {
        **result_json(
            exercise=graded.suite.id,
            suite_version=graded.suite.version,
            score=graded.score,
            titles={group.id: group.title for group in graded.suite.groups},
            cases=graded.report.cases,
            warnings=[notice.text("en") for notice in graded.taken.notices],
            sandbox_kind=graded.sandbox.kind,
            image=graded.sandbox.image(graded.suite.image),
        ),
        "timing": {"first_case_s": round(graded.first_case_s, 4), "total_s": round(graded.total_s, 4)},
    }


class _Watch:
    """Follows an exam on a progress bar."""

    def __init__(self, progress: Progress) -> None:
        self.started = time.monotonic()
        self.first_case_s = 0.0
        self._progress = progress
        self._task = progress.add_task("preparing", total=None)

    def note(self, event: ExamEvent) -> None:
        if isinstance(event, Planned):
            self._progress.update(self._task, total=len(event.cases), description="examining")
        elif isinstance(event, CaseFinished):
            self.first_case_s = self.first_case_s or time.monotonic() - self.started
            self._progress.update(self._task, advance=1, description=escape(event.result.spec.id))


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description:42}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as progress:
        yield progress


def _tell(taken: intake.Intake, notice: str | None) -> None:
    if notice:
        err.print(notice, markup=False, style="yellow")
    for one in taken.notices:
        err.print(f"· {one.text(language())}", markup=False, style="yellow")


def _print(graded: Graded) -> None:
    for group in graded.score.groups:
        title = next(one.title for one in graded.suite.groups if one.id == group.id)
        shown = table(f"{title.get(language(), title['en'])}: {group.points:g} / {group.max_points:g}")
        for case in (case for case in graded.report.cases if case.spec.group == group.id):
            add(shown, Told.of(case), case.spec.id if case.spec.counts else f"{case.spec.id}, advisory")
        out.print(shown)
    total = graded.score
    out.print(f"[bold]{total.points:g} / {total.max_points:g}[/bold]  ({graded.sandbox.kind}, {graded.total_s:.2f} s)")

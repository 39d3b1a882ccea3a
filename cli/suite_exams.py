"""Exams for the check of a suite: many hand-ins, two at a time, each as a worker would examine it."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.candidates import Candidate
from cli.console import err
from core import intake
from core.errors import AbgabeError
from core.suites import Suite
from exam.report import CaseResult, Report, Verdict
from worker.exam import CaseFinished, ExamEvent, examine
from worker.pairs import Pairs
from worker.sandbox.base import Sandbox

SEED = 20240229


class Enough(Exception):
    """Ends an exam early: a counting case has not passed."""


@dataclass(frozen=True)
class Order:
    """An exam to hold. ``hasty``: only until a counting case has not passed."""

    name: str
    suite: Suite
    files: Mapping[str, bytes]
    seed: int = SEED
    hasty: bool = False


@dataclass(frozen=True)
class Held:
    """An exam that was held, as far as it went. ``error``: it was refused, or could not be held; empty if neither."""

    order: Order
    results: tuple[CaseResult, ...]
    report: Report | None
    error: str = ""

    @property
    def bad(self) -> list[CaseResult]:
        return [case for case in self.results if case.verdict is not Verdict.PASSED]


@dataclass
class Bench:
    """What the checks share: the suite, its hand-ins, and where exams are held. ``until``: no exam begins later."""

    suite: Suite
    candidates: Sequence[Candidate]
    pairs: Pairs
    sandbox: Sandbox
    jobs: int
    until: float
    quick: bool
    mutate: str
    progress: Progress
    reports: dict[str, Report] = field(default_factory=dict)
    """By name of the hand-in, as far as they were examined with the usual seed."""
    trouble: str = ""
    """Why the last exam that gave no report did not."""

    @property
    def right(self) -> list[Candidate]:
        return [candidate for candidate in self.candidates if candidate.is_right]

    def reports_of(self, chosen: Sequence[Candidate]) -> list[Report]:
        """Their reports; the exams are held now where that has not been done. One that cannot be held is missing."""
        new = [Order(one.name, one.limited(self.suite), one.files()) for one in chosen if one.name not in self.reports]
        for held in self.hold("right hand-ins", new) if new else ():
            self.trouble = held.error or self.trouble
            if held.report is not None:
                self.reports[held.order.name] = held.report
        return [self.reports[one.name] for one in chosen if one.name in self.reports]

    def hold(self, what: str, orders: Sequence[Order]) -> Iterator[Held]:
        """Hold the exams; those that time did not allow are missing. In order."""
        task = self.progress.add_task(what, total=len(orders))
        with ThreadPoolExecutor(self.jobs) as pool:
            for held in pool.map(self._hold, orders):
                self.progress.advance(task)
                if held is not None:
                    yield held

    def _hold(self, order: Order) -> Held | None:
        if time.monotonic() > self.until:
            return None
        results: list[CaseResult] = []

        def note(event: ExamEvent) -> None:
            if isinstance(event, CaseFinished):
                results.append(event.result)
                if order.hasty and event.result.spec.counts and event.result.verdict is not Verdict.PASSED:
                    raise Enough

        try:
            tree = _tree(order)
            report = examine(order.suite, tree, order.seed, self.pairs, note)
        except Enough:
            return Held(order, tuple(results), None)
        except AbgabeError as error:
            return Held(order, tuple(results), None, error.text())
        return Held(order, report.cases, report)


def _tree(order: Order) -> dict[str, bytes]:
    """The hand-in as intake gives it to an exam."""
    parts = [(path, io.BytesIO(content)) for path, content in order.files.items()]
    with intake.Upload(parts) as upload, intake.pack(upload) as archive:
        return intake.read(archive, order.suite).files


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description:22}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, TimeElapsedColumn(), console=err, transient=True, disable=quiet or not err.is_terminal)
    with bar as progress:
        yield progress

"""The suites, and what grades a hand-in exactly as the worker does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from core import intake
from core.errors import SandboxUnavailable
from core.settings import PROJECT, get_settings
from core.suites import Suite, load_suite
from exam.report import Report
from worker.exam import examine
from worker.pairs import SparePairs
from worker.sandbox.choose import Kind, choose

SEED = 20240229


@pytest.fixture(scope="session")
def ex1() -> Suite:
    """The suite of exercise 1."""
    return load_suite(PROJECT / "test_suites" / "ex1")


def tree_of(folder: Path, suite: Suite) -> dict[str, bytes]:
    limits = intake.Limits()
    with intake.Upload.from_paths([folder]) as upload, intake.pack(upload, limits) as archive:
        return intake.read(archive, suite, limits).files


@pytest.fixture(scope="session")
def lay_out() -> Callable[[Path, Suite, Path], Path]:
    """The canonical tree of a hand-in as files on disk, below a folder; the tree's root."""

    def laid_out(folder: Path, suite: Suite, below: Path) -> Path:
        root = below / "src_to_implement"
        for path, content in tree_of(folder, suite).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        return root

    return laid_out


class Grades:
    """Grades in real sandboxes, each hand-in once, two at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2)
        self._pairs: dict[str, SparePairs] = {}
        self._reports: dict[tuple[str, Path, Path], Future[Report]] = {}

    def start(self, kind: Kind, suite: Suite, folder: Path) -> Future[Report]:
        """Its report, some day. Skips the test where that kind of sandbox is not there."""
        key = (kind, suite.folder, folder)
        if key not in self._reports:
            try:
                pairs = self._pairs.get(kind) or SparePairs(choose(kind, get_settings())[0], size=2)
            except SandboxUnavailable as error:
                pytest.skip(str(error))
            self._pairs[kind] = pairs
            self._reports[key] = self._pool.submit(examine, suite, tree_of(folder, suite), SEED, pairs)
        return self._reports[key]

    def __call__(self, kind: Kind, suite: Suite, folder: Path) -> Report:
        return self.start(kind, suite, folder).result()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        for pairs in self._pairs.values():
            pairs.close()


@pytest.fixture(scope="session")
def grade() -> Iterator[Grades]:
    """Grades a hand-in as the worker does: (kind of sandbox, suite, folder) -> report."""
    grades = Grades()
    yield grades
    grades.close()

"""The suites, and what grades a hand-in exactly as the worker does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from core import intake
from core.errors import SandboxUnavailable
from core.settings import PROJECT, get_settings
from core.suites import Suite, load_suite
from exam.report import Report
from worker.exam import examine
from worker.pairs import SparePairs
from worker.sandbox.choose import choose

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


@pytest.fixture(scope="session")
def grade() -> Iterator[Callable[[str, Suite, Path], Report]]:
    """Grades in real sandboxes of a kind, each hand-in once; where that kind is not there, the test is skipped."""
    made: dict[str, SparePairs] = {}
    known: dict[tuple[str, Path, Path], Report] = {}

    def graded(kind: Literal["bubblewrap", "docker"], suite: Suite, folder: Path) -> Report:
        try:
            if kind not in made:
                made[kind] = SparePairs(choose(kind, get_settings())[0])
        except SandboxUnavailable as error:
            pytest.skip(str(error))
        key = (kind, suite.folder, folder)
        if key not in known:
            known[key] = examine(suite, tree_of(folder, suite), SEED, made[kind])
        return known[key]

    yield graded
    for pairs in made.values():
        pairs.close()

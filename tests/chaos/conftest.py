"""Processes that end with their test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.worker.conftest import sandbox

__all__ = ["sandbox"]
PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def _forks_find_our_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PROJECT), prepend=os.pathsep)


@pytest.fixture
def lives() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack

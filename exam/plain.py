"""The ``student`` fixture in a single process: for authors, for practice at home and as a yardstick of speed.

``pytest -p exam.plain --student FOLDER test_suites/ex1`` runs a suite's files against the tree in FOLDER. The student's
code shares the interpreter with the tests here, so nothing that comes out of it is a grade.
"""

from __future__ import annotations

import importlib
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exam.cases import case_seed, register_marks
from exam.operations import seed_everything


class PlainStudent:
    """The same words as exam.student.Student, over objects that are simply there."""

    def __getattr__(self, name: str) -> Any:
        return _PlainModule(importlib.import_module(name))

    def keep(self, value: Any) -> Any:
        return value

    def fetch(self, remote: Any) -> Any:
        return remote

    def remote(self, function: Any) -> Any:
        return function

    def many(self, function: Any, calls: list[tuple[Any, ...]]) -> list[Any]:
        return [function(*args) for args in calls]

    def same(self, first: Any, second: Any) -> bool:
        return first is second

    def shares_memory(self, first: Any, second: Any) -> bool:
        return bool(np.shares_memory(first, second))

    def lend(self, value: Any, *methods: str) -> Any:
        return value

    def seed(self, seed: int) -> None:
        seed_everything(seed)


class _PlainModule:
    """A module whose submodules are imported when they are first named, as across the seam."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if not hasattr(self._module, "__path__"):
            return getattr(self._module, name)
        return _PlainModule(importlib.import_module(f"{self._module.__name__}.{name}"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--student", required=True, help="the folder that holds Layers/, NeuralNetwork.py, …")
    parser.addoption("--exam-seed", type=int, default=0, help="the exam's seed")


def pytest_configure(config: pytest.Config) -> None:
    register_marks(config)
    root = Path(config.getoption("--student")).resolve()
    sys.path[:0] = [str(root), *(str(path) for path in sorted(root.iterdir()) if path.is_dir())]
    sys.path.append(str(root.parent))
    for argument in config.args:
        suite = Path(argument.split("::")[0]).resolve()
        suite = suite if suite.is_dir() else suite.parent
        if (suite / "suite.toml").is_file():
            provided = tomllib.loads((suite / "suite.toml").read_text("utf-8"))["tree"].get("provided", "provided")
            sys.path += [str(suite), str(suite / provided)]


@pytest.fixture
def student(request: pytest.FixtureRequest) -> PlainStudent:
    """The student's modules, imported here."""
    seed_everything(case_seed(request.config.getoption("--exam-seed"), request.node.name))
    return PlainStudent()


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator seeded by the exam's seed and the case."""
    return np.random.default_rng(case_seed(request.config.getoption("--exam-seed"), request.node.name))

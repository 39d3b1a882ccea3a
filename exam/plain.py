"""The ``student`` fixture in a single process: for authors, for practice at home and as a yardstick of speed.

``pytest -p exam.plain --student FOLDER test_suites/ex1`` runs a suite's files against the tree in FOLDER. The student's
code shares the interpreter with the tests here, so nothing that comes out of it is a grade; and what crosses is not
copied, so a test may see a change that it would not see across the seam.
"""

from __future__ import annotations

import copy
import importlib
import io
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pytest

from exam.cases import GroupTests, case_seed, case_spec, group_of, register_marks
from exam.encoder import is_data
from exam.errors import NotHandedIn
from exam.operations import seed_everything

MAX_PRINTS = 64 * 1024
_GROUPS = pytest.StashKey[tuple[GroupTests, ...]]()


class PlainStudent:
    """The same words as exam.student.Student, over objects that are simply there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.printed = io.StringIO()

    def __getattr__(self, name: str) -> Any:
        return _PlainModule(_load(name, self._root), self._root)

    def keep(self, value: Any) -> Any:
        return copy.deepcopy(value) if is_data(value) else value

    def fetch(self, remote: Any) -> Any:
        return self.keep(remote)

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

    def prints(self) -> str:
        return self.printed.getvalue()


class _PlainModule:
    """A module whose submodules are imported when they are first named, as across the seam."""

    def __init__(self, module: Any, root: Path) -> None:
        self._module = module
        self._root = root

    def __getattr__(self, name: str) -> Any:
        if hasattr(self._module, "__path__"):
            return _PlainModule(_load(f"{self._module.__name__}.{name}", self._root), self._root)
        try:
            return getattr(self._module, name)
        except AttributeError:
            file = self._module.__name__.replace(".", "/") + ".py"
            raise NotHandedIn("missing_name", module=file, name=name) from None


def _load(name: str, root: Path) -> Any:
    """The student's module. Raises NotHandedIn where its file is not there."""
    path = name.replace(".", "/")
    if not (root / path).is_dir() and not (root / f"{path}.py").is_file():
        raise NotHandedIn("missing_file", file=f"{path}.py")
    return importlib.import_module(name)


def _forget(root: Path) -> None:
    """Let the student's modules be imported anew: each case starts with fresh ones, as in the exam."""
    inside = f"{root}{os.sep}"
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(inside):
            del sys.modules[name]


class Printed(io.StringIO):
    """Keeps the first of what is printed, and prints it."""

    def __init__(self, output: TextIO) -> None:
        super().__init__()
        self._output = output

    def write(self, text: str) -> int:
        if self.tell() < MAX_PRINTS:
            super().write(text)
        return self._output.write(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--student", required=True, help="the folder that holds Layers/, NeuralNetwork.py, …")
    parser.addoption("--exam-seed", type=int, default=0, help="the exam's seed")


def pytest_configure(config: pytest.Config) -> None:
    register_marks(config)
    groups: list[GroupTests] = []
    provided: list[Path] = []
    for folder in dict.fromkeys(_folder_of(argument) for argument in config.args):
        if (folder / "suite.toml").is_file():
            suite = tomllib.loads((folder / "suite.toml").read_text("utf-8"))
            provided.append(folder / suite["tree"].get("provided", "provided"))
            sys.path += [str(folder), str(provided[-1])]
            groups += [
                GroupTests(one["id"], tuple(one["tests"]), frozenset(one.get("promote", ()))) for one in suite["group"]
            ]
    config.stash[_GROUPS] = tuple(groups)
    root = _complete(Path(config.getoption("--student")).resolve(), provided, config)
    sys.path[:0] = [str(root), *(str(path) for path in sorted(root.iterdir()) if path.is_dir())]
    sys.path.append(str(root.parent))


def _complete(root: Path, provided: list[Path], config: pytest.Config) -> Path:
    """The student's folder; where provided files are not in it, a copy that has them, as every candidate does."""
    if all((root / file.relative_to(one)).exists() for one in provided for file in one.rglob("*")):
        return root
    place = Path(tempfile.mkdtemp(prefix="abgabe-plain-"))
    config.add_cleanup(lambda: shutil.rmtree(place, ignore_errors=True))
    made = place / "src_to_implement"
    for source in (root, *provided):
        shutil.copytree(source, made, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    config.option.student = str(made)
    return made


def _folder_of(argument: str) -> Path:
    path = Path(argument.split("::")[0]).resolve()
    return path if path.is_dir() else path.parent


def _seed(request: pytest.FixtureRequest) -> int:
    """The case's seed, the one that an exam with the same seed gives it."""
    group = group_of(request.node, request.config.stash[_GROUPS])
    case = case_spec(request.node, group).id if group else request.node.name
    return case_seed(request.config.getoption("--exam-seed"), case)


@pytest.fixture
def student(request: pytest.FixtureRequest) -> PlainStudent:
    """The student's modules, imported here, anew for each case."""
    root = Path(request.config.getoption("--student")).resolve()
    _forget(root)
    seed_everything(case_seed(_seed(request), "candidate"))
    return PlainStudent(root)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Keep what is printed in a case: within pytest's own capture, which begins anew here."""
    student = getattr(item, "funcargs", {}).get("student")
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(student, PlainStudent):
            student.printed = Printed(sys.stdout)
            patch.setattr(sys, "stdout", student.printed)
        return (yield)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator seeded by the exam's seed and the case."""
    return np.random.default_rng(_seed(request))

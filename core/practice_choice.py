"""Which files of a suite students may have for practice at home: none that a teacher keeps back, and none that needs
the reference network, for that is a solution of the exercise.

A few harmless names of the reference network are given out all the same, cut out of its files (``harmless``).
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.suites import Suite

REFERENCE = "reference_impl"
HARMLESS = {"tensor": ("Tensor",), "loss": ("L2Loss",), "training": ("accuracy",)}
"""Module of the reference network -> what of it solves no part of any exercise."""

_parsing = threading.Lock()


def _parse(source: str) -> ast.Module:
    """Python 3.11 counts the depth of all threads' trees together, and ends with a SystemError where two are made at a
    time (cpython#106905)."""
    with _parsing:
        return ast.parse(source)


def imports(source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(module, names) of every import, wherever it stands; no names for ``import module``. What is imported for type
    checkers only is left out."""
    waiting: list[ast.AST] = [_parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), tuple(alias.name for alias in node.names)
        waiting += ast.iter_child_nodes(node)


@dataclass
class Choice:
    """``tests`` and ``helpers`` are given out; ``withheld`` says of each other test file why it is not. All are paths
    relative to the suite's folder."""

    tests: list[str] = field(default_factory=list)
    helpers: set[str] = field(default_factory=set)
    withheld: dict[str, str] = field(default_factory=dict)


def choose(suite: Suite) -> Choice:
    """Sorts the test files of ``suite``, in the order of its groups."""
    choice = Choice()
    shared = ["conftest.py"] if (suite.folder / "conftest.py").is_file() else []
    for test in dict.fromkeys(test.partition("::")[0] for group in suite.groups for test in group.tests):
        needed = _needed(suite.folder, [test, *shared])
        reason = next(filter(None, (_reason(suite, path) for path in needed)), "")
        if reason:
            choice.withheld[test] = reason
        else:
            choice.tests.append(test)
            choice.helpers.update(needed)
    choice.helpers.difference_update(choice.tests)
    return choice


def _needed(folder: Path, files: list[str]) -> list[str]:
    """``files`` and all files of the suite that they import, directly or through each other."""
    needed = list(files)
    for file in needed:  # grows while it is read
        for module, names in imports((folder / file).read_text("utf-8")):
            for dotted in (module, *(f"{module}.{name}" for name in names)):
                path = dotted.replace(".", "/") + ".py"
                if (folder / path).is_file() and path not in needed:
                    needed.append(path)
    return needed


def _reason(suite: Suite, file: str) -> str:
    """Why ``file`` may not be given out; empty where it may."""
    if file in suite.hidden:
        return f"{file} is hidden"
    source = (suite.folder / file).read_text("utf-8")
    for module, names in imports(source):
        if module.startswith("."):
            return f"{file} has a relative import"
        if module.partition(".")[0] == REFERENCE and not (names and set(names) <= _harmless_in(module)):
            return f"{file} needs {', '.join(names) or 'all'} of {module}"
    if any(isinstance(node, ast.Constant) and node.value == REFERENCE for node in ast.walk(_parse(source))):
        return f"{file} names {REFERENCE}"
    return ""


def _harmless_in(module: str) -> set[str]:
    _, _, submodule = module.partition(".")
    if submodule:
        return set(HARMLESS.get(submodule, ()))
    return {name for names in HARMLESS.values() for name in names}


def harmless(reference: Path) -> dict[str, str]:
    """File -> text of a reference network that holds the harmless names and nothing else."""
    files = {}
    for module, names in HARMLESS.items():
        source = (reference / f"{module}.py").read_text("utf-8")
        head = ["from __future__ import annotations", "import numpy as np", "import numpy.typing as npt"]
        head += [f"from {REFERENCE}.tensor import Tensor"] if module != "tensor" else []
        files[f"{module}.py"] = "\n".join(head) + "\n\n\n" + "\n\n\n".join(_definitions(source, names)) + "\n"
    lines = [f"from {REFERENCE}.{module} import {name}" for module, names in HARMLESS.items() for name in names]
    files["__init__.py"] = '"""The parts of the reference network that solve nothing."""\n\n' + "\n".join(lines) + "\n"
    return files


def _definitions(source: str, names: tuple[str, ...]) -> Iterator[str]:
    for node in _parse(source).body:
        defined = {getattr(node, "name", None)}
        if isinstance(node, ast.Assign):
            defined = {target.id for target in node.targets if isinstance(target, ast.Name)}
        if defined & set(names):
            yield ast.get_source_segment(source, node) or ""

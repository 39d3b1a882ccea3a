"""``from Layers import *`` in an examiner: the names of the student's modules lead to proxies, so that a test file
written for one process runs across two, as it stands."""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import random
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from exam.cases import case_seed
from exam.modules import Tree
from exam.seam import Seam


class StudentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers imports of the student's modules; ``local`` ones come from the suite's own provided folder."""

    def __init__(self, tree: Tree, provided: Path, local: Sequence[str]) -> None:
        self._tree = tree
        self._provided = provided
        self._local = frozenset(local)

    def find_spec(
        self, fullname: str, path: Any, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in self._tree.roots:
            return None
        if fullname in self._local:
            return importlib.util.spec_from_file_location(fullname, self._provided / self._tree.path(fullname))
        if not self._tree.known(fullname):
            raise ModuleNotFoundError(f"No module named '{fullname}'", name=fullname)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=self._tree.is_package(fullname))

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module: types.ModuleType = self._tree.module(spec.name)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing happens here: the candidate runs the student's code, in each case anew."""


def exported_names(provided: Path) -> dict[str, list[str]]:
    """Package -> the names its provided ``__init__.py`` lists in ``__all__``; read, never run."""
    found = {}
    for path in provided.rglob("__init__.py"):
        package = ".".join(path.parent.relative_to(provided).parts)
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
                found[package] = list(ast.literal_eval(node.value))
    return found


def install(seam: Seam, tree: Tree, provided: Path, local: Sequence[str]) -> None:
    """From now on the student's module names lead to the candidate."""
    tree.seam = seam
    sys.meta_path.insert(0, StudentFinder(tree, provided, local))
    for name in local:
        if (provided / tree.path(name)).is_file():
            tree.local[name] = importlib.import_module(name)


def mirror_seeds(seam: Seam) -> None:
    """A test that seeds np.random or random means the student's generators too; they get a seed derived from it, so
    that the student's draws repeat without being the test's own numbers."""

    def mirrored(original: Any) -> Any:
        def seed(value: Any = None, *args: Any) -> None:
            original(value, *args)
            if seam.running and isinstance(value, int | np.integer):
                seam.ask("seed", args=case_seed(int(value), "candidate"))

        return seed

    np.random.seed = mirrored(np.random.seed)
    random.seed = mirrored(random.seed)

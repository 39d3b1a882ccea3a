"""The student's modules, as the examiner imports them: packages and files of the canonical tree, loaded in the
candidate when a case first uses them."""

from __future__ import annotations

import types
from typing import Any

from exam.codec import PathRef
from exam.errors import NotHandedIn, StudentRaised, SuiteMistake
from exam.proxies import Named, Remote
from exam.seam import Seam


class StudentModule(types.ModuleType):
    """One of the student's modules, or a package of them. Loaded in the candidate, when a case first uses it."""

    def __init__(self, name: str, seam: Seam, tree: Tree) -> None:
        super().__init__(name, "A module of the student's.")
        self.__dict__["_exam_seam"] = seam
        self.__dict__["_exam_tree"] = tree
        if tree.is_package(name):
            self.__dict__["__path__"] = []
            self.__dict__["__all__"] = tree.exported(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        tree: Tree = self.__dict__["_exam_tree"]
        if tree.is_package(self.__name__):
            return tree.module(f"{self.__name__}.{name}")
        seam: Seam = self.__dict__["_exam_seam"]
        named = Named(seam, PathRef(self.__name__, name), lambda: _look_up(seam, tree, named))
        if not seam.running:
            return named  # trust that it is there until a case uses it
        try:
            return _look_up(seam, tree, named)
        except StudentRaised as error:
            seam.case.unfound[self.__name__] = error  # a from-import makes an ImportError of an AttributeError
            raise


def _look_up(seam: Seam, tree: Tree, named: Named) -> Any:
    """A class or function as ``named``, a constant as its value. Raises StudentRaised where it is not there."""
    path = named.exam_path
    tree.demand(path.module)
    names = seam.case.names
    key = (path.module, path.name)
    if key not in names:
        try:
            seam.ask("import", name=path.module, doing=f"import {path.module}")
            value = seam.ask("get", PathRef(path.module, ""), path.name, doing=f"import {path.module}")
        except StudentRaised as error:
            raise tree.explain(error, path) from None
        by_name = isinstance(value, Remote) and value.exam_kind in ("class", "function")
        names[key] = named if by_name else value
    return names[key]


class Tree:
    """Which modules are the student's, which of them are there, and which are answered by the suite's own copies."""

    def __init__(
        self, files: dict[str, bytes], modules: list[str], required: list[str], exported: dict[str, list[str]]
    ):
        self.files = files
        self.roots = frozenset(modules)
        self.required = frozenset(required)
        self._exported = exported
        self.modules: dict[str, Any] = {}
        self.seam: Seam | None = None
        self.local: dict[str, types.ModuleType] = {}

    def path(self, module: str) -> str:
        return module.replace(".", "/") + ".py"

    def is_package(self, module: str) -> bool:
        folder = module.replace(".", "/") + "/"
        return any(path.startswith(folder) for path in (*self.files, *self.required))

    def exported(self, package: str) -> list[str]:
        """What a star import of ``package`` brings: as at home, nothing that may be left out and was."""
        names = self._exported.get(package, [])
        return [name for name in names if f"{package}.{name}" in self.local or self.known(f"{package}.{name}")]

    def known(self, module: str) -> bool:
        """Whether the module was handed in, or should have been."""
        path = self.path(module)
        return path in self.files or path in self.required or self.is_package(module)

    def module(self, name: str) -> Any:
        """The proxy (or the suite's own copy) of a module. Raises AttributeError in Python's words."""
        if name in self.local:
            return self.local[name]
        if not self.known(name):
            package, _, last = name.rpartition(".")
            if self.seam is not None and self.seam.running:
                raise NotHandedIn("missing_file", file=self.path(name))
            raise AttributeError(f"module '{package}' has no attribute '{last}'")
        if name not in self.modules:
            if self.seam is None:
                raise SuiteMistake("no candidate yet")
            self.modules[name] = StudentModule(name, self.seam, self)
        return self.modules[name]

    def demand(self, module: str) -> None:
        """Raises NotHandedIn where the module's file is not there."""
        if self.path(module) not in self.files and not self.is_package(module):
            raise NotHandedIn("missing_file", file=self.path(module))

    def explain(self, error: StudentRaised, path: PathRef) -> StudentRaised:
        """An import's failure, told as what it is: a missing file, a missing name, or the student's exception."""
        raised = error.raised
        if raised.missing:
            for file in self.required:
                module = file.removesuffix(".py").replace("/", ".")
                wanted = (module, module.rpartition(".")[2], f"src_to_implement.{module}")
                if raised.missing in wanted and file not in self.files:
                    return NotHandedIn("missing_file", file=file)
        if raised.type_name == "AttributeError" and not raised.traceback:
            return NotHandedIn("missing_name", module=self.path(path.module), name=path.name)
        return error

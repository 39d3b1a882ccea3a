"""What a test calls: the ``student`` fixture, and proxies that make the student's objects feel as if they were here.

Attributes are read and written, methods called, lists indexed and appended to across the seam. Arrays, numbers and
text come back as values of exact base types; everything else as another proxy.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from exam.codec import PathRef, RemoteRef
from exam.errors import NotHandedIn, StudentRaised, SuiteMistake
from exam.lending import LentByName
from exam.seam import Seam

__all__ = ["NotHandedIn", "Remote", "Student", "StudentRaised"]


class Proxy:
    """Common ground of everything that stands for something of the student's."""

    __slots__ = ("__weakref__", "_exam_seam")

    _exam_seam: Seam

    def exam_ref(self) -> RemoteRef | PathRef:
        raise NotImplementedError  # pragma: no cover - both kinds below have one

    def _ask(self, op: str, name: str = "", args: Any = (), kwargs: Any = None) -> Any:
        return self._exam_seam.ask(op, self, name, args, kwargs, doing=f"{self.exam_type}.{name}" if name else "")

    @property
    def exam_type(self) -> str:
        """The name of its class, as the candidate tells it; for messages only."""
        raise NotImplementedError  # pragma: no cover

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._exam_seam.ask("call", self, "", args, kwargs, doing=f"{self.exam_type}(…)")

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, Proxy) and bool(self._ask("instance", args=instance))

    def __mro_entries__(self, bases: tuple[Any, ...]) -> NoReturn:
        raise SuiteMistake("a test cannot subclass the student's classes; pass an object with the methods instead")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise SuiteMistake("the student's objects cannot be pickled")


class Remote(Proxy):
    """An object of the student's that lives in the candidate, valid for one case."""

    __slots__ = ("_exam_case", "_exam_ref")

    _exam_case: int
    _exam_ref: RemoteRef

    def __init__(self, seam: Seam, ref: RemoteRef, case: int) -> None:
        object.__setattr__(self, "_exam_seam", seam)
        object.__setattr__(self, "_exam_ref", ref)
        object.__setattr__(self, "_exam_case", case)

    def exam_ref(self) -> RemoteRef:
        seam: Seam = object.__getattribute__(self, "_exam_seam")
        if not seam.running or seam.case.number != object.__getattribute__(self, "_exam_case"):
            raise SuiteMistake("an object of the student's was kept from one case to another; make it in the test")
        ref: RemoteRef = object.__getattribute__(self, "_exam_ref")
        return ref

    @property
    def exam_type(self) -> str:
        return self._exam_ref.type_name

    @property
    def exam_kind(self) -> str:
        """What it is like: object, list, dict, tuple, array, objects, class, function, method, module."""
        return self._exam_ref.kind

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # protocols that are not listed below are not there
        methods = self._exam_seam.case.methods
        key = (self._exam_ref.type_name, name)
        if key in methods:
            return Method(self, name)
        value = self._ask("get", name)
        if isinstance(value, Remote) and value._exam_ref.kind == "method":
            methods.add(key)
            return Method(self, name)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", name, value)

    def __delattr__(self, name: str) -> None:
        self._ask("delete", name)

    def __len__(self) -> int:
        return _count(self._ask("length"))

    def __bool__(self) -> bool:
        return bool(self._ask("truth"))

    def __getitem__(self, key: Any) -> Any:
        return self._ask("item", args=key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._ask("set_item", args=(key, value))

    def __delitem__(self, key: Any) -> None:
        self._ask("delete_item", args=key)

    def __iter__(self) -> Iterator[Any]:
        items = self._ask("items")
        return iter(items if isinstance(items, list) else [])

    def __contains__(self, value: Any) -> bool:
        return bool(self._ask("contains", args=value))

    def __float__(self) -> float:
        return float(self._ask("number"))

    def __eq__(self, other: object) -> bool:
        if self is other or (isinstance(other, Remote) and other._exam_ref == self._exam_ref):
            return True
        return bool(self._ask("equal", args=other)) if isinstance(other, Proxy | list | dict | tuple) else False

    def __hash__(self) -> int:
        return hash((self._exam_case, self._exam_ref.id))

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        array = self._ask("array")
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{self.exam_type} does not hold numbers")
        return array if dtype is None else array.astype(dtype)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._ask("copy")

    def __copy__(self) -> Any:
        return self._ask("copy")

    def __repr__(self) -> str:
        return f"<the student's {self.exam_type}>"

    def __str__(self) -> str:
        return str(self._ask("text")) if self._exam_seam.running else repr(self)


class RemoteList(Remote):
    """A list of the student's: what asks for its class is told list."""

    __slots__ = ()

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return list


def make_remote(seam: Seam, ref: RemoteRef, case: int) -> Remote:
    """The proxy for a reference that the candidate sent."""
    return (RemoteList if ref.kind == "list" else Remote)(seam, ref, case)


class Method:
    """A bound method of a remote object: one crossing per call."""

    def __init__(self, owner: Remote, name: str) -> None:
        self.owner = owner
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.owner._ask("call", self.__name__, args, kwargs)

    def __repr__(self) -> str:
        return f"<the student's {self.owner.exam_type}.{self.__name__}>"


class Named(Proxy):
    """A class or function of the student's, by its path: valid in every case, looked up anew in each."""

    __slots__ = ("_exam_path",)

    def __init__(self, seam: Seam, path: PathRef) -> None:
        self._exam_seam = seam
        self._exam_path = path

    def exam_ref(self) -> PathRef:
        return self._exam_path

    @property
    def exam_type(self) -> str:
        return self._exam_path.name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._ask("get", name)

    def __repr__(self) -> str:
        return f"<the student's {self._exam_path.module}.{self._exam_path.name}>"


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
        return _look_up(seam, tree, PathRef(self.__name__, name))


def _look_up(seam: Seam, tree: Tree, path: PathRef) -> Any:
    """A class or function as a Named, a constant as its value; in no case, trust that it is there."""
    named = Named(seam, path)
    if not seam.running:
        return named
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
        return self._exported.get(package, [])

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


class Student:
    """The ``student`` fixture. ``student.Layers.ReLU.ReLU()`` makes an object of the student's; the methods below do
    what plain attribute access and calls cannot say."""

    def __init__(self, seam: Seam, tree: Tree) -> None:
        self._seam = seam
        self._tree = tree

    def __getattr__(self, name: str) -> Any:
        if name not in self._tree.roots:
            raise AttributeError(f"suite.toml does not list “{name}” among the student's modules")
        return self._tree.module(name)

    def keep(self, value: Any) -> Any:
        """Put a value into the candidate and hold it there; pass it on, or fetch it back to see what became of it."""
        return self._seam.ask("keep", args=value, keep=True)

    def fetch(self, remote: Any) -> Any:
        """The value of something kept."""
        return self._seam.ask("fetch", remote) if isinstance(remote, Proxy) else remote

    def remote(self, function: Any) -> Any:
        """``student.remote(layer.forward)(x)``: call, and hold the result in the candidate."""
        owner, name = _target(function)
        return lambda *args, **kwargs: self._seam.ask("call", owner, name, args, kwargs, keep=True, doing=name)

    def many(self, function: Any, calls: list[tuple[Any, ...]]) -> list[Any]:
        """Several calls of one function in one crossing; the list of their results."""
        owner, name = _target(function)
        results = self._seam.ask("many", owner, name, [tuple(args) for args in calls], doing=name)
        if not isinstance(results, list) or len(results) != len(calls):
            raise TypeError("not one result for each call")
        return results

    def same(self, first: Any, second: Any) -> bool:
        """Whether two of the student's values are the same object."""
        return bool(self._seam.ask("same", args=(first, second)))

    def shares_memory(self, first: Any, second: Any) -> bool:
        """Whether two of the student's arrays overlap in memory."""
        return bool(self._seam.ask("shares", args=(first, second)))

    def lend(self, value: Any, *methods: str) -> LentByName:
        """Let the student's code call these methods of ``value``, and nothing else of it."""
        return LentByName(value, methods)

    def seed(self, seed: int) -> None:
        """Seed np.random and random in the candidate."""
        self._seam.ask("seed", args=int(seed))

    def prints(self) -> str:
        """What the student's code has printed in this case so far."""
        return self._seam.look(0.0).prints


def _target(function: Any) -> tuple[Any, str]:
    return (function.owner, function.__name__) if isinstance(function, Method) else (function, "")


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("a length must be a number that is not negative")
    return value

"""Proxies that make the student's objects feel as if they were here.

Attributes are read and written, methods called, lists indexed and appended to across the seam. Arrays, numbers and
text come back as values of exact base types; everything else as another proxy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from exam.codec import PathRef, RemoteRef
from exam.errors import SuiteMistake
from exam.seam import Seam


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
        return self._ask("copy", "deep")

    def __copy__(self) -> Any:
        return self._ask("copy", "shallow")

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

    def exam_ref(self) -> RemoteRef:
        """For a method that is itself given to the student's code."""
        self._held = self.owner._ask("get", self.__name__)  # as long as this lives
        if not isinstance(self._held, Remote):
            raise TypeError(f"{self.owner.exam_type}.{self.__name__} is no method any more")
        return self._held.exam_ref()

    def __repr__(self) -> str:
        return f"<the student's {self.owner.exam_type}.{self.__name__}>"


class Named(Proxy):
    """A class or function of the student's, by its path: valid in every case, looked up anew in each. ``look_up``
    raises what a student reads where it is not there."""

    __slots__ = ("_exam_look_up", "_exam_path")

    _exam_path: PathRef
    _exam_look_up: Callable[[], Any]

    def __init__(self, seam: Seam, path: PathRef, look_up: Callable[[], Any]) -> None:
        object.__setattr__(self, "_exam_seam", seam)
        object.__setattr__(self, "_exam_path", path)
        object.__setattr__(self, "_exam_look_up", look_up)

    def exam_ref(self) -> PathRef:
        self._exam_look_up()
        return self._exam_path

    @property
    def exam_path(self) -> PathRef:
        return self._exam_path

    @property
    def exam_type(self) -> str:
        return self._exam_path.name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._ask("get", name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", name, value)

    def __repr__(self) -> str:
        return f"<the student's {self._exam_path.module}.{self._exam_path.name}>"


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("a length must be a number that is not negative")
    return value

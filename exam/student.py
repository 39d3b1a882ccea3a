"""What a test calls: the ``student`` fixture. ``student.Layers.ReLU.ReLU()`` makes an object of the student's, across
the seam; what comes back is a value of an exact base type, or a proxy (exam.proxies)."""

from __future__ import annotations

from typing import Any

from exam.errors import NotHandedIn, StudentRaised
from exam.lending import LentByName
from exam.modules import Tree
from exam.proxies import Method, Proxy, Remote
from exam.seam import Seam

__all__ = ["NotHandedIn", "Remote", "Student", "StudentRaised"]


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
        """``student.remote(layer.forward)(x)``: call, and hold the result in the candidate. Of something held,
        ``student.remote(batch.__getitem__)(0)`` holds an item."""
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
        return self._seam.prints()


def _target(function: Any) -> tuple[Any, str]:
    owner = getattr(function, "__self__", None)
    if isinstance(owner, Remote):
        return owner, function.__name__
    return (function.owner, function.__name__) if isinstance(function, Method) else (function, "")

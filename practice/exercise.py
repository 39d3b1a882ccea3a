"""The exercise of a practice zip: its suite.toml, read with the standard library alone, so that a machine without NumPy
and pytest can be told so."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Text = dict[str, str]


@dataclass(frozen=True)
class Tree:
    """As in core.suites."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    provided: str
    ignored: tuple[str, ...]
    elsewhere: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Group:
    """As in core.suites; ``more``: the server has further cases of it."""

    id: str
    title: Text
    points: float
    rule: str
    tests: tuple[str, ...]
    promote: tuple[str, ...]
    more: bool


class Exercise:
    """What intake and exam want to know of a suite, of the part that was given out."""

    def __init__(self, folder: Path) -> None:
        table = tomllib.loads((folder / "suite.toml").read_text("utf-8"))
        self.folder = folder
        self.id: str = table["id"]
        self.title: Text = table["title"]
        self.tree = Tree(**{key: _fixed(value) for key, value in table["tree"].items()})
        self.limits: dict[str, Any] = table["limits"]
        self.groups = tuple(
            Group(**{key: _fixed(value) for key, value in group.items()}, more=group["id"] in table["more"])
            for group in table["group"]
        )

    def provided_files(self) -> dict[str, bytes]:
        """Canonical path -> content of the files we put into every tree."""
        root = self.folder / self.tree.provided
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value

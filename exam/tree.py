"""The student's files on the sandbox's scratch disk: written afresh for each case, swept away after it, so that one
case can leave nothing for the next."""

from __future__ import annotations

import os
from collections.abc import Mapping


def write_tree(root: str, files: Mapping[str, bytes]) -> None:
    """Write ``files`` (POSIX paths relative to ``root``). Paths that would leave the root are refused."""
    for path, content in files.items():
        parts = path.split("/")
        if not path or any(part in ("", ".", "..") for part in parts):
            raise ValueError(f"not a path inside the tree: {path!r}")
        folder = os.path.join(root, *parts[:-1])
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, parts[-1]), "xb") as file:
            file.write(content)


def sweep(folder: str) -> None:
    """Remove everything below ``folder``, whatever shape it has.

    Nested folders are moved up to ``folder`` before they are emptied, so depth costs neither recursion nor path
    length: a student's loop can nest deeper than either allows.
    """
    waiting = _entries(folder)
    count = 0
    while waiting:
        path = waiting.pop()
        if not os.path.isdir(path) or os.path.islink(path):
            os.unlink(path)
            continue
        os.chmod(path, 0o700)
        for inner in _entries(path):
            if os.path.isdir(inner) and not os.path.islink(inner):
                os.chmod(inner, 0o700)
                count += 1
                waiting.append(os.path.join(folder, f".sweep-{count}-{id(waiting)}"))
                os.rename(inner, waiting[-1])
            else:
                os.unlink(inner)
        os.rmdir(path)


def _entries(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.path for entry in entries]

"""The student's files on the sandbox's scratch disk: written afresh for each case, swept away after it, so that one
case can leave nothing for the next."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Mapping

_BATCH = 10_000


def write_tree(root: str, files: Mapping[str, bytes]) -> None:
    """Write ``files`` (POSIX paths relative to ``root``). Paths that would leave the root are refused."""
    made = set()
    for path, content in files.items():
        parts = path.split("/")
        if not path or any(part in ("", ".", "..") for part in parts):
            raise ValueError(f"not a path inside the tree: {path!r}")
        folder = os.path.join(root, *parts[:-1])
        if folder not in made:  # there may be hundreds of files, and this is done for each case
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        with open(os.path.join(folder, parts[-1]), "xb") as file:
            file.write(content)


def sweep(folder: str) -> None:
    """Remove everything below ``folder``, whatever shape it has. No folder, nothing to do.

    Nested folders are moved up to ``folder`` before they are emptied, so depth costs neither recursion nor path
    length: a student's loop can nest deeper than either allows. Entries are taken in batches: there may be millions.
    """
    if not os.path.isdir(folder):
        return
    numbers = itertools.count()
    _open_up(folder)
    while entries := _some_entries(folder):
        for path in entries:
            if _is_folder(path):
                _flatten(path, folder, numbers)
                os.rmdir(path)
            else:
                os.unlink(path)


def _flatten(path: str, into: str, numbers: itertools.count[int]) -> None:
    """Empty the folder ``path``: files are removed, folders moved to ``into`` under names that are free there."""
    _open_up(path)
    while entries := _some_entries(path):
        for inner in entries:
            if not _is_folder(inner):
                os.unlink(inner)
                continue
            _open_up(inner)
            target = next(name for n in numbers if not os.path.lexists(name := os.path.join(into, f".sweep-{n}")))
            os.rename(inner, target)


def _open_up(folder: str) -> None:
    """The owner may do everything in it; where it is not ours, as with the scratch disk itself, nobody closed it."""
    with contextlib.suppress(PermissionError):
        os.chmod(folder, 0o1777 if os.path.ismount(folder) else 0o700)


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _some_entries(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.path for entry in itertools.islice(entries, _BATCH)]

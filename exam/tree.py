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
        _write(os.path.join(folder, parts[-1]), content)


def _write(path: str, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
    finally:
        os.close(file)


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
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _flatten(entry.path, folder, numbers)
                os.rmdir(entry.path)
            else:
                os.unlink(entry.path)


def _flatten(path: str, into: str, numbers: itertools.count[int]) -> None:
    """Empty the folder ``path``: files are removed, folders moved to ``into`` under names that are free there."""
    _open_up(path)
    while entries := _some_entries(path):
        for inner in entries:
            if not inner.is_dir(follow_symlinks=False):
                os.unlink(inner.path)
                continue
            _open_up(inner.path)
            target = next(name for n in numbers if not os.path.lexists(name := os.path.join(into, f".sweep-{n}")))
            os.rename(inner.path, target)


def _open_up(folder: str) -> None:
    """The owner may do everything in it; where it is not ours, as with the scratch disk itself, nobody closed it."""
    with contextlib.suppress(PermissionError):
        os.chmod(folder, 0o1777 if os.path.ismount(folder) else 0o700)


def _some_entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(itertools.islice(entries, _BATCH))

"""Finds the student's project in an upload: the folder in which the wanted files stand where the exercise wants them.

A flat upload is a project too, with every file directly in its root. Whole copies of a project are told apart here:
equal ones do not matter, of two that differ nobody but the student knows the right one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.errors import UploadRefused
from core.intake_names import fold
from core.intake_texts import COPIES, shown


@dataclass(frozen=True)
class Project:
    """A folder of the upload seen as the tree's root."""

    root: PurePosixPath
    at: dict[PurePosixPath, PurePosixPath]
    """Wanted path -> submitted path, for those at their place or directly in the root; case does not count."""
    settled: int
    """How many of them stand in the subfolder where they belong; 0 in a flat upload."""

    @property
    def flat(self) -> bool:
        return self.settled == 0

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Smaller is better; the last two only make the choice among equals the same every time."""
        return -len(self.at), -self.settled, len(self.root.parts), str(self.root)


def find_project(files: Mapping[PurePosixPath, bytes], wanted: Sequence[PurePosixPath]) -> Project:
    """The best project in ``files``; an empty one where no name is known. Raises UploadRefused for two that differ."""
    index = {fold(path): path for path in files}
    roots = {root for path in files for root in _possible_roots(path, wanted)} or {_common_folder(files)}
    best, *rivals = sorted((_project(root, index, wanted) for root in roots), key=lambda project: project.rank)
    for rival in rivals:
        # What lies below a proper project is a backup or a helper, and a few strays elsewhere are no second project.
        below = rival.root.is_relative_to(best.root) and not best.flat
        if not below and 2 * len(rival.at) > len(best.at):
            _check_equal(best, rival, files)
    return best


def _possible_roots(path: PurePosixPath, wanted: Sequence[PurePosixPath]) -> Iterator[PurePosixPath]:
    """Where the tree may begin for ``path`` to be a wanted file: above its package if it is in one, right or wrong."""
    if fold(path.name) not in {fold(target.name) for target in wanted}:
        return
    packages = {target.parent for target in wanted if target.parent.parts}
    above = [path.parents[len(package.parts)] for package in packages if _ends_with(path.parent, package)]
    yield from above or [path.parent]


def _ends_with(folder: PurePosixPath, package: PurePosixPath) -> bool:
    last = PurePosixPath(*folder.parts[-len(package.parts) :])
    return fold(last) == fold(package)


def _common_folder(files: Mapping[PurePosixPath, bytes]) -> PurePosixPath:
    """Where an upload without one right name begins."""
    folders = [path.parent for path in files] or [PurePosixPath()]
    shared = folders[0]
    while not all(folder.is_relative_to(shared) for folder in folders):
        shared = shared.parent
    return shared


def _project(root: PurePosixPath, index: Mapping[str, PurePosixPath], wanted: Sequence[PurePosixPath]) -> Project:
    at = {}
    settled = 0
    for target in wanted:
        path = index.get(fold(root / target))
        settled += path is not None and len(target.parts) > 1
        path = path or index.get(fold(root / target.name))
        if path is not None:
            at[target] = path
    return Project(root, at, settled)


def _check_equal(best: Project, rival: Project, files: Mapping[PurePosixPath, bytes]) -> None:
    for target in best.at.keys() & rival.at.keys():
        first, second = best.at[target], rival.at[target]
        if files[first] != files[second]:
            raise UploadRefused(COPIES, wanted=str(target), first=shown(first), second=shown(second))

"""Sorts a hand-in into the exercise's canonical tree, and says what was taken for what.

A wanted file is looked for at its place, then directly in the project's root, then anywhere, then under a name that
resembles it (only if it is missing and there is just one candidate). Everything else in the project keeps its place
relative to the root: the student's own modules stay importable as they were. In a flat upload a module of the
student's own goes into each package from which the hand-in imports it (``from .helper``, ``from Layers.helper``), else
to the root. A file that was taken under another name stays under its own as well where the hand-in imports it by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.errors import UploadRefused
from core.intake_names import fold, resembles
from core.intake_projects import find_project
from core.intake_source import imported_modules
from core.intake_texts import COPIES, Notice, listing, shown

if TYPE_CHECKING:  # at home, what practice.exercise reads stands in for a suite
    from core.suites import Suite


class Placing:
    """One hand-in on its way into the tree. ``sources`` is the result: place in the tree -> submitted path."""

    def __init__(self, files: Mapping[PurePosixPath, bytes], texts: Mapping[PurePosixPath, str], suite: Suite) -> None:
        self._files = files
        self._texts = texts
        self._required = [PurePosixPath(name) for name in suite.tree.required]
        self._wanted = self._required + [PurePosixPath(name) for name in suite.tree.optional]
        self._folders = {fold(folder): folder for path in self._wanted for folder in path.parents if folder.parts}
        self._project = find_project(files, self._wanted)
        provided = {fold(name) for name in suite.provided_files()}
        self._own = [path for path in files if not self._is_provided(path, provided)]
        self.course = [path for path in files if path not in set(self._own) and path.name != "__init__.py"]
        self.sources: dict[PurePosixPath, PurePosixPath] = {}
        self.extra: list[PurePosixPath] = []
        self.left_out: list[PurePosixPath] = []
        self.notices: list[Notice] = []

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(str(target) for target in self._required if target not in self.sources)

    def place(self) -> None:
        """Fill ``sources``; raises UploadRefused where a file is there in two versions."""
        if self._project.root.parts:
            self.notices.append(Notice("intake.folder", {"folder": shown(self._project.root)}))
        self._take_wanted()
        self._take_near_misses()
        copies = self._report_copies()
        self._take_the_rest(copies)
        self._keep_imported_names()

    def _is_provided(self, path: PurePosixPath, provided: set[str]) -> bool:
        """True for a submitted copy of a file that the course provides, wherever it stands; packages' own
        ``__init__.py`` only where the course has one, and where it belongs to no package at all."""
        if path.name == "__init__.py":
            place = self._place_of(path)
            return place is None or fold(place) in provided or (self._project.flat and len(place.parts) == 1)
        names = {PurePosixPath(name).name for name in provided} - {fold(target.name) for target in self._wanted}
        return fold(path.name) in names

    def _place_of(self, path: PurePosixPath) -> PurePosixPath | None:
        """Where ``path`` lies in the tree, known folders in their right case; None outside of the project."""
        if not path.is_relative_to(self._project.root):
            return None
        place = path.relative_to(self._project.root)
        known = next((folder for folder in place.parents if fold(folder) in self._folders), None)
        return self._folders[fold(known)] / place.relative_to(known) if known else place

    def _take_wanted(self) -> None:
        for target in self._wanted:
            path = self._project.at.get(target) or self._elsewhere(target)
            if path is not None:
                self.sources[target] = path
                self._remark(path, target)

    def _elsewhere(self, target: PurePosixPath) -> PurePosixPath | None:
        """The one file anywhere called like ``target``, in its right case if there is such a one."""
        alike = [path for path in self._own if fold(path.name) == fold(target.name)]
        alike = [path for path in alike if path.name == target.name] or alike
        for other in alike[1:]:
            if self._files[other] != self._files[alike[0]]:
                raise UploadRefused(COPIES, wanted=str(target), first=shown(alike[0]), second=shown(other))
        return alike[0] if alike else None

    def _remark(self, path: PurePosixPath, target: PurePosixPath) -> None:
        inside = path.is_relative_to(self._project.root)
        place = path.relative_to(self._project.root) if inside else path
        expected = PurePosixPath(target.name) if self._project.flat and len(place.parts) == 1 else target
        if not inside or place != expected:
            code = "intake.case" if inside and fold(place) == fold(expected) else "intake.misplaced"
            self.notices.append(Notice(code, {"submitted": shown(path), "wanted": str(target)}))

    def _take_near_misses(self) -> None:
        missing = [target for target in self._required if target not in self.sources]
        unused = self._unused()
        alike = {target: [path for path in unused if resembles(path.name, target.name)] for target in missing}
        for target, paths in alike.items():
            rivals = [other for other in missing if set(alike[other]) & set(paths)]
            if len(paths) == 1 and rivals == [target]:
                self.sources[target] = paths[0]
                self.notices.append(Notice("intake.near_miss", {"submitted": shown(paths[0]), "wanted": str(target)}))
            elif paths:
                self.notices.append(
                    Notice("intake.near_miss_unclear", {"wanted": str(target), "names": listing(paths)})
                )

    def _unused(self) -> list[PurePosixPath]:
        used = set(self.sources.values())
        return [path for path in self._own if path not in used]

    def _report_copies(self) -> set[PurePosixPath]:
        names = {fold(target.name) for target in self.sources}
        copies = [path for path in self._unused() if fold(path.name) in names]
        if copies:
            self.notices.append(Notice("intake.copies", {"names": listing(copies)}))
        return set(copies)

    def _take_the_rest(self, copies: set[PurePosixPath]) -> None:
        loose: dict[PurePosixPath, PurePosixPath] = {}
        for path in self._unused():
            place = self._place_of(path)
            if place is None or not _importable(path):
                self.left_out += [path] if path not in copies else []
                continue
            self.extra += [path] if path not in copies else []
            (loose if self._project.flat and len(place.parts) == 1 else self.sources)[place] = path
        self._place_loose(loose)

    def _place_loose(self, loose: dict[PurePosixPath, PurePosixPath]) -> None:
        """Put each module of a flat upload where the hand-in imports it; one may import the next."""
        folders = sorted(set(self._folders.values()))
        fresh = {**loose, **self.sources}
        while loose and fresh:
            modules = self._imported(fresh)
            homes = [(name, folder) for name in loose for folder in folders if _dotted(folder / name) in modules]
            fresh = {folder / name: loose[name] for name, folder in homes}
            self.sources = fresh | self.sources
            loose = {name: path for name, path in loose.items() if path not in set(fresh.values())}
        self.sources.update(loose)

    def _keep_imported_names(self) -> None:
        renamed = [(target, path) for target, path in self.sources.items() if path.stem != target.stem]
        modules = self._imported(self.sources) if renamed else set()
        for target, path in renamed:
            beside, before = target.with_name(path.name), self._place_of(path)
            places = [place for place in (beside, before) if place is not None and _dotted(place) in modules]
            if not places and path.stem in modules:
                places = [beside]
            self.sources.update({place: path for place in places if _importable(path) and place not in self.sources})

    def _imported(self, sources: Mapping[PurePosixPath, PurePosixPath]) -> set[str]:
        """The modules that the files imported so far name, as seen from the tree's root."""
        return {name for place, path in sources.items() for name in imported_modules(self._texts[path], place.parent)}


def _dotted(place: PurePosixPath) -> str:
    return ".".join(place.with_suffix("").parts)


def _importable(path: PurePosixPath) -> bool:
    return path.suffix == ".py" and path.stem.isidentifier()

"""Reads test_suites/*/suite.toml: what an exercise asks for, its groups, and what a candidate may use."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import NotFound, SuiteBroken, texts

SUITE_BROKEN = texts(
    "suite.broken",
    en=("{path} is not a valid suite: {reason}.", "Correct the file; docs/writing-a-suite.md describes it."),
    de=(
        "{path} ist keine gültige Suite: {reason}.",
        "Bitte die Datei berichtigen; docs/writing-a-suite.md beschreibt sie.",
    ),
)
SUITE_UNKNOWN = texts(
    "suite.unknown",
    en=("There is no exercise “{name}”.", "Known exercises: {known}."),
    de=("Eine Aufgabe „{name}“ gibt es nicht.", "Bekannte Aufgaben: {known}."),
)
NO_SUITES = texts(
    "suite.none",
    en=("There is no suite in {folder}.", "Set ABGABE_SUITES_DIR to the folder that holds one folder per exercise."),
    de=(
        "In {folder} gibt es keine Suite.",
        "Bitte ABGABE_SUITES_DIR auf den Ordner setzen, der je Aufgabe einen Ordner enthält.",
    ),
)
NO_SUITE_THERE = texts(
    "suite.not_there",
    en=("There is no suite.toml in {folder}.", "Name a suite's folder, or one of the exercises: {known}."),
    de=(
        "In {folder} gibt es keine suite.toml.",
        "Bitte den Ordner einer Suite nennen oder eine der Aufgaben: {known}.",
    ),
)

MAX_PROVIDED_BYTES = 16 << 20
"""They cross to the candidate with each hand-in and are written to its scratch disk for each case."""

Text = dict[str, str]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tree(_Table):
    """The exercise's canonical tree. Paths are POSIX, relative, e.g. ``Layers/ReLU.py``."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    provided: str = "provided"
    """Folder beside suite.toml whose files are laid over the student's."""
    ignored: tuple[str, ...] = ()
    """Base names (globs) of submitted files that are not the student's work: tests, dispatch.py, ..."""
    elsewhere: dict[str, tuple[str, ...]] = {}
    """Other exercise -> base names that only it asks for; enough of them mean a mix-up."""


class Student(_Table):
    """Which module names an examiner's import gets from the candidate, and which from the suite's own copy."""

    modules: tuple[str, ...]
    examiner: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    """Packages that hand-ins probably import: loaded once, before a hand-in is there, and not in each case anew."""


class Limits(_Table):
    """What one case may use. CPU limits decide; wall limits only catch a process that does nothing."""

    case_cpu_s: Annotated[float, Field(gt=0)] = 10.0
    call_cpu_s: Annotated[float, Field(gt=0)] = 5.0
    case_wall_s: Annotated[float, Field(gt=0)] = 60.0
    memory_mib: Annotated[int, Field(ge=64)] = 1024
    processes: Annotated[int, Field(ge=1)] = 64
    tmp_mib: Annotated[int, Field(ge=1)] = 64
    output_kib: Annotated[int, Field(ge=1)] = 64
    value_mib: Annotated[int, Field(ge=1)] = 64
    """Largest single value that may cross between examiner and candidate."""
    most_cpu_s: Annotated[float, Field(gt=0)] = 120.0
    """The most that the mark ``limits`` of a single case may ask for."""

    exam_wall_s: Annotated[float, Field(gt=0)] = 3600.0
    """The most that all cases together may take."""

    def of_a_case(self) -> dict[str, float | int]:
        """Those that hold for each case, as the exam takes them."""
        return self.model_dump(exclude={"most_cpu_s", "exam_wall_s"})


class Group(_Table):
    """Cases that earn their points together."""

    id: str
    title: Text
    points: Annotated[float, Field(ge=0)]
    rule: Literal["all", "proportional"] = "all"
    """``all``: every counting case must pass (the course's rule); ``proportional``: points by share passed."""
    tests: tuple[str, ...]
    """pytest files or ``file::Class`` of this group, relative to the suite's folder."""
    promote: tuple[str, ...] = ()
    """Advisory cases (their ids without the group) that a teacher lets count."""


class SuiteFile(_Table):
    """The text of suite.toml, checked."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]
    version: str
    title: Text
    image: str = "candidate-numpy"
    tree: Tree
    student: Student
    limits: Limits = Limits()
    hidden: tuple[str, ...] = ()
    """pytest files whose cases are examined like all others but not given out for practice at home."""
    group: tuple[Group, ...]


class Suite:
    """One exercise's suite: the checked text of suite.toml, its folder, and a digest of every file in it."""

    def __init__(self, folder: Path, file: SuiteFile) -> None:
        self.folder = folder
        self.id = file.id
        self.version = file.version
        self.title = file.title
        self.image = file.image
        self.tree = file.tree
        self.student = file.student
        self.limits = file.limits
        self.hidden = file.hidden
        self.groups = file.group

    @property
    def max_points(self) -> float:
        return sum(group.points for group in self.groups)

    def provided_files(self) -> dict[str, bytes]:
        """Canonical path -> content of the files, code and data, that we put into every candidate's tree."""
        return {place: path.read_bytes() for place, path in self._provided().items()}

    def provided_bytes(self) -> int:
        """How large they are together."""
        return sum(path.stat().st_size for path in self._provided().values())

    def _provided(self) -> dict[str, Path]:
        root = self.folder / self.tree.provided
        found = {path.relative_to(root): path for path in sorted(root.rglob("*")) if path.is_file()}
        return {place.as_posix(): path for place, path in found.items() if not _is_litter(place)}

    def digest(self) -> str:
        """SHA-256 over names and contents: two suites with this digest give the same verdicts."""
        total = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                total.update(path.relative_to(self.folder).as_posix().encode() + b"\0")
                total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()


def _is_litter(place: Path) -> bool:
    """What Python and file managers leave behind."""
    return "__pycache__" in place.parts or any(part.startswith(".") for part in place.parts)


def load_suite(folder: Path) -> Suite:
    """The suite in ``folder``. Raises SuiteBroken, with the reason, where suite.toml does not hold one."""
    path = folder / "suite.toml"
    try:
        suite = Suite(folder.resolve(), SuiteFile.model_validate(tomllib.loads(path.read_text("utf-8"))))
    except OSError as error:
        raise SuiteBroken(SUITE_BROKEN, path=str(path), reason=error.strerror or "cannot be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SuiteBroken(SUITE_BROKEN, path=str(path), reason=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SuiteBroken(SUITE_BROKEN, path=str(path), reason=f"{where}: {first['msg']}") from error
    _check_names(path, suite)
    return suite


def _check_names(path: Path, suite: Suite) -> None:
    ids = [group.id for group in suite.groups]
    if len(set(ids)) != len(ids):
        raise SuiteBroken(SUITE_BROKEN, path=str(path), reason="two groups have the same id")
    for group in suite.groups:
        for test in group.tests:
            if not (suite.folder / test.split("::")[0]).is_file():
                raise SuiteBroken(SUITE_BROKEN, path=str(path), reason=f"group {group.id}: no file {test}")
    if suite.provided_bytes() > MAX_PROVIDED_BYTES:
        reason = f"the files in {suite.tree.provided}/ are larger than {MAX_PROVIDED_BYTES >> 20} MiB together"
        raise SuiteBroken(SUITE_BROKEN, path=str(path), reason=reason)


def suite_names(root: Path) -> list[str]:
    """The ids of the suites below ``root``, in order: the names of their folders."""
    return sorted(path.parent.name for path in root.glob("*/suite.toml"))


def load_suites(root: Path) -> dict[str, Suite]:
    """Every suite below ``root`` by id, in the order of their ids. Raises SuiteBroken where one of them is."""
    return {name: find_suite(root, name) for name in suite_names(root)}


def find_suite(root: Path, name: str) -> Suite:
    """The suite called ``name`` below ``root``, or the one in the folder ``name``; the others may be broken.

    Raises NotFound, SuiteBroken.
    """
    names = suite_names(root)
    if name not in names:
        if (Path(name) / "suite.toml").is_file():
            return load_suite(Path(name))
        if Path(name).is_dir():
            raise NotFound(NO_SUITE_THERE, folder=name, known=", ".join(names) or "–")
    return installed_suite(root, name)


def installed_suite(root: Path, name: str) -> Suite:
    """The suite called ``name`` below ``root``, and from nowhere else. Raises NotFound, SuiteBroken."""
    names = suite_names(root)
    if not names:
        raise NotFound(NO_SUITES, folder=str(root))
    if name not in names:
        raise NotFound(SUITE_UNKNOWN, name=name, known=", ".join(names))
    suite = load_suite(root / name)
    if suite.id != name:
        reason = f"its id is “{suite.id}”, that of its folder “{name}”; they must be the same"
        raise SuiteBroken(SUITE_BROKEN, path=str(root / name / "suite.toml"), reason=reason)
    return suite

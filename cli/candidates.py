"""Hand-ins whose verdicts are known, as authors keep them for a suite: each folder holds expected.toml and a hand-in,
or only what it has different from another one.

description  what is right or wrong with it
points       what it earns
verdicts     case -> verdict, for every case that is not passed
limits       other limits than the suite's, so that what never ends ends soon
one_process  why it is not run without a sandbox
stricter     group -> why we refuse it although a course's own tests would let it pass
based_on     the hand-in that this one is, but for the files that lie here and for:
without      files of that hand-in which this one has not
change       a list of {file, old, new}: ``old``, which occurs once in that file, is replaced
reference    modules of reference_impl that are part of it, as a package ``reference``; its mutants are those of what
             the rest of the hand-in uses of them
"""

from __future__ import annotations

import copy
import json
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

from core.scoring import score
from core.settings import PROJECT
from core.suites import Suite
from exam.report import Report, Verdict

REQUIRED = {"description", "points"}
KEYS = REQUIRED | {"verdicts", "limits", "one_process", "stricter", "based_on", "without", "change", "reference"}
RIGHT = "right_"
POINTS_APART = 0.005
"""Points that differ by less are the same: shares of proportional groups are written with two decimals."""
REFERENCE, PACKAGE = PROJECT / "reference_impl", "reference"


class Candidate:
    """The hand-in in ``folder`` and what it must get."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name

    @cached_property
    def expected(self) -> dict[str, Any]:
        """expected.toml. Raises ValueError where it is no TOML, or lacks or has a key or a verdict that it must not."""
        try:
            expected = tomllib.loads((self.folder / "expected.toml").read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{self.name}/expected.toml: {error}") from error
        for problem, names in (
            ("no key", REQUIRED - expected.keys()),
            ("an unknown key", expected.keys() - KEYS),
            ("an unknown verdict", set(expected.get("verdicts", {}).values()) - {verdict.value for verdict in Verdict}),
        ):
            if names:
                raise ValueError(f"{self.name}/expected.toml has {problem}: {', '.join(sorted(map(str, names)))}")
        return expected

    @property
    def is_right(self) -> bool:
        return self.name.startswith(RIGHT)

    def files(self) -> dict[str, bytes]:
        """Path -> content of the whole hand-in. Raises ValueError where a change does not fit."""
        base = self.expected.get("based_on")
        files = self._base(base).files() if base else {}
        for path in self.expected.get("without", ()):
            self._demand(path in files, f"without: no file {path} in the hand-in of based_on")
            del files[path]
        for change in self.expected.get("change", ()):
            self._demand(change.keys() == {"file", "old", "new"}, "a change has the keys file, old and new")
            self._demand(change["file"] in files, f"change: no file {change['file']} in the hand-in of based_on")
            files[change["file"]] = self._changed(files[change["file"]], **change)
        files |= self._reference()
        own = [path for path in sorted(self.folder.rglob("*.py")) if "__pycache__" not in path.parts]
        return files | {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in own}

    def _base(self, name: str) -> Candidate:
        base = Candidate(self.folder.parent / name)
        self._demand((base.folder / "expected.toml").is_file(), f"based_on: there is no hand-in {name}")
        return base

    def _demand(self, condition: bool, otherwise: str) -> None:
        if not condition:
            raise ValueError(f"{self.name}/expected.toml: {otherwise}")

    def _reference(self) -> dict[str, bytes]:
        """The part of the hand-in that is our own reference network, under another name than the suites import."""
        names = self.expected.get("reference", ())
        texts = {name: (REFERENCE / f"{name}.py").read_text("utf-8") for name in names}
        return {f"{PACKAGE}/{name}.py": text.replace(REFERENCE.name, PACKAGE).encode() for name, text in texts.items()}

    def _changed(self, content: bytes, file: str, old: str, new: str) -> bytes:
        text = content.decode("utf-8")
        self._demand(text.count(old) == 1, f"change: {old!r} occurs {text.count(old)} times in {file}, not once")
        return text.replace(old, new).encode()

    def write(self, folder: Path) -> Path:
        """The whole hand-in as files in ``folder``."""
        for path, content in self.files().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder

    def limited(self, suite: Suite) -> Suite:
        """The suite with this candidate's own limits."""
        limited = copy.copy(suite)
        limits = suite.limits.model_dump() | self.expected.get("limits", {})
        limited.limits = type(suite.limits).model_validate(limits)
        return limited

    def differences(self, suite: Suite, report: Report) -> list[str]:
        """Where the report is not what was expected: case by case, and the points."""
        wanted = dict(self.expected.get("verdicts", {}))
        found = []
        for case in report.cases:
            expected = wanted.pop(case.spec.id, Verdict.PASSED.value)
            if case.verdict.value != expected:
                found.append(f"{case.spec.id}: {case.verdict.value} instead of {expected} ({case.message})")
        found += [f"{case}: there is no such case" for case in wanted]
        points = score(suite, report).points
        if abs(points - self.expected["points"]) > POINTS_APART:
            found.append(f"{points:g} points instead of {self.expected['points']:g}")
        return found

    @staticmethod
    def earned(suite: Suite, report: Report) -> str:
        """The lines of expected.toml that would say what the report says."""
        bad = [case for case in report.cases if case.verdict is not Verdict.PASSED]
        verdicts = [f"{json.dumps(case.spec.id)} = {json.dumps(case.verdict.value)}" for case in bad]
        return "\n".join([f"points = {round(score(suite, report).points, 2):g}", "[verdicts]", *verdicts])


def candidates_in(folder: Path) -> list[Candidate]:
    """Every hand-in in ``folder``, by name."""
    return [Candidate(path.parent) for path in sorted(folder.glob("*/expected.toml"))]

"""A pytest item as a case: its id, its group, and what its docstring tells the student."""

from __future__ import annotations

import hashlib
import inspect
from dataclasses import dataclass, replace
from typing import Any

import pytest

from exam.conversation import CaseLimits
from exam.report import CaseSpec

_KEYS = ("hint", "why")
_WALL_PER_CPU = 4
"""A case that may compute long may also wait long: for a busy machine, not for nothing."""


@dataclass(frozen=True)
class GroupTests:
    """One group of suite.toml: which files or ``file::Class`` are its tests, which advisory cases count."""

    id: str
    tests: tuple[str, ...]
    promoted: frozenset[str]


def register_marks(config: pytest.Config) -> None:
    """The marks a suite may use."""
    config.addinivalue_line("markers", "advisory: shows a defect, costs no point unless suite.toml promotes the case")
    config.addinivalue_line("markers", "limits(cpu_s): this case may compute so long, instead of suite.toml's limit")


def case_seed(seed: int, case: str) -> int:
    """The seed of one case: a function of the exam's seed and the case's name, 63 bits, never negative."""
    digest = hashlib.sha256(f"{seed}:{case}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def group_of(item: pytest.Item, groups: tuple[GroupTests, ...]) -> GroupTests | None:
    """The group whose ``tests`` name this item's file, or its class in it."""
    file = item.path.name
    cls = getattr(getattr(item, "cls", None), "__name__", "")
    for group in groups:
        if f"{file}::{cls}" in group.tests:
            return group
    return next((group for group in groups if file in group.tests), None)


def case_limits(item: pytest.Item, limits: CaseLimits, most_cpu_s: float) -> CaseLimits:
    """What this case may use: ``limits``, or the computing time its mark asks for, up to ``most_cpu_s``.

    Raises ValueError where the mark makes no sense.
    """
    mark = item.get_closest_marker("limits")
    if mark is None:
        return limits
    cpu_s = mark.kwargs.get("cpu_s")
    if mark.args or set(mark.kwargs) != {"cpu_s"} or not isinstance(cpu_s, int | float) or not cpu_s > 0:
        raise ValueError("the mark should read @pytest.mark.limits(cpu_s=SECONDS)")
    cpu_s = min(float(cpu_s), most_cpu_s)
    wall_s = max(limits.case_wall_s, _WALL_PER_CPU * cpu_s)
    return replace(limits, case_cpu_s=cpu_s, call_cpu_s=cpu_s, case_wall_s=wall_s)


def case_spec(item: pytest.Item, group: GroupTests) -> CaseSpec:
    """The case as its author describes it."""
    name = item.name.removeprefix("test_") if item.name.startswith("test_") else item.name.removeprefix("test")
    texts = parse_docstring(inspect.getdoc(getattr(item, "function", None)) or "")
    advisory = item.get_closest_marker("advisory") is not None
    title = texts.get("title") or {"en": name.replace("_", " ")}
    counts = not advisory or name in group.promoted
    return CaseSpec(f"{group.id}.{name}", group.id, title, counts, texts.get("hint", {}), texts.get("why", {}))


def parse_docstring(text: str) -> dict[str, dict[str, str]]:
    """{"title": {"en": …, "de": …}, "hint": …, "why": …} from a docstring: its first paragraph is the English title;
    ``de:``, ``hint:``, ``hint.de:``, ``why:`` and ``why.de:`` begin the others, which may run over several lines."""
    found: dict[str, dict[str, Any]] = {}
    part = found.setdefault("title", {}).setdefault("en", [])
    for line in text.splitlines():
        key, colon, rest = line.strip().partition(":")
        target = _target(key) if colon else None
        if target:
            part = found.setdefault(target[0], {}).setdefault(target[1], [])
            line = rest
        elif not line.strip() and part and "hint" not in found and "why" not in found:
            part = []  # text after the title's paragraph is for the author
        part.append(line.strip())
    said = {key: {lang: " ".join(" ".join(lines).split()) for lang, lines in by.items()} for key, by in found.items()}
    return {key: by for key, by in said.items() if by.get("en")}


def _target(key: str) -> tuple[str, str] | None:
    if key == "de":
        return "title", "de"
    name, _, language = key.partition(".")
    if name in _KEYS and language in ("", "de"):
        return name, language or "en"
    return None

"""Points: a pure function of a suite's weights and a report's verdicts. Nothing that ran in a sandbox computes them."""

from __future__ import annotations

from dataclasses import dataclass

from core.suites import Group, Suite
from exam.report import Report, Verdict


@dataclass(frozen=True)
class GroupScore:
    """What one group earned."""

    id: str
    points: float
    max_points: float
    passed: int
    counting: int


@dataclass(frozen=True)
class Score:
    """What a submission earned; ``points`` is the sum over ``groups``."""

    points: float
    max_points: float
    groups: tuple[GroupScore, ...]


def score(suite: Suite, report: Report) -> Score:
    """Points by group. Advisory cases never matter; a counting group without a counting case earns nothing."""
    groups = tuple(_score_group(group, report) for group in suite.groups)
    return Score(sum(group.points for group in groups), suite.max_points, groups)


def _score_group(group: Group, report: Report) -> GroupScore:
    counting = [case for case in report.cases if case.spec.group == group.id and case.spec.counts]
    passed = sum(case.verdict is Verdict.PASSED for case in counting)
    share = passed / len(counting) if counting else 0.0
    if group.rule == "all":
        share = float(bool(counting) and passed == len(counting))
    return GroupScore(group.id, round(group.points * share, 6), group.points, passed, len(counting))

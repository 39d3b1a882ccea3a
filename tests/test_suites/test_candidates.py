"""Grading the grader: hand-ins to exercise 1, right and wrong, and the verdict that each of their cases must get.

tests/candidates/ex1/NAME holds a hand-in and expected.toml:

description  what is right or wrong with it
points       what it earns
verdicts     case -> verdict, for every case that is not passed
one_process  why it is not run without a sandbox (see test_like_the_course.py)
stricter     group -> why we refuse it although a course's own tests would let it pass
limits       other limits than the suite's, so that what never ends ends soon
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from core.scoring import score
from core.suites import Suite
from exam.report import Report

CANDIDATES = Path(__file__).parents[1] / "candidates" / "ex1"
NAMES = sorted(path.parent.name for path in CANDIDATES.glob("*/expected.toml"))
KEYS = {"description", "points", "verdicts", "one_process", "stricter", "limits"}
IN_DOCKER = ("right_flat_from_base", "late_error", "relu_kills_the_process", "huge_identity", "softmax_writes_a_log")


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((CANDIDATES / name / "expected.toml").read_text("utf-8"))


def limited(suite: Suite, name: str) -> Suite:
    suite = copy.copy(suite)
    suite.limits = type(suite.limits).model_validate(suite.limits.model_dump() | read(name).get("limits", {}))
    return suite


def check(name: str, suite: Suite, report: Report) -> None:
    verdicts = {case.spec.id: case.verdict.value for case in report.cases if case.verdict.value != "passed"}
    assert verdicts == read(name).get("verdicts", {})
    assert score(suite, report).points == read(name)["points"]


@pytest.fixture(scope="module")
def all_begun(request, ex1, grade):
    """Two exams at a time: those that this run asks for are begun before the first one is waited for."""
    items = [item for item in request.session.items if item.path == request.path]
    asked = [item for item in items if item.originalname == "test_every_case_gets_its_verdict"]
    for name in (item.callspec.params["name"] for item in asked):
        grade.start("bubblewrap", limited(ex1, name), CANDIDATES / name)


@pytest.mark.parametrize("name", NAMES)
def test_every_case_gets_its_verdict(name, ex1, grade, all_begun):
    check(name, ex1, grade("bubblewrap", limited(ex1, name), CANDIDATES / name))


@pytest.mark.parametrize("name", IN_DOCKER)
def test_docker_gives_the_same_verdicts(name, ex1, grade):
    check(name, ex1, grade("docker", ex1, CANDIDATES / name))


def test_every_folder_says_what_it_must_get():
    folders = {path.name for path in CANDIDATES.iterdir() if path.is_dir()}
    assert folders == set(NAMES)
    for name in NAMES:
        expected = read(name)
        assert {"description", "points"} <= expected.keys() <= KEYS, name
        assert not name.startswith("right_") or (expected["points"] == 100 and not expected.get("verdicts")), name


def test_there_are_enough_of_both_kinds():
    right = [name for name in NAMES if name.startswith("right_")]
    assert len(right) >= 6
    assert len(NAMES) - len(right) >= 25


def test_some_are_handed_in_flat_as_dispatch_packs_them():
    assert len([name for name in NAMES if (CANDIDATES / name / "ReLU.py").is_file()]) >= 2

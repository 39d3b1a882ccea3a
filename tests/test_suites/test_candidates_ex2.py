"""Grading the grader: hand-ins to exercise 2, right and wrong, and the verdict that each of their cases must get (see
tests/test_suites/candidates.py)."""

from __future__ import annotations

import pytest

from core.settings import PROJECT
from core.suites import load_suite
from tests.test_suites.candidates import Candidate, Exams, candidates, sampled

ALL = candidates("ex2")
BUBBLEWRAP = "test_every_case_gets_its_verdict"
IN_DOCKER = ("right_sliding_windows", "conv_returns_none")


@pytest.fixture(scope="module")
def exams(request, grade, tmp_path_factory):
    """The exams that this run asks for, all of them begun before the first one is waited for."""
    exams = Exams(load_suite(PROJECT / "test_suites" / "ex2"), grade, tmp_path_factory.mktemp)
    items = [item for item in request.session.items if item.path == request.path]
    exams.begin(item.callspec.params["name"] for item in items if item.originalname == BUBBLEWRAP)
    return exams


@pytest.mark.parametrize("name", sampled("ex2"))
def test_every_case_gets_its_verdict(name, exams):
    Candidate("ex2", name).check(exams.suite, exams.report(name))


@pytest.mark.parametrize("name", IN_DOCKER)
def test_docker_gives_the_same_verdicts(name, exams, grade, tmp_path):
    candidate = Candidate("ex2", name)
    candidate.check(exams.suite, grade("docker", candidate.limited(exams.suite), candidate.write(tmp_path)))


def test_right_hand_ins_earn_all_points_and_pass_every_case():
    for candidate in ALL:
        right = candidate.expected["points"] == 100 and not candidate.expected.get("verdicts")
        assert candidate.is_right is right, candidate.name


def test_there_are_enough_of_both_kinds():
    right = [candidate for candidate in ALL if candidate.is_right]
    assert len(right) >= 5
    assert len(ALL) - len(right) >= 40

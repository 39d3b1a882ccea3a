"""Grading the grader: hand-ins to exercise 3, right and wrong, and the verdict that each of their cases must get (see
tests/test_suites/candidates.py)."""

from __future__ import annotations

import pytest

from core.settings import PROJECT
from core.suites import load_suite
from tests.test_suites.candidates import Candidate, Exams, candidates, sampled

ALL = candidates("ex3")
BUBBLEWRAP = "test_every_case_gets_its_verdict"
IN_DOCKER = ("right_vectorised", "rnn_syntax_error")
OPTIONAL = ("LSTM.", "LeNet.")


@pytest.fixture(scope="module")
def exams(request, grade, tmp_path_factory):
    """The exams that this run asks for, all of them begun before the first one is waited for."""
    exams = Exams(load_suite(PROJECT / "test_suites" / "ex3"), grade, tmp_path_factory.mktemp)
    items = [item for item in request.session.items if item.path == request.path]
    exams.begin(item.callspec.params["name"] for item in items if item.originalname == BUBBLEWRAP)
    return exams


@pytest.mark.parametrize("name", sampled("ex3"))
def test_every_case_gets_its_verdict(name, exams):
    Candidate("ex3", name).check(exams.suite, exams.report(name))


@pytest.mark.parametrize("name", IN_DOCKER)
def test_docker_gives_the_same_verdicts(name, exams, grade, tmp_path):
    candidate = Candidate("ex3", name)
    candidate.check(exams.suite, grade("docker", candidate.limited(exams.suite), candidate.write(tmp_path)))


def right_but_for_what_is_optional(candidate):
    cases = candidate.expected.get("verdicts", {})
    return candidate.expected["points"] == 100 and all(case.startswith(OPTIONAL) for case in cases)


def test_right_hand_ins_earn_all_points_whatever_became_of_what_is_optional():
    for candidate in ALL:
        assert candidate.is_right is right_but_for_what_is_optional(candidate), candidate.name
    for optional in ("Layers/LSTM.py", "Models/LeNet.py"):
        assert {optional in candidate.files() for candidate in ALL if candidate.is_right} == {True, False}

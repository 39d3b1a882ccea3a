"""Grading the grader: hand-ins to exercise 4, right and wrong, and the verdict that each of their cases must get (see
tests/test_suites/candidates.py)."""

from __future__ import annotations

import pytest

from core.settings import PROJECT
from core.suites import load_suite
from tests.test_suites.candidates import Candidate, Exams, candidates, sampled

ALL = candidates("ex4")
BUBBLEWRAP = "test_every_case_gets_its_verdict"
IN_DOCKER = ("right_small_cnn", "batch_size_written_down")
SUITE = load_suite(PROJECT / "test_suites" / "ex4")


@pytest.fixture(scope="module")
def exams(request, grade, tmp_path_factory):
    """The exams that this run asks for, all of them begun before the first one is waited for."""
    exams = Exams(SUITE, grade, tmp_path_factory.mktemp)
    items = [item for item in request.session.items if item.path == request.path]
    exams.begin(item.callspec.params["name"] for item in items if item.originalname == BUBBLEWRAP)
    return exams


@pytest.mark.parametrize("name", sampled("ex4"))
def test_every_case_gets_its_verdict(name, exams):
    Candidate("ex4", name).check(exams.suite, exams.report(name))


@pytest.mark.parametrize("name", IN_DOCKER)
def test_docker_gives_the_same_verdicts(name, exams, grade, tmp_path):
    candidate = Candidate("ex4", name)
    candidate.check(exams.suite, grade("docker", candidate.limited(exams.suite), candidate.write(tmp_path)))


def test_right_hand_ins_earn_all_points_and_pass_every_case():
    for candidate in ALL:
        right = candidate.expected["points"] == 100 and not candidate.expected.get("verdicts")
        assert candidate.is_right is right, candidate.name


def test_there_are_enough_of_both_kinds():
    right = [candidate.name for candidate in ALL if candidate.is_right]
    assert len(right) >= 5
    assert len(ALL) - len(right) >= 15


def test_groups_weigh_what_the_course_s_classes_weigh_all_or_nothing():
    assert {group.id: group.points for group in SUITE.groups} == {"Dataset": 50, "Model": 50}
    assert {group.rule for group in SUITE.groups} == {"all"}


def test_each_group_has_counting_cases_and_words_in_both_languages(exams):
    cases = exams.report("right_small_cnn").cases
    assert {case.spec.group for case in cases if case.spec.counts} == {"Dataset", "Model"}
    for case in cases:
        texts = (
            (case.spec.title, case.spec.hint) if case.spec.counts else (case.spec.title, case.spec.hint, case.spec.why)
        )
        assert all(text.keys() >= {"en", "de"} for text in texts), case.spec.id
        assert bool(case.spec.why) is not case.spec.counts, case.spec.id

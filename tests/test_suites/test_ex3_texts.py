"""What exercise 3's suite says about itself: the course's weights, and words for a student in both languages."""

from __future__ import annotations

import pytest

from core.practice_choice import choose
from core.settings import PROJECT
from core.suites import load_suite
from exam.report import Verdict
from tests.test_suites.candidates import ROOT

COURSE_WEIGHTS = {
    "TanH": 2.5,
    "Sigmoid": 2.5,
    "Constraints": 5,
    "Dropout": 5,
    "BatchNorm": 25,
    "RNN": 40,
    "NeuralNetwork": 20,
}
WITHOUT_POINTS = {
    "FullyConnected",
    "ReLU",
    "SoftMax",
    "CrossEntropyLoss",
    "Optimizers",
    "Initializers",
    "Flatten",
    "Conv",
    "Pooling",
    "LSTM",
    "LeNet",
}
OPTIONAL = {"LSTM", "LeNet"}


@pytest.fixture(scope="module")
def suite():
    return load_suite(PROJECT / "test_suites" / "ex3")


@pytest.fixture(scope="module")
def cases(suite, grade):
    return grade("bubblewrap", suite, ROOT / "ex3" / "right_vectorised").cases


def test_groups_weigh_what_the_course_s_classes_weigh_all_or_nothing(suite):
    assert {group.id: group.points for group in suite.groups if group.points} == COURSE_WEIGHTS
    assert {group.id for group in suite.groups if not group.points} == WITHOUT_POINTS
    assert {group.rule for group in suite.groups} == {"all"}


def test_every_group_but_the_optional_ones_has_counting_cases(cases):
    counting = {case.spec.group for case in cases if case.spec.counts}
    assert counting == COURSE_WEIGHTS.keys() | WITHOUT_POINTS - OPTIONAL


def test_every_case_has_a_title_and_a_hint_in_both_languages(cases):
    for case in cases:
        assert case.spec.title.keys() >= {"en", "de"}, case.spec.id
        assert case.spec.hint.keys() >= {"en", "de"}, case.spec.id


def test_advisory_cases_say_why_they_are_shown(cases):
    for case in cases:
        assert bool(case.spec.why) is not case.spec.counts, case.spec.id
        assert not case.spec.why or case.spec.why.keys() >= {"en", "de"}, case.spec.id


def test_a_right_hand_in_passes_everything_and_is_quick(cases):
    assert {case.verdict for case in cases} == {Verdict.PASSED}
    assert sum(case.cpu_s for case in cases) < 12  # about 3.5 s where the machine has nothing else to do


def test_hidden_are_advisory_cases_alone_and_the_others_can_be_practised(suite, cases):
    choice = choose(suite)
    assert set(choice.withheld) == set(suite.hidden)
    promoted = [name for group in suite.groups for name in group.promote]
    assert not promoted
